"""What Graph itself says of the application's calls and of their operations.

Nothing in the life of a call depends on it: states and ends of operations arrive as notifications. Two names are not
Graph's alone, since the functions `list_calls` and `get_call` are routes for operators.
"""

from __future__ import annotations

import azure.durable_functions as df

from activities.acting import act
from activities.requested import attempt
from graph.requests import GetCall, GetOperation, ListCalls, ListOperations

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def list_graph_calls(given: dict) -> dict:
    """`{"ok": {"calls": [{"call_id", "state"}, ...]}}`: the application's, in the tenant `tenant_id`."""
    return await act(given, ListCalls())


@bp.activity_trigger(input_name="given")
async def get_graph_call(given: dict) -> dict:
    """`{"ok": {"state", "audio"}}`, each null where Graph does not say; `gone` when the call is over."""
    return await act(given, GetCall(call_id=given["call_id"]))


@bp.activity_trigger(input_name="given")
async def list_operations(given: dict) -> dict:
    """`{"ok": {"operations": [{"operation_id", "status", "code", "subcode"}, ...]}}`."""
    return await act(given, ListOperations(call_id=given["call_id"]))


@bp.activity_trigger(input_name="given")
async def get_operation(given: dict) -> dict:
    """`{"ok": {"operation_id", "status", "code", "subcode"}}` of the operation `operation_id`."""
    return await attempt(given, lambda: GetOperation(call_id=given["call_id"], operation_id=given["operation_id"]))

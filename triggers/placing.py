"""Calls that operators place, meetings that they send the bot to, gatherings."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.requests import PLACEMENT
from api.shapes import Shape
from inbox.errors import PlacedOtherwise
from triggers.admission import admit, check_flow, key_reused
from triggers.authorization import require_role
from triggers.problems import answer, answered, handed_over
from triggers.requests import idempotency_key, read_body, request_id

bp = df.Blueprint()

JSON = dict[str, Any]


@bp.route(route="calls", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def post_call(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Place a call, or join a meeting: `{"id": str}`, and its record as `Location`."""
    return await answered(_place(req, client))


async def _place(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    request, asked = await _asked(req, PLACEMENT, "calls")
    try:
        instance_id = await handed_over(connections.current().outgoing(client).place(request, asked))
    except PlacedOtherwise:
        raise key_reused() from None
    return answer({"id": instance_id}, 202, Location=f"/api/calls/{instance_id}")


async def _asked(req: func.HttpRequest, shape: Shape, path: str) -> tuple[JSON, str]:
    """A request to place calls, let through, and what it is called."""
    scope = await require_role(req, "Operate")
    key = idempotency_key(req)
    request = read_body(req, shape)
    customer = scope.customer(request.get("customer"))
    if customer is not None:
        request["customer"] = customer
    check_flow(request)
    await admit(request, customer=customer, path=path, key=key)
    return request, request_id(customer, path, key)

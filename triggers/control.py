"""What operators do to a live call: each request reaches its orchestration through the inbox, once.

202 says that it was taken on; what came of it is the event `control` of the call.
"""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.requests import ACTION_IN_PATH, HANG_UP, NOTHING, Action
from inbox.errors import InboxClosed, NoSuchCall
from triggers.admission import admit, check_prompt
from triggers.audit import audit
from triggers.authorization import require_role
from triggers.calls import call_is_over, call_within
from triggers.problems import Refused, answer, answered, handed_over, problem
from triggers.requests import idempotency_key, read_body, request_id

bp = df.Blueprint()

JSON = dict[str, Any]


@bp.route(route="calls/{id}/{action}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def control_call(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """`{"id": str}`, of the request; the actions and their bodies are in `api.requests`."""
    return await answered(_control(req, client, ACTION_IN_PATH.get(req.route_params["action"])))


@bp.route(route="calls/{id}", methods=["DELETE"])
@bp.durable_client_input(client_name="client")
async def hang_up_call(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """`{"id": str}`, of the request to hang up."""
    return await answered(_control(req, client, HANG_UP))


async def _control(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, action: Action | None
) -> func.HttpResponse:
    scope = await require_role(req, "Operate")
    if action is None:
        raise Refused(problem(404, "No such action", f"The actions are {', '.join(ACTION_IN_PATH)}."))
    key = idempotency_key(req)
    arguments = {} if action is HANG_UP else read_body(req, action.arguments, optional=action.arguments == NOTHING)
    check_prompt(arguments)
    call = await call_within(scope, req.route_params["id"])
    if call["state"] != "live":
        raise call_is_over()
    if action is not HANG_UP and not call["id"].startswith("call-"):
        detail = "A gathering or a consultation can be ended; everything else is done to one of its calls."
        raise Refused(problem(404, "No such action", detail))
    path = f"{call['id']}/{action.name}"
    await admit(arguments, customer=call["customer"], path=path, key=key)
    await audit().note(who=scope.who, action=action.name, call=call["id"], customer=call["customer"])
    asked = request_id(call["customer"], path, key)
    try:
        delivery = connections.current().delivery(client)
        await handed_over(delivery.control(call["id"], action.name, arguments, asked))
    except (InboxClosed, NoSuchCall):
        raise call_is_over() from None
    return answer({"id": asked}, 202)

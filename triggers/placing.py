"""Calls that operators place, meetings that they send the bot to, people whom they gather."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.requests import GATHERING, GATHERING_FLOW, PLACEMENT
from api.shapes import Shape
from inbox.errors import PlacedOtherwise
from triggers.admission import admit, check_flow, key_reused
from triggers.authorization import require_role
from triggers.calls import call_within
from triggers.problems import answer, answered, handed_over
from triggers.requests import idempotency_key, read_body, request_id

bp = df.Blueprint()

JSON = dict[str, Any]


@bp.route(route="calls", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def post_call(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Place a call, or join a meeting: `{"id": str}`, and its record as `Location`."""
    return await answered(_place(req, client))


@bp.route(route="gatherings", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def gather(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Call people and bring those who accept into a meeting: `{"id": str}`, and how it goes as `Location`."""
    return await answered(_gather(req, client))


@bp.route(route="gatherings/{id}", methods=["GET"])
async def get_gathering(req: func.HttpRequest) -> func.HttpResponse:
    """How a gathering goes, or who came and who did not."""
    return await answered(_gathering(req))


async def _place(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    request, asked = await _asked(req, PLACEMENT, "calls")
    return await _started(connections.current().outgoing(client).place(request, asked), "calls")


async def _gather(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    request, asked = await _asked(req, GATHERING, "gatherings", flow=GATHERING_FLOW)
    return await _started(connections.current().outgoing(client).gather(request, asked), "gatherings")


async def _gathering(req: func.HttpRequest) -> func.HttpResponse:
    scope, instance_id = await require_role(req, "Read"), req.route_params["id"]
    return answer(await call_within(scope, instance_id if instance_id.startswith("gathering-") else ""))


async def _started(starting: Awaitable[str], path: str) -> func.HttpResponse:
    try:
        instance_id = await handed_over(starting)
    except PlacedOtherwise:
        raise key_reused() from None
    return answer({"id": instance_id}, 202, Location=f"/api/{path}/{instance_id}")


async def _asked(req: func.HttpRequest, shape: Shape, path: str, **usual: str) -> tuple[JSON, str]:
    """A request to place calls, let through, and what it is called; `usual` is what holds of what it leaves out."""
    scope = await require_role(req, "Operate")
    key = idempotency_key(req)
    request = {**usual, **read_body(req, shape)}
    customer = scope.customer(request.get("customer"))
    if customer is not None:
        request["customer"] = customer
    check_flow(request)
    await admit(request, customer=customer, path=path, key=key)
    return request, request_id(customer, path, key)

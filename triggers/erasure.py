"""Erasing what is kept of people, and keeping it where the law says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.requests import ERASURE, HOLD
from connections.durable import DurableOrchestrations
from records import masked
from triggers.audit import audit
from triggers.authorization import Scope, require_role
from triggers.calls import call_within
from triggers.problems import answer, answered
from triggers.requests import read_body

bp = df.Blueprint()

JSON = dict[str, Any]

# Erased in one request; the answer says whether there are more.
MOST_CALLS = 100


@bp.route(route="erasures", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def erase(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """`{"calls": int, "held": [id], "live": [id], "more": bool}`: what was erased, and what could not be."""
    return await answered(_erase(req, client))


@bp.route(route="calls/{id}/legal-hold", methods=["PUT"])
async def hold_call(req: func.HttpRequest) -> func.HttpResponse:
    """Put a call under a legal hold: nothing of it is erased, and nothing of it expires."""
    return await answered(_hold(req, held=True))


@bp.route(route="calls/{id}/legal-hold", methods=["DELETE"])
async def release_call(req: func.HttpRequest) -> func.HttpResponse:
    """End a legal hold."""
    return await answered(_hold(req, held=False))


async def _erase(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    scope = await require_role(req, "Erase")
    asked = read_body(req, ERASURE)
    customer = scope.customer(asked.get("customer"))
    here = connections.current()
    calls, more = await _calls_of(asked.get("caller"), customer, scope)
    because = "caller" if "caller" in asked else "customer"
    await audit().note(who=scope.who, action=f"erase_{because}", call=None, customer=customer)
    erased = await here.erasing(DurableOrchestrations(client)).erase(calls, because)
    return answer({"calls": erased.calls, "held": erased.held, "live": erased.live, "more": more})


async def _calls_of(caller: JSON | None, customer: str | None, scope: Scope) -> tuple[list[JSON], bool]:
    """The calls to erase, with those passed over on the way that cannot be; whether there are more."""
    found: list[JSON] = []
    to_erase = 0
    async for call in _kept(caller, customer, scope):
        if to_erase == MOST_CALLS:
            return found, True
        found.append(call)
        to_erase += not call.get("hold") and call["state"] != "live"
    return found, False


async def _kept(caller: JSON | None, customer: str | None, scope: Scope) -> AsyncIterator[JSON]:
    here = connections.current()
    if caller is not None:
        ((kind, identity),) = caller.items()
        for known_by in here.caller_hashes(kind, identity):
            for call in await here.records.of_caller(known_by):
                if scope.covers(call["customer"]) and customer in (None, call["customer"]):
                    yield call
        return
    after: str | None = None
    while True:
        page = await here.records.list(customer=customer, limit=MOST_CALLS, after=after)
        for call in page.calls:
            yield call
        if page.next is None:
            return
        after = page.next


async def _hold(req: func.HttpRequest, *, held: bool) -> func.HttpResponse:
    scope = await require_role(req, "Erase")
    reason = read_body(req, HOLD, optional=True).get("reason") if held else None
    call = await call_within(scope, req.route_params["id"])
    here = connections.current()
    hold = {"at": here.now(), "reason": masked(reason)} if held else None
    await here.records.revise(call["id"], lambda found: {**found, "hold": hold})
    return answer({"id": call["id"], "held": held})

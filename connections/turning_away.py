"""The last thing that can be done for a caller whose call cannot be taken in: it is sent to the fallback of its route.

Never a call that is answered, and none that somebody may be about to answer. What this process did about it is known
here (`inbox.ringing`); what another did, its birth says. Where storage says nothing, Graph does: a call that still
rings has been answered by nobody. In doubt it stays where it is, and the webhook's 503 lets Graph announce it again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from graph.errors import GraphError
from graph.kinds import IncomingCall
from graph.requests import GetCall, Redirect, Target
from storage import StorageError, StorageUnavailable

if TYPE_CHECKING:
    from connections.connections import Connections

log = logging.getLogger("callwright.reception")

JSON = dict[str, Any]

FALLBACK_RINGS_S = 55
# Of what is left, how long storage, and then Graph, are asked whether somebody serves the call.
LOOK_S = 0.4


async def turn_away(here: Connections, call: IncomingCall, tenant_id: str, by: float) -> bool:
    """Send a call that cannot be taken in to its route's fallback, until `by` (Unix seconds); False where it stays."""
    who = {"instance_id": f"call-{call.call_id}", "call_id": call.call_id, "tenant_id": tenant_id}
    request = _redirect(here, call, who)
    if request is None:
        return False
    marked = await _marked(here, who)
    if marked is False or (marked is None and not await _rings_unanswered(here, who)):
        log.warning("%s may be served: it is not sent elsewhere", who["instance_id"])
        return False
    try:
        await here.graph.send(request, tenant_id, budget_s=by - here.now())
    except GraphError as failure:
        log.error("%s could not be sent to its fallback: %s", who["instance_id"], failure)
        if marked:
            await _take_back(here, who["instance_id"])
        return False
    here.ringing.of(who["instance_id"]).sent_away = True
    log.error("%s could not be taken in and was sent to its fallback", who["instance_id"])
    return True


def _redirect(here: Connections, call: IncomingCall, who: JSON) -> Redirect | None:
    fallback = here.library.pin(call.raw, who["tenant_id"])["route"]["fallback"]
    if fallback is None:
        return None
    target = Target.from_json(fallback)
    if not here.may_dial(target):
        log.error("DIAL_ALLOW does not list how the fallback of %s's route begins", who["instance_id"])
        return None
    callback_uri = here.callback_uri(who["instance_id"])
    return Redirect(call_id=call.call_id, targets=(target,), timeout_s=FALLBACK_RINGS_S, callback_uri=callback_uri)


async def _marked(here: Connections, who: JSON) -> bool | None:
    """Whether its birth now says that it is sent elsewhere; None when storage does not say who serves it."""
    deeds = here.ringing.of(who["instance_id"])
    if deeds.asked:
        return False
    try:
        async with here.timeout(LOOK_S):
            return await here.answers.send_away(who, deeds.claimed_at)
    except (StorageUnavailable, TimeoutError):
        return False if deeds.starting else None


async def _rings_unanswered(here: Connections, who: JSON) -> bool:
    try:
        seen = await here.graph.send(GetCall(call_id=who["call_id"]), who["tenant_id"], budget_s=LOOK_S)
    except GraphError as failure:
        log.warning("nobody knows whether %s still rings: %s", who["instance_id"], failure)
        return False
    return (seen or {}).get("state") == "incoming"


async def _take_back(here: Connections, instance_id: str) -> None:
    try:
        async with here.timeout(LOOK_S):
            await here.answers.take_back(instance_id)
    except (StorageError, TimeoutError) as failure:
        log.error("%s counts as sent elsewhere, and was not: %r", instance_id, failure)

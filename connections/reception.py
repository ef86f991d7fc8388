"""What happens to a call that rings before its orchestration runs: known, admitted or not, answered, turned away.

Graph waits 15 s for an answer, 5 s where a recording policy calls. Starting an orchestration may take longer than that
when Durable Functions is behind or away, so a flow that begins with an answer is answered by the webhook itself.

Sources: https://learn.microsoft.com/graph/api/call-answer,
https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from connections.turning_away import turn_away
from graph.errors import CallGone, GraphError, OutcomeUnknown, Refused
from graph.kinds import IncomingCall
from graph.notifications import parse_item
from inbox import Arrival, Limit
from inbox.arrival import chain_key

if TYPE_CHECKING:
    from connections.connections import Connections

log = logging.getLogger("callwright.reception")

JSON = dict[str, Any]


class Reception:
    """`inbox.arrival.Reception`, over the flows and Graph."""

    def __init__(self, here: Connections) -> None:
        self._here = here

    def greet(self, digest: JSON, raw: JSON, tenant_id: str) -> Arrival:
        """See `inbox.arrival.Reception`."""
        from connections.library import first_answer  # late: an instance that no call reaches starts without flows

        pinned = self._here.library.pin(raw, tenant_id)
        prefetch = first_answer(pinned)
        policy = digest["policy"] is True
        if policy and prefetch is None:
            log.error("flow %r is for policy recording and must begin with an answer", pinned["flow"]["id"])
        route = pinned["route"]
        return Arrival(
            customer=route["customer"],
            route=route["name"],
            limits=self._limits(route),
            policy=policy,
            answering=prefetch is not None and (policy or self._here.settings.early_answer),
            prefetch=prefetch or (),
            # Each person whom a policy records is a call of its own.
            chain="" if policy else _chain(raw),
        )

    async def admit(self, instance_id: str, arrival: Arrival) -> str:
        """See `inbox.arrival.Reception`."""
        over = await self._here.occupancy.admit(instance_id, arrival.limits)
        if over:
            log.warning("%s is one call too many for %s", instance_id, over)
        return over

    async def answer(self, call: JSON, arrival: Arrival, by: float) -> None:
        """See `inbox.arrival.Reception`."""
        here, instance_id = self._here, call["instance_id"]
        deeds = here.ringing.of(instance_id)
        request = here.answer_request(call, ("audio",), arrival.prefetch, policy=arrival.policy)
        asked_at = here.now()
        deeds.asked = True  # before anything can go wrong: from now on nobody may send the call elsewhere
        try:
            await here.graph.send(request, call["tenant_id"], budget_s=by - asked_at)
        except OutcomeUnknown as failure:  # nothing is noted: its orchestration will look before it asks again
            log.warning("whether %s is answered is not known: %s", instance_id, failure)
            return
        except Refused as failure:
            result = _refused(failure)
        except GraphError as failure:
            log.warning("%s could not be answered at once: %s", instance_id, failure)
            deeds.asked, result = False, None
        else:
            result = {"ok": {"after_ms": round(1000 * (asked_at - deeds.claimed_at))}}
        await here.answers.note(instance_id, result)

    async def turn_away(self, call: IncomingCall, tenant_id: str, by: float) -> bool:
        """See `connections.turning_away`."""
        return await turn_away(self._here, call, tenant_id, by)

    def _limits(self, route: JSON) -> tuple[Limit, ...]:
        most, customer, name = self._here.settings.call_limits, route["customer"], route["name"]
        limits = (
            Limit(name="CALLS_AT_ONCE", within="at_once", most=most.at_once),
            Limit(
                name="CALLS_AT_ONCE_PER_CUSTOMER", within="at_once", most=most.at_once_per_customer, customer=customer
            ),
            Limit(name="atOnce", within="at_once", most=route["atOnce"], route=name),
            Limit(name="CALLS_PER_MONTH", within="month", most=most.per_month),
            Limit(
                name="CALLS_PER_MONTH_PER_CUSTOMER", within="month", most=most.per_month_per_customer, customer=customer
            ),
            Limit(name="perMonth", within="month", most=route["perMonth"], route=name),
        )
        return tuple(limit for limit in limits if limit.most)


def _refused(failure: Refused) -> JSON:
    kind = "gone" if isinstance(failure, CallGone) else "refused"
    return {"error": {"kind": kind, "status": failure.status, "code": failure.code, "message": failure.message}}


def _chain(raw: JSON) -> str:
    call = parse_item(raw)
    if not isinstance(call, IncomingCall):
        return ""
    caller, called = (",".join(one.id or "" for one in who.identities) for who in (call.source.identity, call.called))
    return chain_key(chain_id=call.call_chain_id, caller=caller, called=called)

"""What happens to a call that rings before its orchestration runs: known, admitted or not, answered, turned away.

Graph waits 15 s for an answer, 5 s where a recording policy calls. Starting an orchestration may take longer than that
when Durable Functions is behind or away, so a flow that begins with an answer is answered by the webhook itself.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from graph.errors import CallGone, GraphError, Refused
from graph.kinds import IncomingCall
from graph.notifications import parse_item
from graph.requests import Redirect, Target
from inbox import Arrival, Limit
from inbox.answers import ANSWER_S
from inbox.arrival import chain_key

if TYPE_CHECKING:
    from connections.connections import Connections

log = logging.getLogger("callwright.reception")

JSON = dict[str, Any]

# Of the five seconds that a webhook may take, those in which a call is sent elsewhere when it cannot be stored.
TURN_AWAY_S = 1.4
FALLBACK_RINGS_S = 55


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

    async def answer(self, call: JSON, arrival: Arrival, claimed_at: float) -> JSON | None:
        """See `inbox.arrival.Reception`."""
        here = self._here
        request = here.answer_request(call, ("audio",), arrival.prefetch, policy=arrival.policy)
        asked_at = here.now()
        try:
            await here.graph.send(request, call["tenant_id"], budget_s=claimed_at + ANSWER_S - asked_at)
        except (CallGone, Refused) as failure:
            kind = "gone" if isinstance(failure, CallGone) else "refused"
            facts = {"status": failure.status, "code": failure.code, "message": failure.message}
            return {"error": {"kind": kind, **facts}}
        except GraphError as failure:
            log.warning("%s could not be answered at once: %s", call["instance_id"], failure)
            return None
        return {"ok": {"after_ms": round(1000 * (asked_at - claimed_at))}}

    async def turn_away(self, notification: IncomingCall, tenant_id: str) -> bool:
        """Send a call that cannot be stored to its route's fallback; False where that is not possible."""
        here, instance_id = self._here, f"call-{notification.call_id}"
        fallback = here.library.pin(notification.raw, tenant_id)["route"]["fallback"]
        if fallback is None:
            return False
        target = Target.from_json(fallback)
        if not here.may_dial(target):
            log.error("DIAL_ALLOW does not list how the fallback of %s's route begins", instance_id)
            return False
        request = Redirect(
            call_id=notification.call_id,
            targets=(target,),
            timeout_s=FALLBACK_RINGS_S,
            callback_uri=here.callback_uri(instance_id),
        )
        try:
            await here.graph.send(request, tenant_id, budget_s=TURN_AWAY_S)
        except GraphError as failure:
            log.error("%s could not be sent to its fallback: %s", instance_id, failure)
            return False
        log.error("%s could not be stored and was sent to its fallback", instance_id)
        return True

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


def _chain(raw: JSON) -> str:
    call = parse_item(raw)
    if not isinstance(call, IncomingCall):
        return ""
    caller, called = (",".join(one.id or "" for one in who.identities) for who in (call.source.identity, call.called))
    return chain_key(chain_id=call.call_chain_id, caller=caller, called=called)

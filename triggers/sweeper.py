"""Walks the live calls, not only the live instances, and ends what cannot end itself.

A call whose orchestration failed, was terminated or is gone would keep its caller on a line that nobody serves; one
whose start died half-way would ring out unnoticed.
"""

from __future__ import annotations

import logging

import azure.durable_functions as df
import azure.functions as func

import connections
from connections.durable import ALIVE, DurableOrchestrations
from connections.telemetry import measure
from inbox import Birth
from inbox.delivery import Delivery

bp = df.Blueprint()
log = logging.getLogger("callwright.sweeper")

# A birth younger than this may still be on its way.
YOUNGEST_S = 30.0
# How long a call may ring elsewhere that no orchestration was started for; only then it is recorded.
ELSEWHERE_S = 120.0
# What is not kept of a call is gone by then after it.
TRANSIENT_S = 60.0
# What one application may have. Source: https://learn.microsoft.com/graph/throttling-limits
GRAPH_AT_ONCE, GRAPH_PER_MONTH, WARN_FROM = 100, 10_000, 0.8


@bp.timer_trigger(schedule="0 * * * * *", arg_name="timer", run_on_startup=False)
@bp.durable_client_input(client_name="client")
async def sweep_calls(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every minute."""
    here = connections.current()
    orchestrations = DurableOrchestrations(client)
    async for birth in here.births.live():
        if here.now() - birth.claimed_at < YOUNGEST_S:
            continue
        try:
            await _see_to(birth, orchestrations, here.delivery(client))
        except Exception:  # one call that cannot be seen to must not hide the others
            log.exception("the call of %s could not be seen to", birth.instance_id)
    for chore in (_forget_recordings, _warn):  # neither is worth a walk, nor the other
        try:
            await chore(here)
        except Exception:
            log.exception("%s failed", chore.__name__)


async def _forget_recordings(here: connections.Connections) -> None:
    """Delete recordings that are not kept and that nobody deleted in time: those of calls over for a minute."""
    for name in await here.transient.names(""):
        instance_id = name.partition("/")[0]
        if await _is_over(here, instance_id):
            log.warning("a recording of %s was still there", instance_id)
            await here.transient.delete(name)


async def _is_over(here: connections.Connections, instance_id: str) -> bool:
    call = await here.records.get(instance_id)
    if call is None:  # erased; or storage was away when its record was to begin
        birth = await here.births.get(instance_id)
        return birth is None or birth.ended
    return call["state"] == "ended" and here.now() - (call.get("ended") or 0) > TRANSIENT_S


async def _warn(here: connections.Connections) -> None:
    """Say in time that Graph will refuse calls; it counts them whether or not a setting limits them."""
    live = len(await here.occupancy.live())
    if live > GRAPH_AT_ONCE * WARN_FROM:
        log.warning("%d calls at once; Graph documents a limit of %d: set CALLS_AT_ONCE", live, GRAPH_AT_ONCE)
    if here.now() // 60 % 60 == 0:  # once an hour: it reads a row for each of them
        ended = await here.occupancy.ended_within_month()
        if ended > GRAPH_PER_MONTH * WARN_FROM:
            log.warning("%d calls in 30 days; Graph documents a limit of %d a month", ended, GRAPH_PER_MONTH)


async def _see_to(birth: Birth, orchestrations: DurableOrchestrations, delivery: Delivery) -> None:
    if birth.sent_away and connections.current().now() - birth.claimed_at < ELSEWHERE_S:
        return
    status = await orchestrations.status(birth.instance_id)
    if status in ALIVE or (status is None and await delivery.start_late(birth.instance_id)):
        return
    births = connections.current().births
    if await births.bound_late(birth.instance_id):  # its hanging up died on the way
        reason = "placed too late"
    elif status == "Completed":
        await births.ended(birth.instance_id)
        return
    else:
        reason = _reason(birth, status)
    log.warning("the orchestration of %s is %s: closing the call", birth.instance_id, reason)
    measure("calls.orphaned", 1, instance=birth.instance_id, reason=reason)
    call = {"instance_id": birth.instance_id, "call_id": birth.call_id, "tenant_id": birth.tenant_id}
    # A closing that failed, because Graph or storage was away, is tried again every minute.
    await orchestrations.start_again(
        "closing_orchestrator", f"closing-{birth.instance_id}", {"call": call, "reason": reason}
    )


def _reason(birth: Birth, status: str | None) -> str:
    if status is not None:
        return status.lower()
    return "sent elsewhere" if birth.sent_away else "never started"

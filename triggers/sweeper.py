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
from inbox import Birth

bp = df.Blueprint()
log = logging.getLogger("callwright.sweeper")

# A birth younger than this may still be on its way.
YOUNGEST_S = 30.0


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
            await _see_to(birth, orchestrations)
        except Exception:  # one call that cannot be seen to must not hide the others
            log.exception("the call of %s could not be seen to", birth.instance_id)


async def _see_to(birth: Birth, orchestrations: DurableOrchestrations) -> None:
    status = await orchestrations.status(birth.instance_id)
    if status in ALIVE:
        return
    if status == "Completed":
        await connections.current().births.ended(birth.instance_id)
        return
    reason = "never started" if status is None else status.lower()
    log.warning("the orchestration of %s is %s: closing the call", birth.instance_id, reason)
    call = {"instance_id": birth.instance_id, "call_id": birth.call_id, "tenant_id": birth.tenant_id}
    # A closing that failed, because Graph or storage was away, is tried again every minute.
    await orchestrations.start_again(
        "closing_orchestrator", f"closing-{birth.instance_id}", {"call": call, "reason": reason}
    )

"""Walks the live calls, not only the live instances, and ends what cannot end itself.

A call whose orchestration failed, was terminated or is gone would keep its caller on a line that nobody serves; one
whose start died half-way would ring out unnoticed.
"""

from __future__ import annotations

import logging

import azure.durable_functions as df
import azure.functions as func

import connections
from connections.durable import DurableOrchestrations

bp = df.Blueprint()
log = logging.getLogger("callwright.sweeper")

_ALIVE = frozenset({"Running", "Pending", "ContinuedAsNew", "Suspended"})
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
        status = await orchestrations.status(birth.instance_id)
        if status in _ALIVE:
            continue
        if status == "Completed":
            await here.births.ended(birth.instance_id)
            continue
        reason = "never started" if status is None else status.lower()
        log.warning("the orchestration of %s is %s: closing the call", birth.instance_id, reason)
        call = {"instance_id": birth.instance_id, "call_id": birth.call_id, "tenant_id": birth.tenant_id}
        await orchestrations.start(
            "closing_orchestrator", f"closing-{birth.instance_id}", {"call": call, "reason": reason}
        )

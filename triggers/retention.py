"""Lets go of what calls that are long over have left, each kind of it after a time of its own."""

from __future__ import annotations

import logging

import azure.durable_functions as df
import azure.functions as func

import connections
from connections.durable import DurableOrchestrations
from inbox.retention import purge_old_calls
from records import Erasing

bp = df.Blueprint()
log = logging.getLogger("callwright.retention")

AT_ONCE = 100


DAY_S = 24 * 3600.0


@bp.timer_trigger(schedule="0 30 3 * * *", arg_name="timer", run_on_startup=False)
@bp.durable_client_input(client_name="client")
async def purge_calls(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every night: tombstones, numbers and intents of calls that ended 30 days ago or earlier; old keys of requests.

    Durable histories, recordings and records, each as long as its setting says; a legal hold keeps the latter two.
    """
    here = connections.current()
    purged = AT_ONCE
    while purged == AT_ONCE:
        purged = await purge_old_calls(here.inbox, here.births, here.intents, now=here.now(), limit=AT_ONCE)
        log.info("%d calls of 30 days ago were purged", purged)
    await here.admissions.purge()
    await here.usage.purge()
    orchestrations = DurableOrchestrations(client)
    histories = await orchestrations.purge_before(here.now() - here.settings.history_days * DAY_S)
    log.info("%d durable histories were purged", histories)
    await _expire(here, here.erasing(orchestrations))


async def _expire(here: connections.Connections, erasing: Erasing) -> None:
    """Walk the calls that are older than the shorter of the two times, the newest first."""
    recordings_until = here.now() - here.settings.recording_days * DAY_S
    records_until = here.now() - here.settings.record_days * DAY_S
    after: str | None = None
    while True:
        page = await here.records.list(until=max(recordings_until, records_until), limit=AT_ONCE, after=after)
        old = [call for call in page.calls if call["started"] <= records_until]
        if old:
            erased = await erasing.erase(old, "retention")
            log.info("%d records were erased, %d are held", erased.calls, len(erased.held))
        for call in page.calls:
            stays = call.get("hold") or call["state"] == "live" or call in old
            recorded = any(each.get("blob") for each in call["recordings"])
            if recorded and not stays and call["started"] <= recordings_until:
                await erasing.erase_recordings(call)
        if page.next is None:
            return
        after = page.next

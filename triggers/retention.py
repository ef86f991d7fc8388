"""Lets go of what a call that is long over has left in its inbox; its record stays."""

from __future__ import annotations

import logging

import azure.durable_functions as df
import azure.functions as func

import connections
from inbox.retention import purge_old_calls

bp = df.Blueprint()
log = logging.getLogger("callwright.retention")

AT_ONCE = 100


@bp.timer_trigger(schedule="0 30 3 * * *", arg_name="timer", run_on_startup=False)
async def purge_calls(timer: func.TimerRequest) -> None:
    """Every night: tombstones, numbers and intents of calls that ended 30 days ago or earlier; old keys of requests."""
    here = connections.current()
    purged = AT_ONCE
    while purged == AT_ONCE:
        purged = await purge_old_calls(here.inbox, here.births, here.intents, now=here.now(), limit=AT_ONCE)
        log.info("%d calls of 30 days ago were purged", purged)
    await here.admissions.purge()

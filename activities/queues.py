"""Places in queues of callers."""

from __future__ import annotations

import logging

import azure.durable_functions as df

import connections
from activities.acting import with_journal
from records.queues import Queues
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")


@bp.activity_trigger(input_name="given")
async def place_in_queue(given: dict) -> dict:
    """Take, keep or leave a place in `queue`: `{"ok": {"count": position, from 1, or null}}`.

    Null when it has been left, and when nobody knows: a caller is served all the same.
    """
    here = connections.current()
    queues = Queues(here.storage.table("Records"), here.now)
    position: int | None = None
    try:
        if given["leave"]:
            await queues.leave(given["queue"], given["instance_id"])
        else:
            position = await queues.stand(given["queue"], given["instance_id"], given["kept_s"])
    except StorageUnavailable:
        log.warning("nobody knows where %s stands in %s", given["instance_id"], given["queue"])
    return await with_journal(given, {"ok": {"count": position}})

"""What a call needs of us and not of Graph: its inbox, and the end of its record."""

from __future__ import annotations

import logging
from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import error, with_journal
from connections.durable import DurableOrchestrations
from records.queues import Queues
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def read_inbox(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """The digests of a call from number `from` on: `{"ok": [digest]}`, or an error of kind `unavailable`."""
    delivery = connections.current().delivery(client)
    try:
        return {"ok": await delivery.read(given["instance_id"], given["from"])}
    except Exception as failure:
        return _unavailable("read the inbox of", given["instance_id"], failure)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def close_call(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Write the record of a call that is over, and let go of what only a live call needs; all may be repeated.

    The orchestrations whose leg it was are told. Returns `{"ok": {}}`, or an error of kind `unavailable`.
    """
    here = connections.current()
    instance_id = given["instance_id"]
    try:
        await here.records.close(instance_id, given["summary"], given["events"])
        await here.inbox.forget_payloads(instance_id, keep_digests=here.settings.keep_tones)
        if any(each.get("mode") == "transient" for each in given["summary"].get("recordings", ())):
            name = f"forgetting-{instance_id}"
            await DurableOrchestrations(client).start("forgetting_orchestrator", name, {"instance_id": instance_id})
        # The last: a call that is noted as over is walked no longer, so nothing of it may be left to do.
        watchers = await here.births.ended(instance_id)
        await here.delivery(client).tell_watchers(instance_id, watchers, given["summary"]["outcome"])
    except Exception as failure:
        return _unavailable("close", instance_id, failure)
    return {"ok": {}}


def _unavailable(what: str, instance_id: str, failure: Exception) -> dict[str, Any]:
    """The error for whatever goes wrong here, storage or the host: the call asks again, rather than drop its caller."""
    away = isinstance(failure, StorageUnavailable)
    log.warning("could not %s %s: %s", what, instance_id, failure, exc_info=None if away else failure)
    return error("unavailable", message=str(failure) if away else type(failure).__name__)


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

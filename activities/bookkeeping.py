"""What a call needs of us and not of Graph: its flow, its inbox, its record."""

from __future__ import annotations

import logging

import azure.durable_functions as df

import connections
from connections.durable import DurableOrchestrations
from inbox.delivery import Delivery
from inbox.errors import InboxError
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")

# How long a call that rings waits for storage to say whom it is for; Graph waits 15 s for an answer.
ANNOUNCEMENT_S = 4.0


@bp.activity_trigger(input_name="given")
async def pin_flow(given: dict) -> dict:
    """Choose the flow for who is called, and fix it for the whole call: `{"ok": pinned}`.

    A flow that cannot be read still pins one: the route's fallback, or an apology. The record of the call begins here.
    """
    here = connections.current()
    digest = given["digest"]
    announcement = await _announcement(given["instance_id"], digest["n"])
    pinned = here.library.pin(announcement, given["tenant_id"]) if announcement else here.library.degraded()
    begun = {
        "customer": pinned["route"].get("customer"),
        "route": pinned["route"].get("name"),
        "flow": pinned["flow"]["id"],
        "hash": pinned["hash"],
        "caller": digest["caller"],
        "called": digest["called"],
        "started": digest["at"],
        "recordings": [],
    }
    try:
        await here.records.open(given["instance_id"], begun)
    except StorageUnavailable:  # closing records it all the same
        log.warning("the record of %s could not be begun", given["instance_id"])
    return {"ok": pinned}


async def _announcement(instance_id: str, number: int) -> dict | None:
    """The notification that announced a call; None when it cannot be read while the caller can still be answered."""
    here = connections.current()
    deadline = here.now() + ANNOUNCEMENT_S
    while True:
        try:
            return await here.inbox.raw(instance_id, number)
        except InboxError as failure:  # sealed with a key that is no longer known, for instance
            log.error("the notification that announced %s cannot be read: %s", instance_id, failure)
            return None
        except StorageUnavailable as failure:
            if here.now() >= deadline:
                log.error("nobody knows whom %s calls: %s", instance_id, failure)
                return None
        await here.sleep(0.5)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def read_inbox(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """The digests of a call from number `from` on: `{"ok": [digest]}`, or an error while storage is away."""
    here = connections.current()
    delivery = Delivery(here.inbox, here.births, DurableOrchestrations(client), sleep=here.sleep)
    try:
        return {"ok": await delivery.read(given["instance_id"], given["from"])}
    except StorageUnavailable as failure:
        return {"error": {"kind": "unavailable", "message": str(failure)}}


@bp.activity_trigger(input_name="given")
async def close_call(given: dict) -> dict:
    """Write the record of a call that is over, and let go of what only a live call needs; all may be repeated.

    Returns `{"ok": {}}`, or an error of kind `unavailable` while storage is away.
    """
    here = connections.current()
    instance_id = given["instance_id"]
    try:
        await here.records.close(instance_id, given["summary"], given["events"])
        await here.births.ended(instance_id)
        await here.inbox.forget_payloads(instance_id)
    except StorageUnavailable as failure:
        return {"error": {"kind": "unavailable", "message": str(failure)}}
    return {"ok": {}}

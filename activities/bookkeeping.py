"""What a call needs of us and not of Graph: its flow, its inbox, its record."""

from __future__ import annotations

import logging

import azure.durable_functions as df

import connections
from connections.durable import DurableOrchestrations
from inbox.delivery import Delivery
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")


@bp.activity_trigger(input_name="given")
async def pin_flow(given: dict) -> dict:
    """Choose the flow for who is called, and fix it for the whole call: `{"ok": pinned}`.

    A flow that cannot be read still pins one: the route's fallback, or an apology. The record of the call begins here.
    """
    here = connections.current()
    digest = given["digest"]
    pinned = here.library.pin(await here.inbox.raw(given["instance_id"], digest["n"]), given["tenant_id"])
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

"""Save a recording before Graph discards it, and tell its call."""

from __future__ import annotations

import logging
import uuid
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df

import connections
from graph.recording_download import RecordingGone, RecordingRefused, RecordingUnavailable
from inbox.errors import InboxClosed, NoSuchNotification
from storage import Blobs, StorageUnavailable, WrittenBlob

bp = df.Blueprint()
log = logging.getLogger("callwright.recordings")

LARGEST_RECORDING = 16_000_000  # bytes: 120 s of 16 kHz 16-bit mono are under 4 MB
_NAMES = uuid.UUID("3e1b2f6a-7a0e-4c9f-9f63-5f1f4a3c7d10")


@bp.activity_trigger(input_name="given")
async def save_recording(given: dict) -> dict:
    """Stream what notification `n` announced into a blob, once.

    One that is `transient` goes where nothing stays. Returns `{"ok": {"blob", "sha256", "bytes"}}`, or an error of kind
    `gone`, `refused` or `unavailable` (try again).
    """
    here = connections.current()
    name, blobs = _blob_name(given["operation_id"], given["announced_at"]), here.recordings
    if given.get("transient"):
        name, blobs = f"{given['instance_id']}/{name}", here.transient
    try:
        written = await blobs.find(name) or await _fetch(given, name, blobs)
    except (RecordingGone, NoSuchNotification):
        return {"error": {"kind": "gone"}}
    except RecordingRefused as refusal:
        log.error("a recording was refused: %s", refusal)
        return {"error": {"kind": "refused"}}
    except (RecordingUnavailable, StorageUnavailable):
        return {"error": {"kind": "unavailable"}}
    return {"ok": {"blob": written.name, "sha256": written.sha256, "bytes": written.bytes}}


async def _fetch(given: dict[str, Any], name: str, blobs: Blobs) -> WrittenBlob:
    here = connections.current()
    raw = await here.inbox.raw(given["instance_id"], given["n"])
    operation = raw["resourceData"]
    location, token = operation["recordingLocation"], operation["recordingAccessToken"]
    async with aclosing(here.recording_download.stream(location, token, limit=LARGEST_RECORDING)) as chunks:
        return await blobs.write_once(
            name,
            chunks,
            metadata={"instance": given["instance_id"], "operation": given["operation_id"]},
            content_type="audio/wav",
            limit=LARGEST_RECORDING,
        )


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def report_recording(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Put the news of a recording into its call's inbox, like a notification."""
    here = connections.current()
    instance_id, digest = given["instance_id"], given["digest"]
    try:
        await here.delivery(client).deliver(instance_id, digest, {}, f"recording:{digest['operation_id']}")
    except InboxClosed:  # the call was recorded without it
        log.warning(
            "the recording of operation %s is %s too late for its call", digest["operation_id"], digest["status"]
        )
        await _forget(instance_id)
        if digest["status"] == "saved" and not digest["blob"].startswith(f"{instance_id}/"):
            await _name_late(instance_id, digest)
    return {"ok": {}}


async def _name_late(instance_id: str, saved: dict[str, Any]) -> None:
    """Name a kept recording in the record of a call that is over; without a record, nothing may be kept."""
    here = connections.current()
    facts = {name: saved[name] for name in ("operation_id", "blob", "sha256", "bytes")}

    def named(call: dict[str, Any]) -> dict[str, Any]:
        recordings = [dict(each) for each in call["recordings"]]
        for operation_id in (saved["operation_id"], None):
            for each in recordings:
                if each.get("operation_id") == operation_id and each["status"] != "deleted":
                    each.update(facts, status="saved", reason=None)
                    return {**call, "recordings": recordings}
        # Its call ended before it was told of it, by a fault of ours.
        entry = {"n": len(recordings) + 1, "node": None, "mode": "kept", "status": "saved", "reason": None, **facts}
        return {**call, "recordings": [*recordings, entry]}

    if not await here.records.revise(instance_id, named):
        await here.recordings.delete(saved["blob"])


@bp.activity_trigger(input_name="given")
async def forget_recordings(given: dict) -> dict:
    """Delete the recordings of call `instance_id` that are not kept, and say so in its record; may be repeated."""
    instance_id = given["instance_id"]
    try:
        await _forget(instance_id)
        await connections.current().records.recordings_gone(instance_id, lambda each: each.get("mode") == "transient")
    except StorageUnavailable as failure:
        return {"error": {"kind": "unavailable", "message": str(failure)}}
    return {"ok": {}}


async def _forget(instance_id: str) -> None:
    transient = connections.current().transient
    for name in await transient.names(f"{instance_id}/"):
        await transient.delete(name)


def _blob_name(operation_id: str, now: float) -> str:
    """Made here, of nothing that came from outside but by way of a hash; the same however often it is tried."""
    day = datetime.fromtimestamp(now, UTC)
    return f"rec/{day:%Y/%m/%d}/{uuid.uuid5(_NAMES, operation_id)}.wav"

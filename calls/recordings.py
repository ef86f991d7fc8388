"""The recordings of a call, from the request to the word that they are stored or lost.

An entry begins as `recording` when it is asked for, becomes `expected` when Graph says that there is something, and
ends as `saved` or `lost`. A recording in which nobody spoke leaves no entry.
"""

from __future__ import annotations

from typing import Any

from calls import codes
from calls.call import Call
from calls.events import OperationEnded, RecordingSettled
from flows import acts

JSON = dict[str, Any]


# From nothing to everything: a node may ask for less than its route allows.
_MODES = ("off", "transient", "kept")


def mode(call: Call, act: acts.Record) -> str:
    """How a recording is kept: `off`, `transient` (gone a minute after the call), `kept`, or `compliance`.

    Of a route whose calls are recorded because a policy says so, no node keeps less, but it may keep nothing.
    """
    route = call.pinned["route"].get("recording", "off")
    if route == "compliance":
        return "off" if act.recording == "off" else route
    return route if act.recording == "route" else min(route, act.recording, key=_MODES.index)


def begin(call: Call, step: int, mode: str) -> None:
    """A recording has been asked for."""
    facts = {"step": step, "node": call.interpreter.node, "operation_id": None, "mode": mode}
    call.memory.recordings.append({**facts, "status": "recording", "reason": None})


def name(call: Call, step: int, operation_id: str | None) -> None:
    """Graph has named the operation."""
    entry = _by_step(call, step)
    if entry is not None and operation_id:
        entry["operation_id"] = operation_id


def never_begun(call: Call, step: int) -> None:
    """The request surely did not start anything."""
    call.memory.recordings = [each for each in call.memory.recordings if each["step"] != step]


def operation_ended(call: Call, event: OperationEnded, step: int | None = None) -> None:
    """Graph says how the recording ended, in time or after the call."""
    entry = _by_step(call, step) if step is not None else _find(call, event)
    if entry is None:
        return
    entry["operation_id"] = entry["operation_id"] or event.operation_id
    if entry["status"] != "recording":
        return
    if event.completed and event.recording:
        entry["status"] = "expected"
    elif event.completed:
        lose(call, entry, "Graph names no place to fetch it from")
    elif event.subcode == codes.INITIAL_SILENCE:
        never_begun(call, entry["step"])
    else:
        lose(call, entry, f"operation failed, code {event.code}, subcode {event.subcode}")


def settled(call: Call, event: RecordingSettled) -> None:
    """A recording is stored, or lost. The first word counts, unless it was only our own impatience."""
    entry = next((each for each in call.memory.recordings if each["operation_id"] == event.operation_id), None)
    if entry is None:
        entry = next((each for each in call.memory.recordings if each["operation_id"] is None), None)
    if entry is None or entry["status"] == "saved":
        return
    entry["operation_id"] = event.operation_id
    if event.saved:
        entry.update(status="saved", reason=None, blob=event.blob, sha256=event.sha256, bytes=event.size)
        call.note("recording", status="saved", blob=event.blob, bytes=event.size)
    else:
        lose(call, entry, event.reason or "lost")


def lose(call: Call, entry: JSON, reason: str) -> None:
    """Say that a recording is lost, and why."""
    entry.update(status="lost", reason=reason)
    call.note("recording", status="lost", reason=reason)


def outstanding(call: Call) -> list[JSON]:
    """The recordings of which the last word is not known."""
    return [each for each in call.memory.recordings if each["status"] in ("recording", "expected")]


def listed(call: Call) -> list[JSON]:
    """The recordings for a summary, numbered from 1."""
    shown = ("node", "mode", "status", "operation_id", "blob", "sha256", "bytes", "reason")
    return [{"n": n, **{key: each.get(key) for key in shown}} for n, each in enumerate(call.memory.recordings, start=1)]


def _by_step(call: Call, step: int) -> JSON | None:
    return next((each for each in call.memory.recordings if each["step"] == step), None)


def _find(call: Call, event: OperationEnded) -> JSON | None:
    for each in call.memory.recordings:
        if event.context == call.context(each["step"]):
            return each
        if event.operation_id is not None and event.operation_id == each["operation_id"]:
            return each
    return None

"""Sending the caller on: there is no operation, only call states, and what ends the call may come late.

That a transfer went through is told by how the call ends (`calls.ending.over`). One that an operator asked for takes
the call out of whatever its flow is at; when the call comes back, the act at hand is begun once more.
"""

from __future__ import annotations

from typing import Any, Literal

from calls import answering, codes, commands, media
from calls.call import Again, Call, Progress
from calls.events import CallChanged, Performed
from calls.letting_go import let_go
from calls.states import State
from flows import acts

# How much longer than a flow waits a transfer may ring until the caller counts as ours again.
OVERDUE_MS = 120_000
# After a transfer that failed the audio comes back with a notification of its own, or not at all.
AUDIO_BACK_MS = 5_000

Why = Literal["noAnswer", "declined", "failed"]


#: Who is to have the call: `{"target": {kind: id}}`, or `{"request_n": n}` when an inbox item says it.
Who = dict[str, Any]


def send(call: Call, who: Who, timeout_ms: int, *, replaces: str | None = None) -> int:
    """Send the caller on, in place of our own call with the target if there is one; returns the step."""
    note_begun(call, who, "asked")
    step = call.issue(commands.TransferCall, **who, replaces=replaces)
    call.enter(State.TRANSFERRING)
    call.set_deadline("transfer", timeout_ms)
    return step


def note_begun(call: Call, who: Who, state: str) -> None:
    """Begin to keep how a transfer goes."""
    kind = next(iter(who.get("target") or {"unknown": ""}))
    call.memory.transfer = {"target": kind, "state": state, "returned": None, "overdue": False, "who": who}
    call.note("transfer", target=kind, state=state)


def set_aside(call: Call) -> None:
    """Stop whatever the flow is at; it begins once more if the call comes back."""
    media.stop_holding(call)
    let_go(call)


def asked(call: Call, event: Performed) -> Progress:
    """The request for a transfer has returned."""
    if call.memory.state is not State.TRANSFERRING:
        return None
    if event.error in ("refused", "not_reached"):
        return not_transferred(call, "failed")
    kind = (event.ok or {}).get("target")
    if kind and call.memory.transfer is not None:
        call.memory.transfer["target"] = kind
    return None


def while_transferring(call: Call, event: CallChanged) -> Progress:
    """Follow transferring -> transferAccepted, or back to established with a code, which is a failure."""
    answering.observe(call, event)
    progress = call.memory.transfer
    assert progress is not None
    if progress["returned"]:
        return not_transferred(call) if call.memory.audio else None
    if event.state in ("transferring", "transferAccepted") and event.state != progress["state"]:
        progress["state"] = event.state
        call.note("transfer", target=progress["target"], state=event.state)
    if event.state == "established" and event.code is None and progress["state"] == "transferring":
        progress["state"] = "established"  # back without a word why, or old news that comes late
    back = progress["state"] == "established" and progress["overdue"]
    if back or (event.state == "established" and event.code is not None and event.code >= 300):
        failure = codes.transfer_failure(event.code, event.subcode)
        progress["returned"] = "noAnswer" if progress["overdue"] else failure
        call.note("transfer", target=progress["target"], state="returned", code=event.code, subcode=event.subcode)
        if call.memory.audio:
            return not_transferred(call)
        call.drop_deadline("transfer")
        call.set_deadline("audio", AUDIO_BACK_MS)
    return None


def late(call: Call) -> Progress:
    """The flow's patience is over. While Graph says that it rings, nothing can be played and nobody can stop it."""
    progress = call.memory.transfer
    assert progress is not None
    if progress["state"] in ("asked", "established") or progress["overdue"]:
        return not_transferred(call, "noAnswer")
    progress["overdue"] = True
    call.note("transfer", target=progress["target"], state="overdue")
    call.set_deadline("transfer", OVERDUE_MS)
    return None


def not_transferred(call: Call, why: Why | None = None) -> Progress:
    """The caller is still ours; `why` unless the call said so itself when it came back."""
    progress = call.memory.transfer
    assert progress is not None
    progress["state"] = "failed"
    call.drop_deadline("transfer", "audio")
    if isinstance(call.act, acts.Transfer):
        return acts.NotTransferred(why=progress["returned"] or why or "failed")
    return Again()

"""Sending the caller on, blind: there is no operation, only call states, and what ends the call may come late.

That a transfer went through is told by how the call ends (`calls.lifetime.over`).
"""

from __future__ import annotations

from typing import Literal

from calls import codes, commands, lifetime
from calls.call import Call
from calls.events import CallChanged
from calls.states import State
from flows import acts
from flows.acts import Result

# How much longer than a flow waits a transfer may ring until the caller counts as ours again.
OVERDUE_MS = 120_000
# After a transfer that failed the audio comes back with a notification of its own, or not at all.
AUDIO_BACK_MS = 5_000

Why = Literal["noAnswer", "declined", "failed"]


def transfer(call: Call, act: acts.Transfer) -> Result | None:
    """Send the caller on. How it goes comes as call states: there is no operation."""
    call.memory.transfer = {"target": act.target.kind, "state": "asked", "returned": None, "overdue": False}
    call.note("transfer", target=act.target.kind, state="asked")
    call.issue(commands.TransferCall, target=act.target.to_json())
    call.enter(State.TRANSFERRING)
    call.set_deadline("transfer", act.timeout_ms)
    return None


def while_transferring(call: Call, event: CallChanged) -> Result | None:
    """Follow transferring -> transferAccepted, or back to established with a code, which is a failure."""
    lifetime.observe(call, event)
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


def late(call: Call) -> Result | None:
    """The flow's patience is over. While Graph says that it rings, nothing can be played and nobody can stop it."""
    progress = call.memory.transfer
    assert progress is not None
    if progress["state"] in ("asked", "established") or progress["overdue"]:
        return not_transferred(call, "noAnswer")
    progress["overdue"] = True
    call.note("transfer", target=progress["target"], state="overdue")
    call.set_deadline("transfer", OVERDUE_MS)
    return None


def not_transferred(call: Call, why: Why | None = None) -> Result:
    """The caller is still ours; `why` unless the call said so itself when it came back."""
    progress = call.memory.transfer
    assert progress is not None
    progress["state"] = "failed"
    call.drop_deadline("transfer", "audio")
    return acts.NotTransferred(why=progress["returned"] or why or "failed")

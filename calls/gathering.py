"""Bringing people together: into a meeting of their own, or into this call; and counting who is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from calls import commands, staying
from calls.call import Call, Progress
from calls.commands import Command
from calls.events import Performed
from calls.states import State
from flows import acts

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class StartGathering(Command):
    """Begin to call `people` and to bring those who accept into `meeting`; it has a record of its own."""

    activity: ClassVar[str] = "start_gathering"
    people: tuple[JSON, ...]
    meeting: JSON
    at_once: int
    ring_for_s: int
    tries: int
    retry_within_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CallIn(Command):
    """Have `people` called into this call."""

    activity: ClassVar[str] = "call_in"
    people: tuple[JSON, ...]


def gather(call: Call, act: acts.Gather) -> None:
    """Begin."""
    call.enter(State.FETCHING)
    call.issue(
        StartGathering,
        people=tuple(target.to_json() for target in act.targets),
        meeting=dict(act.meeting),
        at_once=act.at_once,
        ring_for_s=act.ring_s,
        tries=act.tries,
        retry_within_s=act.within_s,
    )


def gathered(call: Call, event: Performed) -> Progress:
    """It has begun, or will not."""
    if call.memory.state is not State.FETCHING:
        return None
    if event.error is not None:
        return acts.Failed(why=event.reason or event.error)
    call.note("gathering", id=(event.ok or {}).get("id"))
    return acts.Gathered()


def invite(call: Call, act: acts.Invite) -> Progress:
    """Call them in. Whether Graph lets others into a call of two is told in both ways: a setting says."""
    if call.memory.party == "peer" and not call.settings.get("direct_invite", False):
        return acts.Failed(why="peerToPeer")
    call.enter(State.FETCHING)
    call.issue(CallIn, people=tuple(target.to_json() for target in act.targets))
    return None


def called_in(call: Call, event: Performed) -> Progress:
    """They are being called, or are not; where nobody knows they may be."""
    if call.memory.state is not State.FETCHING:
        return None
    if event.error not in (None, "unknown"):
        return acts.Failed(why=event.reason or event.error or "")
    if call.memory.party == "peer":
        staying.become_group(call)
    return acts.Invited()


def count(call: Call, act: acts.Count) -> None:
    """Count."""
    call.enter(State.FETCHING)
    call.issue(commands.ListParticipants)


def counted(call: Call, event: Performed) -> Progress:
    """Tell the flow, when it was the flow that asked; else see whether we are alone."""
    if not isinstance(call.act, acts.Count) or call.memory.state is not State.FETCHING:
        staying.counted(call, event)
        return None
    number = (event.ok or {}).get("count")
    return acts.Failed(why=event.reason or event.error or "unknown") if number is None else acts.Counted(count=number)

"""A place in a queue: one activity, which says how many wait before the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from calls.call import Call
from calls.commands import Command
from calls.events import Performed
from calls.states import State
from flows import acts
from flows.acts import Result


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceInQueue(Command):
    """Take or keep a place in `queue` for so many seconds, or give it up (`leave`)."""

    activity: ClassVar[str] = "place_in_queue"
    queue: str
    kept_s: float
    leave: bool


def queue(call: Call, act: acts.Queue) -> None:
    """Ask how it stands. A queue is that of one node of one customer's flow."""
    call.enter(State.FETCHING)
    customer = call.pinned["route"].get("customer") or ""
    name = f"{customer}:{call.flow.id}:{call.interpreter.node}"
    call.issue(PlaceInQueue, queue=name, kept_s=act.kept_ms / 1000, leave=act.leave)


def placed(call: Call, event: Performed) -> Result | None:
    """It is known, or not: nobody is kept from being served by a count."""
    if call.memory.state is not State.FETCHING:
        return None
    position = (event.ok or {}).get("count")
    call.note("queued", position=position)
    return acts.Queued(position=position)

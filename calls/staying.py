"""Staying on the line: in a meeting while others talk, or with somebody who waits to be brought into one."""

from __future__ import annotations

from calls import commands, ending, media
from calls.call import Call
from calls.events import Performed, RosterChanged
from calls.states import State
from flows import acts
from flows.acts import Result

# How long we stay alone in a call that others have left. Graph ends most such calls by itself.
ALONE_MS = 120_000
# The caller and the bot.
TWO = 2


def stay(call: Call, act: acts.Stay) -> None:
    """Stay until released, or for so long."""
    call.enter(State.STAYING)
    call.set_deadline("stay", act.timeout_ms)
    media.hold(call)


def released(call: Call) -> Result:
    """Somebody let the call go on."""
    _leave(call)
    return acts.Released()


def late(call: Call) -> Result:
    """Nobody did, for as long as the flow wanted to wait."""
    _leave(call)
    return acts.Silence()


def _leave(call: Call) -> None:
    call.drop_deadline("stay")
    media.stop_holding(call)


def roster_changed(call: Call, event: RosterChanged) -> None:
    """Others have come or gone. When the last one has, wait a while, then look whether it is so."""
    memory = call.memory
    if memory.party == "peer" and event.count > TWO:  # one of the two has brought in others
        become_group(call)
    if memory.party == "peer":
        return
    if event.count > 1:
        memory.met = True
        call.drop_deadline("alone")
    elif memory.met and "alone" not in memory.deadlines:
        call.set_deadline("alone", ALONE_MS)


def become_group(call: Call) -> None:
    """A call of two is one of several from now on, and stays so when they leave."""
    call.memory.party = "group"
    call.note("became_group")


def still_alone(call: Call) -> None:
    """The while is over: look."""
    call.issue(commands.ListParticipants)


def counted(call: Call, event: Performed) -> None:
    """Leave a call that is empty but for us. When that cannot be told, look again."""
    count = None if event.ok is None else event.ok.get("count")
    if count is None:
        call.set_deadline("alone", ALONE_MS)
    elif count <= 1:
        ending.give_up(call, None, "alone")

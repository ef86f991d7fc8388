"""What it means that a call is over: it ends; or, if it was a meeting lost on the way, it is joined again.

A meeting goes on without us. Where to join is stored with the request that began the call, so a session that comes
back after a crash and finds its call gone does the same as one that is told of the loss. The act at hand is begun once
more: whoever is in the meeting heard it cut off.
"""

from __future__ import annotations

from calls import codes, ending, placing
from calls.call import Call
from calls.events import Ended
from calls.letting_go import let_go
from calls.states import State
from calls.tones import ToneOrder

MOST_REJOINS = 2

# Where the call is ours to lose: it is neither being ended nor given away.
_OURS = {
    State.PLACING,
    State.DIALLING,
    State.SUBSCRIBING,
    State.PLAYING,
    State.INTERRUPTING,
    State.LISTENING,
    State.RECORDING,
    State.STAYING,
    State.FETCHING,
    State.CONSULTING,
    State.CUT_OFF,
}


def ended(call: Call, event: Ended) -> None:
    """The call is over, as Graph says. What it means depends on what was going on."""
    memory = call.memory
    memory.code, memory.subcode = event.code, event.subcode
    memory.reason = memory.reason or event.reason
    over(call)


def over(call: Call, *, gone: bool = False) -> None:
    """The call is over, as Graph said or, when it is `gone`, as a 404 implies."""
    if _worth_joining_again(call, gone):
        _join_again(call)
    else:
        ending.over(call, gone=gone)


def _worth_joining_again(call: Call, gone: bool) -> bool:
    memory = call.memory
    if memory.party != "meeting" or memory.direction != "outgoing" or memory.moving:
        return False
    if memory.state not in _OURS or memory.rejoins >= MOST_REJOINS or not call.pinned.get("rejoin", True):
        return False
    return (memory.established or memory.rejoins > 0) and (gone or codes.lost(memory.code, memory.subcode))


def _join_again(call: Call) -> None:
    memory = call.memory
    if memory.established:
        outcome = codes.over(memory.code, memory.subcode) if memory.code is not None else "keepalive_lost"
        memory.lost = {"outcome": outcome, "code": memory.code, "subcode": memory.subcode}
    memory.rejoins += 1
    call.note("lost", code=memory.code, subcode=memory.subcode, attempt=memory.rejoins)
    call.drop_deadline(*(name for name in list(memory.deadlines) if name != "maximumLength"))
    memory.established = memory.audio = memory.subscribed = False
    memory.cut_off, memory.keys, memory.unjudged, memory.reason = None, [], [], None
    memory.former.append(call.call_id)
    call.call_id, call.tones = "", ToneOrder()
    let_go(call)
    placing.place(call)

"""Placing a call or joining a meeting: the flow's act `Answer`, in a call that nobody makes to us.

The request goes out once. When nobody knows whether it arrived, the first notification of the new call tells; until
then the session has no id to act with. A call that rings too long is hung up.
"""

from __future__ import annotations

from calls import answering, commands, ending, legs
from calls.call import Call, Progress
from calls.events import CallChanged, Performed
from calls.states import State
from flows import acts

# The inbox item that asked for the call: the one that began the orchestration.
REQUEST_N = 1
# How long a meeting may keep us in its lobby; Teams gives up sooner by itself.
LOBBY_MS = 35 * 60_000


def have(call: Call, act: acts.Answer) -> Progress:
    """Have the call: answer it, or place it."""
    if call.memory.direction == "incoming":
        return answering.answer(call, act)
    place(call, modalities=act.modalities, prefetch=answering.prefetched(call, act))
    return None


def place(call: Call, *, modalities: tuple[str, ...] = ("audio",), prefetch: tuple[str, ...] = ()) -> None:
    """Ask for the call."""
    former = call.memory.former[-1] if call.memory.former else None
    call.issue(commands.PlaceCall, request_n=REQUEST_N, former=former, modalities=modalities, prefetch=prefetch)
    call.enter(State.PLACING)
    call.set_deadline("ring", call.memory.ring_ms)


def placed(call: Call, event: Performed) -> Progress:
    """The request has returned."""
    if call.memory.state is not State.PLACING or event.error == "unknown":
        return None
    if event.error is None:
        _dial(call, (event.ok or {}).get("call_id"))
        return None
    memory = call.memory
    memory.outcome = "refused" if event.error in ("refused", "gone") else "failed"
    memory.reason = event.reason or event.error
    ending.never_connected(call)
    return None


def while_placing(call: Call, event: CallChanged) -> Progress:
    """The first word about the call is there before its request has returned, or instead."""
    if event.call_id is None or event.call_id in call.memory.former:
        return None
    _dial(call, event.call_id)
    return while_dialling(call, event)


def while_dialling(call: Call, event: CallChanged) -> Progress:
    """Wait until somebody is there. A meeting has a lobby before its audio, a call a moment."""
    progress = answering.while_answering(call, event)
    if call.memory.established and "ring" in call.memory.deadlines and call.memory.party != "meeting":
        call.drop_deadline("ring")
        call.set_deadline("establish", answering.ESTABLISH_MS)
    return progress


def late(call: Call) -> None:
    """Nobody answered, nobody let us in, or nobody knows whether there is a call at all."""
    if call.memory.lost is not None:
        ending.give_up(call, "notRejoined", call.memory.lost["outcome"])
    elif call.memory.state is State.PLACING:
        ending.give_up(call, "notConfirmed")
    else:
        ending.give_up(call, None, "lobby_timeout" if call.memory.party == "meeting" else "no_answer")


def _dial(call: Call, call_id: str | None) -> None:
    call.call_id = call_id or call.call_id
    call.note("dialling", party=call.memory.party)
    call.enter(State.DIALLING)
    legs.report(call, "ringing")

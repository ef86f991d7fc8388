"""How a call that rings is answered, and how any call comes to be established: with its audio, and its keys heard.

Handlers take the call and an event, and return how far the flow's act has got (`calls.call.Progress`).
"""

from __future__ import annotations

from calls import commands, legs
from calls.call import Again, Call, Progress
from calls.events import CallChanged
from calls.states import State
from flows import acts

ESTABLISH_MS = 30_000

_BEFORE_ESTABLISHED = {"incoming", "ringing", "establishing"}
# What may be begun once more when a call that was lost is joined again.
_REPEATABLE = (acts.Play, acts.Listen, acts.Record, acts.Stay)


def answer(call: Call, act: acts.Answer) -> Progress:
    """Answer the call; Graph allows 15 s from the first ring."""
    call.issue(commands.AnswerCall, modalities=act.modalities, prefetch=prefetched(call, act))
    call.enter(State.ANSWERING)
    call.set_deadline("establish", ESTABLISH_MS)
    return None


def prefetched(call: Call, act: acts.Answer) -> tuple[str, ...]:
    """The keys of the prompts that Graph may fetch while the call comes to be."""
    prompts = call.pinned["prompts"]
    return tuple(prompts[name]["key"] for name in act.prefetch if name in prompts)


def observe(call: Call, event: CallChanged) -> None:
    """Keep what a call notification says. They overtake one another: never go back from established."""
    memory = call.memory
    if memory.established and event.state in _BEFORE_ESTABLISHED:
        return
    if event.state == "established" and not memory.established:
        memory.established = True
        memory.answered_ms = memory.answered_ms or call.now_ms
        call.set_deadline("keepAlive", int(call.settings["keep_alive_s"] * 1000))
        if "maximumLength" not in memory.deadlines:  # counted on when a lost call is joined again
            call.set_deadline("maximumLength", int(call.settings["max_call_s"] * 1000))
    if event.audio is not None:
        memory.audio = event.audio


def while_answering(call: Call, event: CallChanged) -> Progress:
    """Go on once the call is established and its audio active: earlier, prompts fail with 8501 or 8503."""
    observe(call, event)
    memory = call.memory
    if not (memory.established and memory.audio):
        return None
    call.drop_deadline("establish", "ring")
    legs.report(call, "established")
    if memory.subscribed or not call.flow.hears_keys:
        return up(call)
    call.issue(commands.SubscribeToTone)
    call.enter(State.SUBSCRIBING)
    return None


def subscribed(call: Call) -> Progress:
    """Keys will be told from now on; only now may anything be played that a key could interrupt."""
    call.memory.subscribed = True
    return up(call)


def up(call: Call) -> Progress:
    """The call is there: for the first time, or again."""
    if isinstance(call.act, acts.Answer):
        return acts.Answered()
    call.note("rejoined", attempt=call.memory.rejoins)
    return Again() if isinstance(call.act, _REPEATABLE) else acts.Failed(why="callLost")

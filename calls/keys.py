"""The caller's keys: kept, interrupting, collected.

Keys wait in a buffer until a node takes them into its entry: while the prompts still play if they may be interrupted,
else when they have ended. The entry may be complete before Graph has said that the cancelled prompt is over; the act
ends only then, because the next prompt must not be queued behind it.
"""

from __future__ import annotations

from typing import Literal, cast

from calls import commands, judging
from calls.call import OPERATION_GRACE_MS, Call
from calls.entries import take as take_entry
from calls.events import Key, Performed
from calls.states import State
from flows import acts
from flows.acts import Result

# Keys that wait for somebody to want them; a caller who leans on the keypad fills no history.
MOST_KEYS = 500


def keep(call: Call, event: Key) -> None:
    """Keep a key for whoever listens next."""
    if len(call.memory.keys) < MOST_KEYS:
        call.memory.keys.append(event.key)


def wait(call: Call, key: str | int) -> None:
    """Keep a key until it may count: when those before it have, and nothing has to be asked about it any more."""
    if len(call.memory.unjudged) < MOST_KEYS:
        call.memory.unjudged.append(key)


def flush(call: Call) -> None:
    """Forget the keys that were pressed before now."""
    memory = call.memory
    memory.keys, memory.unjudged = [], []
    judging.forget(call)


def while_playing(call: Call, event: Key) -> Result | None:
    """A key interrupts prompts that allow it, and counts."""
    keep(call, event)
    act = call.act
    if isinstance(act, acts.Play | acts.Listen) and act.barge_in:
        _interrupt(call)
        if isinstance(act, acts.Listen):
            take(call, act)
    return None


def while_interrupting(call: Call, event: Key) -> Result | None:
    """More keys come before the interrupted prompt has ended."""
    keep(call, event)
    if isinstance(call.act, acts.Listen):
        take(call, call.act)
    return None


def while_listening(call: Call, event: Key) -> Result | None:
    """The key that the flow waits for."""
    keep(call, event)
    assert isinstance(call.act, acts.Listen)
    take(call, call.act)
    return entry(call)


def while_recording(call: Call, event: Key) -> Result | None:
    """Graph stops the recording by itself; the key that did so has done its work."""
    stops = isinstance(event.key, str) and isinstance(call.act, acts.Record) and event.key in call.act.stop_keys
    if call.operation is not None and stops:
        call.operation.stop_key = True
    else:
        keep(call, event)
    return None


def _interrupt(call: Call) -> None:
    operation = call.operation
    assert operation is not None
    operation.cancel = True
    call.enter(State.INTERRUPTING)
    call.memory.deadlines["operation"] = min(
        call.memory.deadlines.get("operation", call.now_ms + OPERATION_GRACE_MS), call.now_ms + OPERATION_GRACE_MS
    )
    if operation.asked:
        call.issue(commands.CancelMediaProcessing)


def begin_listening(call: Call, act: acts.Listen) -> Result | None:
    """Wait for keys, now that nothing plays."""
    call.enter(State.LISTENING)
    call.set_deadline("firstDigit", act.first_digit_ms)
    take(call, act)
    return entry(call)


def take(call: Call, act: acts.Listen) -> None:
    """Move keys from the buffer into the entry until the entry is complete; sealed ones, once they are judged."""
    memory = call.memory
    if not memory.keys or memory.entry_ended is not None:
        return
    if judging.sealed(memory.keys):
        judging.ask(call, act)
        return
    call.drop_deadline("firstDigit")
    keys = [str(key) for key in (*memory.entry, *memory.keys)]
    taken = take_entry(keys, maximum=act.maximum, terminators=act.terminators)
    memory.entry, memory.keys, memory.entry_ended = list(taken.entry), [*keys[taken.used :]], taken.ended
    _taken(call, act, expects=taken.expects)


def _taken(call: Call, act: acts.Listen, *, expects: bool) -> None:
    if call.memory.entry_ended is None:
        call.set_deadline("interDigit", act.inter_digit_ms)
        return
    call.drop_deadline("interDigit")
    if expects:
        call.memory.habit, call.memory.habit_until_ms = act.terminators, call.now_ms + act.inter_digit_ms


def judged(call: Call, event: Performed) -> Result | None:
    """Somebody who may know the keys has said something of them."""
    question, act = call.memory.judging, call.act
    if question is None or question["step"] != event.step:
        return None
    call.memory.judging = None
    if question["what"] == "key":
        judging.about_key(call, event)
        return None
    assert isinstance(act, acts.Listen)
    ended = judging.about_entry(call, event)
    call.memory.entry_ended = ended or call.memory.entry_ended
    _taken(call, act, expects=(event.ok or {}).get("expects") is True)
    return entry(call)


def entry(call: Call) -> Result | None:
    """The entry, once it is complete and what it interrupted has ended."""
    memory = call.memory
    if memory.entry_ended is None or call.operation is not None:
        return None
    how = cast("Literal['maximum', 'terminator', 'pause', 'failed']", memory.entry_ended)
    digits, verdict = "".join(map(str, memory.entry)), memory.verdict
    memory.entry, memory.entry_ended, memory.verdict = [], None, None
    if how == "failed":
        return acts.Failed(why="keysUnread")
    if verdict is not None:
        return acts.Judged(how=how, **verdict)
    return acts.Collected(digits=digits, how=how)


def first_late(call: Call) -> Result | None:
    """No key came; or one did, and nobody has said yet what it is."""
    if call.memory.judging is not None:
        call.set_deadline("firstDigit", judging.PATIENCE_MS)
        return None
    return acts.Silence()


def next_late(call: Call) -> Result | None:
    """The caller has paused: the entry is complete."""
    if call.memory.judging is not None:
        call.set_deadline("interDigit", judging.PATIENCE_MS)
        return None
    if judging.sealed(call.memory.entry):
        assert isinstance(call.act, acts.Listen)
        judging.ask(call, call.act, pause=True)
        return None
    call.memory.entry_ended = "pause"
    return entry(call)

"""The caller's keys: kept, interrupting, collected.

Keys wait in a buffer until a node takes them into its entry: while the prompts still play if they may be interrupted,
else when they have ended. The entry may be complete before Graph has said that the cancelled prompt is over; the act
ends only then, because the next prompt must not be queued behind it.
"""

from __future__ import annotations

from typing import Literal, cast

from calls import commands
from calls.call import OPERATION_GRACE_MS, Call
from calls.events import Key
from calls.states import State
from flows import acts
from flows.acts import Result

# Keys that wait for somebody to want them; a caller who leans on the keypad fills no history.
MOST_KEYS = 500


def keep(call: Call, event: Key) -> None:
    """Keep a key for whoever listens next."""
    if len(call.memory.keys) < MOST_KEYS:
        call.memory.keys += event.key


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
    if call.operation is not None and isinstance(call.act, acts.Record) and event.key in call.act.stop_keys:
        call.operation.stop_key = True
    else:
        keep(call, event)
    return None


def out_of_habit(call: Call, key: str) -> bool:
    """Whether to swallow a key: a terminator after a full entry, or the echo of a stop key."""
    memory = call.memory
    swallow = key in memory.habit and call.now_ms <= memory.habit_until_ms
    memory.habit = ""
    return swallow


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
    """Move keys from the buffer into the entry until the entry is complete."""
    memory = call.memory
    while memory.keys and memory.entry_ended is None:
        key, memory.keys = memory.keys[0], memory.keys[1:]
        call.drop_deadline("firstDigit")
        if key in act.terminators:
            memory.entry_ended = "terminator"
        else:
            memory.entry += key
            if len(memory.entry) == act.maximum:
                memory.entry_ended = "maximum"
                _expect_terminator(call, act)
        if memory.entry_ended is None:
            call.set_deadline("interDigit", act.inter_digit_ms)
        else:
            call.drop_deadline("interDigit")


def _expect_terminator(call: Call, act: acts.Listen) -> None:
    memory = call.memory
    if memory.keys:
        if memory.keys[0] in act.terminators:
            memory.keys = memory.keys[1:]
    else:
        memory.habit, memory.habit_until_ms = act.terminators, call.now_ms + act.inter_digit_ms


def entry(call: Call) -> Result | None:
    """The entry, once it is complete and what it interrupted has ended."""
    memory = call.memory
    if memory.entry_ended is None or call.operation is not None:
        return None
    how = cast("Literal['maximum', 'terminator', 'pause']", memory.entry_ended)
    result = acts.Collected(digits=memory.entry, how=how)
    memory.entry, memory.entry_ended = "", None
    return result


def first_late(call: Call) -> Result | None:
    """No key came."""
    return acts.Silence()


def next_late(call: Call) -> Result | None:
    """The caller has paused: the entry is complete."""
    call.memory.entry_ended = "pause"
    return entry(call)

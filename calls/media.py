"""Prompts, keys and recordings: the acts that need the call's one media operation.

A prompt and the keys that answer it are one act (`Listen`). Its keys are taken from the call's buffer: while the
prompts still play if they may be interrupted, else when they have ended. The entry may be complete before Graph has
said that the cancelled prompt is over; the act ends only then, because the next prompt must not be queued behind it.
"""

from __future__ import annotations

from typing import Literal, cast

from calls import codes, commands, cut_off, recordings
from calls.call import Call, Operation
from calls.events import Key, OperationEnded
from calls.states import State
from flows import acts
from flows.acts import Result

# How much longer than its length an operation may take until it counts as over though nobody said so.
GRACE_MS = 5_000
# A stop key is told as a tone as well, before or after the operation's end.
STOP_KEY_ECHO_MS = 2_000
# Keys that wait for somebody to want them; a caller who leans on the keypad fills no history.
MOST_KEYS = 500


# --- beginning


def play(call: Call, act: acts.Play) -> Result | None:
    """Play prompts; a key that waits already interrupts at once."""
    if act.flush:
        call.memory.keys = ""
    if act.barge_in and call.memory.keys:
        return acts.Interrupted()
    return _start_prompts(call, act.prompts)


def listen(call: Call, act: acts.Listen) -> Result | None:
    """Play prompts and take keys; keys that wait already spare the caller an interruptible prompt."""
    memory = call.memory
    memory.entry, memory.entry_ended = "", None
    if act.flush:
        memory.keys = ""
    if act.prompts and not (act.barge_in and memory.keys):
        return _start_prompts(call, act.prompts)
    return _begin_listening(call, act)


def record(call: Call, act: acts.Record) -> Result | None:
    """Record the caller, where the route allows it."""
    if call.pinned["route"].get("recording", "off") == "off":
        return acts.Failed(why="recordingOff")
    keys = _prompt_keys(call, act.prompts)
    if keys is None:
        return acts.Failed(why="promptMissing")
    step = call.issue(
        commands.RecordResponse,
        prompts=keys,
        max_duration_s=act.max_duration_s,
        initial_silence_s=act.initial_silence_s,
        max_silence_s=act.max_silence_s,
        beep=act.beep,
        stop_tones=tuple(act.stop_keys),
        barge_in=False,
    )
    call.operation = Operation(step=step, record=True)
    recordings.begin(call, step)
    call.enter(State.RECORDING)
    longest_ms = (act.initial_silence_s + act.max_duration_s) * 1000
    call.set_deadline("operation", _length_ms(call, act.prompts) + longest_ms + GRACE_MS)
    return None


def _start_prompts(call: Call, names: tuple[str, ...]) -> Result | None:
    keys = _prompt_keys(call, names)
    if keys is None:
        return acts.Failed(why="promptMissing")
    for name in names:
        call.note("prompt", prompt=name)
    step = call.issue(commands.PlayPrompt, prompts=keys)
    call.operation = Operation(step=step, record=False)
    call.enter(State.PLAYING)
    call.set_deadline("operation", _length_ms(call, names) + GRACE_MS)
    return None


def _prompt_keys(call: Call, names: tuple[str, ...]) -> tuple[str, ...] | None:
    prompts = call.pinned["prompts"]
    return tuple(prompts[name]["key"] for name in names) if all(name in prompts for name in names) else None


def _length_ms(call: Call, names: tuple[str, ...]) -> int:
    return sum(int(call.pinned["prompts"][name]["ms"]) for name in names)


# --- keys


def keep_key(call: Call, event: Key) -> Result | None:
    """Keep a key for whoever listens next."""
    _keep(call, event)
    return None


def _keep(call: Call, event: Key) -> None:
    if len(call.memory.keys) < MOST_KEYS:
        call.memory.keys += event.key


def key_while_playing(call: Call, event: Key) -> Result | None:
    """A key interrupts prompts that allow it, and counts."""
    _keep(call, event)
    act = call.act
    if isinstance(act, acts.Play | acts.Listen) and act.barge_in:
        _interrupt(call)
        if isinstance(act, acts.Listen):
            _take_keys(call, act)
    return None


def key_while_interrupting(call: Call, event: Key) -> Result | None:
    """More keys come before the interrupted prompt has ended."""
    _keep(call, event)
    if isinstance(call.act, acts.Listen):
        _take_keys(call, call.act)
    return None


def key_while_listening(call: Call, event: Key) -> Result | None:
    """The key that the flow waits for."""
    _keep(call, event)
    assert isinstance(call.act, acts.Listen)
    _take_keys(call, call.act)
    return _entry(call)


def key_while_recording(call: Call, event: Key) -> Result | None:
    """Graph stops the recording by itself; the key that did so has done its work."""
    if call.operation is not None and isinstance(call.act, acts.Record) and event.key in call.act.stop_keys:
        call.operation.stop_key = True
    else:
        _keep(call, event)
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
        call.memory.deadlines.get("operation", call.now_ms + GRACE_MS), call.now_ms + GRACE_MS
    )
    if operation.asked:
        call.issue(commands.CancelMediaProcessing)


def _begin_listening(call: Call, act: acts.Listen) -> Result | None:
    call.enter(State.LISTENING)
    call.set_deadline("firstDigit", act.first_digit_ms)
    _take_keys(call, act)
    return _entry(call)


def _take_keys(call: Call, act: acts.Listen) -> None:
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


def _entry(call: Call) -> Result | None:
    memory = call.memory
    if memory.entry_ended is None or call.operation is not None:
        return None
    how = cast("Literal['maximum', 'terminator', 'pause']", memory.entry_ended)
    result = acts.Collected(digits=memory.entry, how=how)
    memory.entry, memory.entry_ended = "", None
    return result


def first_digit_late(call: Call) -> Result | None:
    """No key came."""
    return acts.Silence()


def next_digit_late(call: Call) -> Result | None:
    """The caller has paused: the entry is complete."""
    call.memory.entry_ended = "pause"
    return _entry(call)


# --- the operation


def operation_asked(call: Call, operation_id: str | None, *, uncertain: bool) -> None:
    """The request has returned, and the operation runs or may run."""
    operation = call.operation
    assert operation is not None
    operation.asked, operation.uncertain, operation.id = True, uncertain, operation_id or operation.id
    if operation.record:
        recordings.name(call, operation.step, operation_id)
    if operation.cancel:
        call.issue(commands.CancelMediaProcessing)


def operation_refused(call: Call, reason: str) -> Result:
    """The request surely did nothing."""
    operation = call.operation
    assert operation is not None
    if operation.record:
        recordings.never_begun(call, operation.step)
    _forget_operation(call)
    return acts.Failed(why=reason)


def operation_ended(call: Call, event: OperationEnded) -> Result | None:
    """An operation has ended; ours, or an older one that everybody has stopped waiting for."""
    operation = call.operation
    if operation is None or not _ours(call, operation, event):
        recordings.operation_ended(call, event)
        return None
    return end_operation(call, event)


def end_operation(call: Call, event: OperationEnded) -> Result | None:
    """Our operation has ended: say what that means for the act."""
    operation = call.operation
    assert operation is not None
    _forget_operation(call)
    if operation.record:
        return _recorded(call, operation, event)
    if not event.completed and not operation.cancel:
        return cut_off.by_operation(call, event, acts.Failed(why=str(event.subcode or event.code)))
    return _prompts_over(call, cancelled=operation.cancel, certain=True)


def operation_late(call: Call) -> Result | None:
    """Nobody said that the operation has ended, though it must have: go on as if somebody had."""
    operation = call.operation
    assert operation is not None
    call.note("operation_unheard_of", step=operation.step)
    _forget_operation(call)
    if operation.record:
        call.issue(commands.CancelMediaProcessing)
        return acts.Failed(why="unheardOf")
    return _prompts_over(call, cancelled=operation.cancel, certain=False)


def _forget_operation(call: Call) -> None:
    call.operation = None
    call.drop_deadline("operation")


def _ours(call: Call, operation: Operation, event: OperationEnded) -> bool:
    if event.context == call.context(operation.step):
        return True
    return event.operation_id is not None and event.operation_id == operation.id


def _recorded(call: Call, operation: Operation, event: OperationEnded) -> Result | None:
    recordings.operation_ended(call, event, operation.step)
    act = call.act
    assert isinstance(act, acts.Record)
    if event.subcode == codes.STOP_TONE and not operation.stop_key:
        call.memory.habit, call.memory.habit_until_ms = act.stop_keys, call.now_ms + STOP_KEY_ECHO_MS
    if event.completed:
        if not event.recording:
            return acts.Failed(why="noLocation")
        call.note("recording", status="expected", subcode=event.subcode)
        return cut_off.by_operation(call, event, acts.Recorded())
    if event.subcode == codes.INITIAL_SILENCE:
        return acts.Silence()
    return cut_off.by_operation(call, event, acts.Failed(why=str(event.subcode or event.code)))


def _prompts_over(call: Call, *, cancelled: bool, certain: bool) -> Result | None:
    act = call.act
    if isinstance(act, acts.Play):
        return acts.Interrupted() if cancelled else acts.Finished(certain=certain)
    assert isinstance(act, acts.Listen)
    if act.flush and not act.barge_in:
        call.memory.keys = ""
    call.enter(State.LISTENING)
    if not call.memory.entry and call.memory.entry_ended is None:
        call.set_deadline("firstDigit", act.first_digit_ms)
    _take_keys(call, act)
    return _entry(call)

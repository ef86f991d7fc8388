"""Prompts and recordings: the acts that need the call's one media operation.

A prompt and the keys that answer it are one act (`Listen`); the keys are `calls.keys`. A prompt on hold is an operation
that nobody waits for: it begins again when it has ended.
"""

from __future__ import annotations

from calls import codes, commands, cut_off, keys, operators, recordings
from calls.call import OPERATION_GRACE_MS, Call, Operation
from calls.events import OperationEnded, Performed
from calls.states import State
from flows import acts, sayings
from flows.acts import Result

# A stop key is told as a tone as well, before or after the operation's end.
STOP_KEY_ECHO_MS = 2_000
# Between two rounds of what is heard on hold.
HOLD_PAUSE_MS = 1_000


# --- beginning


def play(call: Call, act: acts.Play) -> Result | None:
    """Play prompts; a key that waits already interrupts at once."""
    if act.flush:
        keys.flush(call)
    if act.barge_in and call.memory.keys:
        return acts.Interrupted()
    return _start_prompts(call, act.prompts)


def listen(call: Call, act: acts.Listen) -> Result | None:
    """Play prompts and take keys; keys that wait already spare the caller an interruptible prompt."""
    memory = call.memory
    memory.entry, memory.entry_ended = [], None
    if act.flush:
        keys.flush(call)
    if act.prompts and not (act.barge_in and memory.keys):
        return _start_prompts(call, act.prompts)
    return keys.begin_listening(call, act)


def record(call: Call, act: acts.Record) -> Result | None:
    """Record the caller, where the route allows it; a policy's call, once everybody in it can see that it is."""
    mode = recordings.mode(call, act)
    if mode == "off":
        return acts.Failed(why="recordingOff")
    prompts = _prompt_keys(call, act.prompts)
    if prompts is None:
        return acts.Failed(why="promptMissing")
    if mode != "compliance":
        _start_recording(call, act, prompts, mode)
        return None
    if not call.memory.policy:
        return acts.Failed(why="notAPolicyCall")
    call.memory.telling = call.issue(commands.TellRecordingStatus, status="recording")
    call.enter(State.RECORDING)
    return None


def recording_told(call: Call, event: Performed) -> Result | None:
    """Everybody can see that the call is recorded, or cannot: then it is not."""
    if call.memory.telling != event.step:
        return None
    call.memory.telling = None
    act = call.act
    assert isinstance(act, acts.Record)
    if event.error is not None or ((event.ok or {}).get("status") or "").lower() == "failed":
        return acts.Failed(why="recordingStatus")
    prompts = _prompt_keys(call, act.prompts)
    assert prompts is not None
    _start_recording(call, act, prompts, "compliance")
    return None


def _start_recording(call: Call, act: acts.Record, prompts: tuple[str, ...], mode: str) -> None:
    step = call.issue(
        commands.RecordResponse,
        prompts=prompts,
        max_duration_s=act.max_duration_s,
        initial_silence_s=act.initial_silence_s,
        max_silence_s=act.max_silence_s,
        beep=act.beep,
        stop_tones=tuple(act.stop_keys),
        barge_in=False,
        transient=mode == "transient",
    )
    call.operation = Operation(step=step, record=True)
    recordings.begin(call, step, mode)
    call.enter(State.RECORDING)
    longest_ms = (act.initial_silence_s + act.max_duration_s) * 1000
    call.set_deadline("operation", _length_ms(call, act.prompts) + longest_ms + OPERATION_GRACE_MS)


def _start_prompts(call: Call, names: tuple[str, ...]) -> Result | None:
    if not begin_prompts(call, names):
        return acts.Failed(why="promptMissing")
    call.enter(State.PLAYING)
    return None


def begin_prompts(call: Call, names: tuple[str, ...], *, hold: bool = False) -> bool:
    """Ask for prompts; False when one of them is not there."""
    said = sayings.said_out(names, call.pinned["locale"])
    prompts = _prompt_keys(call, said)
    if prompts is None:
        return False
    for name in names:
        call.note("prompt", prompt=sayings.shown(name))
    step = call.issue(commands.PlayPrompt, prompts=prompts)
    call.operation = Operation(step=step, record=False, hold=hold)
    call.set_deadline("operation", _length_ms(call, said) + OPERATION_GRACE_MS)
    return True


def _prompt_keys(call: Call, names: tuple[str, ...]) -> tuple[str, ...] | None:
    prompts = call.pinned["prompts"]
    return tuple(prompts[name]["key"] for name in names) if all(name in prompts for name in names) else None


def _length_ms(call: Call, names: tuple[str, ...]) -> int:
    """How long until they have been heard: Graph queues them behind what an operator has had played."""
    queued_ms = max(0, call.memory.announced_until_ms - call.now_ms)
    return queued_ms + sum(int(call.pinned["prompts"][name]["ms"]) for name in names)


# --- the operation


def operation_asked(call: Call, operation_id: str | None) -> None:
    """The request has returned, and the operation runs or may run."""
    operation = call.operation
    assert operation is not None
    operation.asked, operation.id = True, operation_id or operation.id
    if operation.record:
        recordings.name(call, operation.step, operation_id)
    if operation.cancel:
        call.issue(commands.CancelMediaProcessing)


def operation_refused(call: Call, reason: str) -> Result | None:
    """The request surely did nothing."""
    operation = call.operation
    assert operation is not None
    if operation.record:
        recordings.never_begun(call, operation.step)
    forget_operation(call)
    return None if operation.hold else acts.Failed(why=reason)


def operation_ended(call: Call, event: OperationEnded) -> Result | None:
    """An operation has ended; ours, or an older one that everybody has stopped waiting for."""
    operation = call.operation
    if operation is None or not _ours(call, operation, event):
        if not operators.operation_ended(call, event):
            recordings.operation_ended(call, event)
        return None
    return end_operation(call, event)


def end_operation(call: Call, event: OperationEnded) -> Result | None:
    """Our operation has ended: say what that means for the act."""
    operation = call.operation
    assert operation is not None
    forget_operation(call)
    if operation.record:
        return _recorded(call, operation, event)
    if operation.hold:
        return _hold_on(call, event)
    if not event.completed and not operation.cancel:
        return cut_off.by_operation(call, event, acts.Failed(why=str(event.subcode or event.code)))
    return _prompts_over(call, cancelled=operation.cancel, certain=True)


def operation_late(call: Call) -> Result | None:
    """Nobody said that the operation has ended, though it must have: go on as if somebody had."""
    operation = call.operation
    assert operation is not None
    call.note("operation_unheard_of", step=operation.step)
    forget_operation(call)
    if operation.record:
        call.issue(commands.CancelMediaProcessing)
        return acts.Failed(why="unheardOf")
    if operation.hold:
        call.set_deadline("hold", HOLD_PAUSE_MS)
        return None
    return _prompts_over(call, cancelled=operation.cancel, certain=False)


def forget_operation(call: Call) -> None:
    """Wait no longer for the operation: it has ended, or its end is nobody's any more."""
    call.operation = None
    call.drop_deadline("operation")


def _ours(call: Call, operation: Operation, event: OperationEnded) -> bool:
    if event.context == call.context(operation.step):
        return True
    return event.operation_id is not None and event.operation_id == operation.id


def hold(call: Call) -> None:
    """Play what is heard over and over while the act at hand lasts, if there is anything."""
    if isinstance(call.act, acts.Stay | acts.Transfer | acts.Fetch | acts.Run) and call.act.hold:
        begin_prompts(call, call.act.hold, hold=True)


def stop_holding(call: Call) -> None:
    """Play it no more."""
    call.drop_deadline("hold")
    operation = call.operation
    if operation is not None and operation.hold:
        call.issue(commands.CancelMediaProcessing)
        forget_operation(call)


def _hold_on(call: Call, event: OperationEnded) -> None:
    if event.completed:
        call.set_deadline("hold", HOLD_PAUSE_MS)


def _recorded(call: Call, operation: Operation, event: OperationEnded) -> Result | None:
    recordings.operation_ended(call, event, operation.step)
    act = call.act
    assert isinstance(act, acts.Record)
    if recordings.mode(call, act) == "compliance":
        call.issue(commands.TellRecordingStatus, status="notRecording")
    if event.subcode == codes.STOP_TONE and not operation.stop_key:
        call.memory.habit, call.memory.habit_until_ms = act.stop_keys, call.now_ms + STOP_KEY_ECHO_MS
    if event.completed:
        if not event.recording:
            return acts.Failed(why="noLocation")
        call.note("recording", status="expected", subcode=event.subcode)
        return cut_off.by_operation(call, event, acts.Recorded(full=event.subcode == codes.MAX_DURATION))
    if event.subcode == codes.INITIAL_SILENCE:
        return acts.Silence()
    return cut_off.by_operation(call, event, acts.Failed(why=str(event.subcode or event.code)))


def _prompts_over(call: Call, *, cancelled: bool, certain: bool) -> Result | None:
    act = call.act
    if isinstance(act, acts.Play):
        return acts.Interrupted() if cancelled else acts.Finished(certain=certain)
    assert isinstance(act, acts.Listen)
    if act.flush and not act.barge_in:
        keys.flush(call)
    call.enter(State.LISTENING)
    if not call.memory.entry and call.memory.entry_ended is None:
        call.set_deadline("firstDigit", act.first_digit_ms)
    keys.take(call, act)
    return keys.entry(call)

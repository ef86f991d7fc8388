"""What the return of a command's activity means, by activity.

An error has one of five kinds. `gone`: Graph knows no such call any more; it is over (`calls.cut_off`), unless the
request named something else that may be gone: a participant, a meeting. `refused` and
`not_reached`: surely nothing happened, so the act failed. `unknown`: it may have happened, so wait for its effect until
the act's own deadline. `internal`: a fault of ours; hang up and record it.
"""

from __future__ import annotations

from collections.abc import Callable

from calls import (
    answering,
    codes,
    consultations,
    controls,
    cut_off,
    declining,
    ending,
    fetching,
    gathering,
    keys,
    media,
    operators,
    placing,
    queueing,
    transfers,
)
from calls.call import Call, Progress
from calls.events import CallChanged, OperationEnded, Performed
from calls.states import State
from flows import acts


def performed(call: Call, event: Performed) -> Progress:
    """Take the return of a command; one that was not asked for, or has returned before, says nothing."""
    activity = call.memory.asked.pop(str(event.step), None)
    if activity is None:
        return None
    if event.error is not None:
        _note_error(call, activity, event)
    action = operators.performed(call, event)
    if call.memory.over:
        return None
    if action in controls.COMMANDS:
        controls.done(call, action, event)
        return None
    if event.error == "gone" and activity not in _NOT_OF_THE_CALL:
        if call.memory.state is not State.HANGING_UP:  # there Graph's word is awaited already
            cut_off.by_404(call)
        return None
    if event.error == "internal" and activity not in _NOT_OF_THE_CALL:
        if activity == "hang_up":
            ending.over(call)
        else:
            ending.give_up(call, f"{activity} failed")
        return None
    handler = _HANDLERS.get(activity)
    return handler(call, event) if handler else None


def _note_error(call: Call, activity: str, event: Performed) -> None:
    facts = {"activity": activity, "error": event.error, "reason": event.reason}
    if event.reason == codes.PERMISSION_MISSING:
        call.memory.missing = activity
        facts["message"] = event.message  # names the permission, and is ours
    call.note("error", **facts)


def closed(call: Call, event: Performed) -> Progress:
    """The record is written, or nothing more can be done about it."""
    if call.memory.asked.pop(str(event.step), None) == "close_call":
        call.enter(State.CLOSED)
    return None


def _surely_not(event: Performed) -> bool:
    return event.error in ("refused", "not_reached")


def _answer(call: Call, event: Performed) -> Progress:
    if call.memory.state is not State.ANSWERING or call.memory.established:
        return None
    if _surely_not(event):
        call.drop_deadline("establish")
        return acts.Failed(why=event.error or "")
    seen = event.ok or {}
    call.memory.answer_ms = seen.get("after_ms")
    if seen.get("state") != "established":
        return None
    # The call was answered before, and Graph was asked how far it is: as good as a notification.
    audio = seen["audio"] == "active" if seen.get("audio") else None
    return answering.while_answering(call, CallChanged(state="established", audio=audio, code=None, subcode=None))


def _subscribe(call: Call, event: Performed) -> Progress:
    if call.memory.state is not State.SUBSCRIBING:
        return None
    return acts.Failed(why="tones") if _surely_not(event) else answering.subscribed(call)


def _operation(call: Call, event: Performed) -> Progress:
    if call.operation is None or call.operation.step != event.step:
        return None
    if _surely_not(event):
        return media.operation_refused(call, event.error or "")
    ok = event.ok or {}
    operation_id = ok.get("operation_id")
    status = (ok.get("status") or "").lower()
    if status not in ("completed", "failed"):
        media.operation_asked(call, operation_id)
        return None
    # Ended within the request: no notification will follow.
    ended = OperationEnded(
        operation_id=operation_id,
        context=call.context(event.step),
        completed=status == "completed",
        code=ok.get("code"),
        subcode=ok.get("subcode"),
    )
    return media.end_operation(call, ended)


def _decline(call: Call, event: Performed) -> Progress:
    if call.memory.state is not State.DECLINING or not _surely_not(event):
        return None
    return declining.not_declined(call, event.error or "")


def _consultation(call: Call, event: Performed) -> Progress:
    if call.memory.state is not State.CONSULTING or event.error in (None, "unknown"):
        return None
    return consultations.not_taken(call, "failed")


# What failed, or is gone, is not the call.
_NOT_OF_THE_CALL = {
    *("place_call", "start_consultation", "report_leg", "judge_keys", "fetch_http", "run_function", "place_in_queue"),
    *("start_gathering", "call_in"),
}

_HANDLERS: dict[str, Callable[[Call, Performed], Progress]] = {
    "answer_call": _answer,
    "subscribe_to_tone": _subscribe,
    "play_prompt": _operation,
    "record_response": _operation,
    "update_recording_status": media.recording_told,
    "reject_call": _decline,
    "redirect_call": _decline,
    "transfer_call": transfers.asked,
    "start_consultation": _consultation,
    "place_call": placing.placed,
    "list_participants": gathering.counted,
    "start_gathering": gathering.gathered,
    "call_in": gathering.called_in,
    "judge_keys": keys.judged,
    "fetch_http": fetching.fetched,
    "run_function": fetching.fetched,
    "place_in_queue": queueing.placed,
    "hang_up": ending.hang_up_performed,
    # Nothing depends on these: a prompt that could not be cancelled ends by itself, a keepAlive has a next one.
    "cancel_media_processing": lambda call, event: None,
    "keep_alive": lambda call, event: None,
    "report_leg": lambda call, event: None,
}

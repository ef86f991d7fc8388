"""What is asked of a call from outside, and the word in the journal on how it went.

Each request is answered once, or twice where Graph only begins what was asked: `started`, then how it ended.
"""

from __future__ import annotations

from typing import Any

from calls import commands, legs
from calls.call import Call
from calls.events import Control, OperationEnded, Performed

# Requests whose operations Graph never ends are forgotten, the oldest first.
_MOST = 50
# Results of what was surely not done.
_CAME_TO_NOTHING = frozenset({"refused", "not_reached", "failed"})


def ask(call: Call, event: Control, kind: type[commands.Command], **fields: Any) -> None:
    """Ask for the command that does what was asked for."""
    follow(call, event, call.issue(kind, request_n=event.n, **fields))


def follow(call: Call, event: Control, step: int) -> None:
    """Say how it went with the command of a step, once that is known."""
    controls = call.memory.controls
    controls[str(step)] = {"action": event.action, "request": event.request, "operation_id": None}
    for oldest in list(controls)[:-_MOST]:
        del controls[oldest]


def answer(call: Call, event: Control, result: str, reason: str | None = None) -> None:
    """Say how a request went that needed no command."""
    _note(call, {"action": event.action, "request": event.request}, result, reason)


def performed(call: Call, event: Performed) -> str | None:
    """If the command was a request's, say how it went, and give the action that was asked for."""
    entry = call.memory.controls.get(str(event.step))
    if entry is None:
        return None
    ok = event.ok or {}
    status = (ok.get("status") or "").lower()
    if event.error is not None:
        result, reason = ("refused" if event.error == "gone" else event.error), event.reason or event.error
    elif status == "failed":
        result, reason = "failed", _reason(ok.get("code"), ok.get("subcode"))
    elif ok.get("operation_id") and status != "completed":
        entry["operation_id"] = ok["operation_id"]
        result, reason = "started", None
    else:
        result, reason = "done", None
    if result != "started":
        del call.memory.controls[str(event.step)]
    _note(call, entry, result, reason)
    return entry["action"]


def operation_ended(call: Call, event: OperationEnded) -> bool:
    """Whether the operation was a request's; then how it ended is noted."""
    for step, entry in call.memory.controls.items():
        named = event.operation_id is not None and event.operation_id == entry["operation_id"]
        if named or event.context == call.context(int(step)):
            del call.memory.controls[step]
            result = "done" if event.completed else "failed"
            _note(call, entry, result, None if event.completed else _reason(event.code, event.subcode))
            return True
    return False


def _note(call: Call, entry: dict[str, Any], result: str, reason: str | None) -> None:
    call.note("control", action=entry["action"], request=entry["request"], result=result, reason=reason)
    if entry["action"] == "invite" and result in _CAME_TO_NOTHING:
        legs.not_invited(call, entry["request"])


def _reason(code: int | None, subcode: int | None) -> str:
    return f"{code}/{subcode}"

"""Signs that the call is over, before Graph says so.

A request is answered with 404, or an operation ends as one does when its call ends. Graph's own word is on its way and
says more: how the call ended, and whether a transfer went through. So it is awaited, for a moment; a flow that went
on meanwhile would take the caller's leave for a failure of its own.
"""

from __future__ import annotations

from calls import codes, rejoining
from calls.call import Call
from calls.events import OperationEnded
from calls.letting_go import let_go
from calls.states import State
from flows import acts
from flows.acts import Result

WAIT_MS = 2_000

_GONE, _RECORDED = "gone", "recorded"


def by_404(call: Call) -> None:
    """Graph knows no such call any more: nothing can be done with it, whatever comes."""
    call.drop_deadline(*(name for name in list(call.memory.deadlines) if name != "maximumLength"))
    _wait(call, _GONE)


def by_operation(call: Call, event: OperationEnded, result: Result) -> Result | None:
    """What an operation that has ended, unasked, means for its act: `result`, at once or if the call lives on."""
    if event.subcode not in codes.CALL_ENDED:
        return result
    _wait(call, _RECORDED if isinstance(result, acts.Recorded) else str(event.subcode))
    return None


def late(call: Call) -> Result | None:
    """Graph has not said that the call is over. After a 404 it is; after the end of an operation it goes on."""
    sign = call.memory.cut_off
    call.memory.cut_off = None
    if sign == _GONE:
        rejoining.over(call, gone=True)
        return None
    return acts.Recorded() if sign == _RECORDED else acts.Failed(why=sign or "")


def _wait(call: Call, sign: str) -> None:
    let_go(call)
    call.memory.cut_off = sign
    call.enter(State.CUT_OFF)
    call.set_deadline("cutOff", WAIT_MS)

"""What Graph's result codes mean to a call. `graph/contract` D lists them; only what changes a decision is here.

Source: https://learn.microsoft.com/graph/api/call-delete and
https://learn.microsoft.com/azure/communication-services/resources/troubleshooting/voice-video-calling/troubleshooting-codes
"""

from __future__ import annotations

from typing import Literal

CANCELLED = 8508
CALL_TERMINATED = 8528
MAX_SILENCE = 8509
INITIAL_SILENCE = 8510
STOP_TONE = 8514
TRANSFER_COMPLETED = 7015

# How an operation ends that its call takes with it; cancelled is also what one is that we cancel.
CALL_ENDED = {CANCELLED, CALL_TERMINATED}

# Tones by Graph's name; `flash` and what may come later are no keys of a flow.
KEYS = {f"tone{digit}": str(digit) for digit in range(10)} | {
    "star": "*",
    "pound": "#",
    "a": "A",
    "b": "B",
    "c": "C",
    "d": "D",
}

_NO_ANSWER = {8541, 8544, 10004, 10037, 10057, 10076, 10077, 10078}
_DECLINED = {5003, 8538, 8539, 8540, 10024, 560486}
# Ended by somebody's decision; any other code is a call that broke down.
_DELIBERATE = {None, 0, 200, 487, 603}


def transfer_failure(code: int | None, subcode: int | None) -> Literal["noAnswer", "declined", "failed"]:
    """Say why a transferred call came back."""
    if subcode in _NO_ANSWER or code in (408, 480):
        return "noAnswer"
    if subcode in _DECLINED or code in (486, 603):
        return "declined"
    return "failed"


def broke_down(code: int | None) -> bool:
    """Say whether a call that ended did so against everybody's will."""
    return code not in _DELIBERATE

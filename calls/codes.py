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
MAX_DURATION = 8515
TRANSFER_COMPLETED = 7015
# An error's code rather than an operation's: the tenant has not consented to what the application asked for.
PERMISSION_MISSING = "7504"

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

# Ended by somebody's decision; any other code is a call that broke down.
_DELIBERATE = {None, 0, 200, 487, 603}


# Why an established call is over, where the code says more than that it is.
_OVER = {
    5000: "removed",
    5300: "removed",
    5001: "conversation_ended",
    5003: "conversation_ended",
    5002: "alone",
    5010: "alone",
    5012: "alone",
    5013: "alone",
    5020: "alone",
    5007: "initiator_left",
    5014: "no_host",
    5030: "breakout_ended",
    5855: "lobby_timeout",
    7015: "moved",
    7504: "permission_missing",
    8537: "keepalive_lost",
}
# Of these the code beside it decides: 200 is a call that ended well.
_MEDIA_LOST = {1005, 301004, 301005}
# Why a call that we placed never came to be.
_NOT_CONNECTED = {
    560486: "busy",
    8539: "busy",
    8540: "busy",
    5003: "declined",
    8538: "declined",
    10024: "declined",
    5013: "no_answer",
    10004: "no_answer",
    8541: "unreachable",
    8544: "unreachable",
    10037: "unreachable",
    10057: "unreachable",
    10076: "unreachable",
    10077: "unreachable",
    10078: "unreachable",
    10134: "unreachable",
    7505: "refused",
    8526: "refused",
    8527: "refused",
    8560: "refused",
    8561: "refused",
    10199: "refused",
    510403: "refused",
}
_NOT_CONNECTED_BY_CODE = {
    200: "declined",
    403: "refused",
    404: "unreachable",
    408: "no_answer",
    480: "unreachable",
    486: "busy",
    487: "no_answer",
    600: "busy",
    603: "declined",
}


_WHY_BACK: dict[str, Literal["noAnswer", "declined"]] = {
    "busy": "declined",
    "declined": "declined",
    "no_answer": "noAnswer",
    "unreachable": "noAnswer",
}


def transfer_failure(code: int | None, subcode: int | None) -> Literal["noAnswer", "declined", "failed"]:
    """Say why a transferred call came back: why the call to its target never came to be."""
    return _WHY_BACK.get(not_connected(code, subcode), "failed")


def not_connected(code: int | None, subcode: int | None) -> str:
    """Say why a call that we placed is over before anybody could be heard: the outcome of the call."""
    return (
        _NOT_CONNECTED.get(subcode or 0)
        or _OVER.get(subcode or 0)
        or _NOT_CONNECTED_BY_CODE.get(code or 0)
        or ("media_lost" if subcode in _MEDIA_LOST else "failed")
    )


def over(code: int | None, subcode: int | None) -> str:
    """Say why an established call is over that we did not end: the outcome of the call."""
    if broke_down(code):
        return "media_lost" if subcode in _MEDIA_LOST else _OVER.get(subcode or 0, "dropped")
    return _OVER.get(subcode or 0, "hung_up")


def broke_down(code: int | None) -> bool:
    """Say whether a call that ended did so against everybody's will."""
    return code not in _DELIBERATE


def lost(code: int | None, subcode: int | None) -> bool:
    """Say whether a call was lost by a fault on the way, so that it makes sense to join again."""
    return broke_down(code) and over(code, subcode) in ("media_lost", "keepalive_lost", "dropped")

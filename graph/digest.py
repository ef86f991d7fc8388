"""What durable history may carry of a notification: numbers, states and opaque ids, nothing personal.

The shapes live in running histories: they are wire format. The inbox adds `n` (number) and `at` (Unix seconds).

| kind | other keys |
|---|---|
| `incoming` | `call_id`, `chain_id`, `caller`, `called` (kinds), `modalities`, `group`, `policy`, `meeting`? |
| `call` | `state`, `audio`, `code`, `subcode`, `meeting`? |
| `tone` | `state`, `sequence`, `tone` |
| `ended` | `code`, `subcode`, `reason` |
| `operation` | `operation`, `operation_id`, `status`, `context`, `code`, `subcode`, `recording`?, `reason`? |
| `roster` | `sequence`, `count` |
| `sharing` | `change`, `session` |
| `participant_joining` | `participant` (kind of identity) |
| `participant_left` | `code`, `subcode` |
| `unknown` | `type` |

Absent values are null; keys with a question mark are left out. `meeting` is what `meeting_info.joined_by` gives;
`recording`, of `record`, says whether there is one to fetch; `reason`, of `sendDtmfTones`, whether keys were really
sent. Free text that Graph or a forger put in is let through only where it has the form of a name without meaning
outside Graph.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from graph.kinds import (
    CallEnded,
    CallUpdated,
    ContentSharingChanged,
    IncomingCall,
    Notification,
    ParticipantJoining,
    ParticipantLeft,
    RosterUpdated,
    TonePressed,
    UnknownNotification,
)
from graph.meeting_info import joined_by
from graph.operations import OperationEnded, RecordEnded, SendDtmfTonesEnded
from graph.resources import ResultInfo

Digest = dict[str, Any]

_WORD = re.compile(r"[A-Za-z]{1,64}")
# Ours is `{instance id}:{step}`. Anything else was not put there by us and is left out.
_CONTEXT = re.compile(r"[A-Za-z][0-9A-Za-z-]{0,99}:[0-9A-Za-z._-]{1,99}")
_CALLERS = {
    "user": "user",
    "phone": "phone",
    "guest": "guest",
    "application": "application",
    "applicationInstance": "application",
    "encrypted": "encrypted",
}
_CALLED = frozenset({"user", "phone", "application", "applicationInstance", "encrypted"})


def digest(notification: Notification) -> Digest:
    """The digest of a notification: JSON, in one of the shapes above."""
    for kind, write in _WRITERS:
        if isinstance(notification, kind):
            return write(notification)
    return {"kind": "unknown", "type": None}


def _incoming(call: IncomingCall) -> Digest:
    return {
        "kind": "incoming",
        "call_id": call.call_id,
        "chain_id": call.call_chain_id,
        "caller": _CALLERS.get(call.source.identity.kind, "unknown"),
        "called": call.called.kind if call.called.kind in _CALLED else "unknown",
        "modalities": list(call.requested_modalities),
        "group": call.group,
        "policy": call.policy,
        **_meeting(call),
    }


def _call(call: CallUpdated) -> Digest:
    return {"kind": "call", "state": call.state, "audio": call.audio, **_codes(call.result), **_meeting(call)}


def _tone(tone: TonePressed) -> Digest:
    info = tone.tone_info
    return {"kind": "tone", "state": tone.state, "sequence": info.sequence_id, "tone": info.tone}


def _ended(call: CallEnded) -> Digest:
    return {"kind": "ended", **_codes(call.result), "reason": _word(call.termination_reason)}


def _operation(operation: OperationEnded) -> Digest:
    context = operation.client_context
    written: Digest = {
        "kind": "operation",
        "operation": _word(operation.operation),
        "operation_id": operation.operation_id,
        "status": operation.status,
        "context": context if context and _CONTEXT.fullmatch(context) else None,
        **_codes(operation.result),
    }
    if isinstance(operation, RecordEnded):
        written["recording"] = operation.recording_location is not None
    if isinstance(operation, SendDtmfTonesEnded):
        written["reason"] = _word(operation.completion_reason)
    return written


def _roster(roster: RosterUpdated) -> Digest:
    return {"kind": "roster", "sequence": roster.sequence_number, "count": roster.present}


def _sharing(sharing: ContentSharingChanged) -> Digest:
    return {"kind": "sharing", "change": sharing.change, "session": sharing.session_id}


def _joining(joining: ParticipantJoining) -> Digest:
    return {"kind": "participant_joining", "participant": _CALLERS.get(joining.source.identity.kind, "unknown")}


def _left(left: ParticipantLeft) -> Digest:
    return {"kind": "participant_left", **_codes(left.result)}


def _unknown(unknown: UnknownNotification) -> Digest:
    return {"kind": "unknown", "type": _word(unknown.type)}


def _meeting(call: IncomingCall | CallUpdated) -> Digest:
    found = joined_by(call.chat_info, call.meeting_info)
    return {} if found is None else {"meeting": found}


def _codes(result: ResultInfo | None) -> Digest:
    return {"code": result.code if result else None, "subcode": result.subcode if result else None}


def _word(text: str | None) -> str | None:
    return text if text and _WORD.fullmatch(text) else None


_WRITERS: tuple[tuple[type[Notification], Callable[[Any], Digest]], ...] = (
    (TonePressed, _tone),
    (CallUpdated, _call),
    (OperationEnded, _operation),
    (IncomingCall, _incoming),
    (CallEnded, _ended),
    (RosterUpdated, _roster),
    (ContentSharingChanged, _sharing),
    (ParticipantJoining, _joining),
    (ParticipantLeft, _left),
    (UnknownNotification, _unknown),
)

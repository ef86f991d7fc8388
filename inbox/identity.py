"""When two notifications are the same one, sent twice.

Microsoft does not document how often a notification comes again. A tone is known by its sequence number and key, an
operation by its id and status, everything else by the message it came in.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

JSON = dict[str, Any]

# Whether Graph's tone counter restarts (after a transfer, a new subscription) is unknown: the same number and key
# are the same press only for so long after it. Likewise an item that came without any message id.
_WINDOW_S = 10.0
_TONE, _OPERATION, _MESSAGE, _ITEM = "tone:", "operation:", "message:", "item:"


def identity_of(digest: JSON, raw: JSON, position: tuple[int, int], message_id: str | None) -> str:
    """The identity of a notification within its call.

    Args:
        digest: from `graph.digest`.
        raw: the item as it came, with a single `resourceData`.
        position: of the item in `value`, and of its part in `resourceData`.
        message_id: header X-Microsoft-Skype-Original-Message-ID, else X-Microsoft-Skype-Message-ID: a message that
            is sent again has a new id of its own and carries that of the first sending.
    """
    match digest:
        case {"kind": "tone", "sequence": int(sequence), "tone": str(tone)}:
            return f"{_TONE}{sequence}:{tone}"
        case {"kind": "operation", "operation_id": str(operation_id), "status": str(status)} if operation_id:
            return f"{_OPERATION}{operation_id}:{status}"
    if message_id:
        return f"{_MESSAGE}{message_of(position, message_id)}:{_hash(raw.get('resourceData'))}"
    return f"{_ITEM}{_hash(raw)}"


def message_of(position: tuple[int, int], message_id: str | None) -> str:
    """The message an item came in, and its place there; empty when Graph did not name the message.

    A message that is sent again is the same one, however much later: a webhook that died after storing a key press
    must not take it for a second press when Graph's next try comes after more than ten seconds.
    """
    return f"{message_id}:{position[0]}.{position[1]}" if message_id else ""


def same_within_s(identity: str) -> float | None:
    """For how many seconds after a notification another one of this identity is the same; None: for ever."""
    return _WINDOW_S if identity.startswith((_TONE, _ITEM)) else None


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

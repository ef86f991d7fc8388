"""Where a list of calls goes on, as a text that clients need not understand."""

from __future__ import annotations

import base64
import binascii
import re

_LATEST_MS = 10**13 - 1
_KEY = re.compile(r"\d{13}:[\w.-]{1,200}")


def key_of(started: float, instance_id: str) -> str:
    """Sorts calls newest first."""
    return f"{newest_first(started)}:{instance_id}"


def newest_first(when: float) -> str:
    """A text that sorts the later the earlier `when` (Unix seconds, to the millisecond) is."""
    return f"{_LATEST_MS - min(max(int(when * 1000), 0), _LATEST_MS):013d}"


def encode(key: str) -> str:
    """The cursor behind the call of `key`."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """The key it was made of. Raises `ValueError` for what `encode` did not make."""
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        key = ""
    if not _KEY.fullmatch(key):
        raise ValueError("the place to go on from is not one that a list of calls has given")
    return key

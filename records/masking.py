"""Takes out of a JSON value what operators need not see and storage need not know.

Phone numbers keep their last three digits, display names become initials, and whatever opens a door (tokens,
signatures, keys, the query of a URL) is gone. It errs on the side of masking: a text that looks like a phone number
is treated as one, but for the fields that hold ids.
"""

from __future__ import annotations

import re
from typing import Any

_IDS = frozenset(
    {
        *("id", "instance_id", "parent", "call_id", "chain_id", "operation_id", "request", "tenant_id", "customer"),
        *("bot_id", "thread_id", "message_id", "organizer_id", "blob", "sha256", "hash", "caller_hash"),
    }
)
_NAMES = frozenset({"displayname", "display_name"})
_SECRET = re.compile(r"token|secret|password|authorization|signature|cookie|credential|^sas$|^sig$", re.IGNORECASE)
_DATE = r"\d{4}-\d{2}-\d{2}"
# Digits with the separators people write; ids, which digits share with letters or dashes, are none.
_PHONE = re.compile(rf"(?<![\w-])(?!{_DATE})(?:\+|00)?\(?\d(?:[ ().\-/]{{0,2}}\d){{5,17}}(?![\w-])")
_URL = re.compile(r"(https?://[^\s?#]+)[?#]\S*")
_CALLBACK = re.compile(r"(/api/callbacks/[^/\s]+/)[^\s/?#]+")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.?[\w-]*")
_MASK = "***"


def masked(value: Any) -> Any:
    """A copy of a JSON value, masked; secrets are left out together with their names."""
    match value:
        case dict():
            return {name: _member(str(name), item) for name, item in value.items() if not _SECRET.search(str(name))}
        case list() | tuple():
            return [masked(item) for item in value]
        case str():
            return _text(value)
        case _:
            return value


def masked_phone(number: str) -> str:
    """`+442079460123` -> `***123`; of very short numbers nothing is left."""
    digits = re.sub(r"\D", "", number)
    return _MASK + (digits[-3:] if len(digits) > 5 else "")


def _member(name: str, value: Any) -> Any:
    if name.lower() in _NAMES and isinstance(value, str):
        return "".join(f"{word[0]}." for word in value.split())
    if name.lower() in _IDS and isinstance(value, str):
        return value
    return masked(value)


def _text(text: str) -> str:
    text = _JWT.sub(_MASK, text)
    text = _CALLBACK.sub(rf"\1{_MASK}", text)
    text = _URL.sub(r"\1", text)
    return _PHONE.sub(lambda found: masked_phone(found[0]), text)

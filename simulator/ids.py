"""Ids, which Graph and its users spell in several ways: dashed or not, in either case."""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{32}")


def same_id(text: str) -> str:
    """Any spelling of a GUID as the key it is kept under: lower case, dashed. Everything else stays as it is."""
    digits = text.replace("-", "").lower()
    if not _GUID.fullmatch(digits):
        return text
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

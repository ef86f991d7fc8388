"""Graph's ids come in several forms, even inside one call: dashed lower case, or 32 upper-case digits.

They are compared and stored normalised (no dashes, lower case), and sent back in the dashed form of the reference.
Source: https://learn.microsoft.com/graph/api/resources/commsnotification, whose samples mix both.
"""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{32}")
_OPAQUE = re.compile(r"[0-9a-z]{1,128}")


def normalised(value: object) -> str | None:
    """The id as a key: no dashes, lower case, letters and digits only.

    None for what cannot be an id: ids end up in paths, blob names and row keys.
    """
    if not isinstance(value, str) or len(value) > 160:
        return None
    key = value.replace("-", "").lower()
    return key if _OPAQUE.fullmatch(key) else None


def on_the_wire(key: str) -> str:
    """The normalised id as Graph's reference writes it: a dashed GUID where it is one, else as it is."""
    if _GUID.fullmatch(key):
        return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
    return key

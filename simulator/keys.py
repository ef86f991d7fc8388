"""The keys of a telephone, and Graph's names for them.

Source: https://learn.microsoft.com/graph/api/resources/toneinfo
"""

from __future__ import annotations

TONES = {
    **{str(digit): f"tone{digit}" for digit in range(10)},
    "*": "star",
    "#": "pound",
    **{letter.upper(): letter for letter in "abcd"},
    "!": "flash",
}
DIAL_CHARACTERS = {tone: key for key, tone in TONES.items()}


class NoSuchKey(ValueError):
    """A character that is on no telephone."""


def tones_of(keys: str) -> list[str]:
    """Tone names of dial characters (`0`-`9`, `*`, `#`, `A`-`D`, `!` for flash). Raises `NoSuchKey`."""
    names = [TONES.get(key.upper()) for key in keys] if isinstance(keys, str) else []
    if not names or None in names:
        raise NoSuchKey(f"tones must be some of 0123456789*#ABCD!, not {keys!r}")
    return [name for name in names if name is not None]

"""Reads single values of Graph's JSON, whose documentation, metadata and wire disagree.

No reader raises: what has not the expected shape reads as absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

JSON = dict[str, Any]

_NOTHING: Mapping[str, object] = {}
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_LARGEST = 2**63 - 1
_GRAPH_TYPE = re.compile(r"#?microsoft\.graph\.([A-Za-z0-9]{1,64})", re.IGNORECASE)


def mapping(value: object) -> Mapping[str, object]:
    """The JSON object, or an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else _NOTHING


def sequence(value: object) -> Sequence[object]:
    """The JSON array, or an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else ()


def text(value: object) -> str | None:
    """The string, or None when it is empty or none at all."""
    return value if isinstance(value, str) and value else None


def integer(value: object) -> int | None:
    """The whole number: Graph's samples write some of them as strings.

    None for what is no whole number of 64 bits.
    """
    if isinstance(value, str):
        return integer(int(value)) if _INTEGER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -_LARGEST <= value <= _LARGEST else None


def flag(value: object) -> bool:
    """Whether the value is true."""
    return value is True


def member(value: object, members: Mapping[str, str]) -> str | None:
    """An enum's member in its camelCase spelling, whatever case the wire had; None for an unknown one.

    `members` maps lower-case spellings to proper ones (`enum`).
    """
    return members.get(value.lower()) if isinstance(value, str) else None


def enum(*members: str) -> Mapping[str, str]:
    """Members by their lower-case spelling, for `member`."""
    return {name.lower(): name for name in members}


def type_name(value: object) -> str | None:
    """`call` for `#microsoft.graph.call`; None for what is no Graph type."""
    found = _GRAPH_TYPE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None

"""Which telephones a request would dial, and whether this deployment lets it.

`DIAL_ALLOW` lists the beginnings of numbers that may be dialled; without it none may. Users, meetings and resource
accounts cost nothing by the minute and are not held back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from api.shapes import Wrong

JSON = dict[str, Any]

SETTING = "DIAL_ALLOW"


def telephones(request: object, at: str = "") -> Iterator[tuple[str, str]]:
    """Every number that a sound request names as somebody to call, with the field it stands in."""
    if isinstance(request, dict):
        for name, value in cast("JSON", request).items():
            place = f"{at}.{name}" if at else name
            if name == "phone" and isinstance(value, str):
                yield place, value
            else:
                yield from telephones(value, place)
    elif isinstance(request, list):
        for index, item in enumerate(cast("list[object]", request)):
            yield from telephones(item, f"{at}[{index}]")


def forbidden(request: object, allowed: Sequence[str]) -> list[Wrong]:
    """The fields with a number that begins with none of the allowed prefixes."""
    return [
        Wrong(field=place, detail=f"begins with none of the numbers that {SETTING} lists")
        for place, number in telephones(request)
        if not number.startswith(tuple(allowed))
    ]


def most_dials(request: JSON) -> int:
    """How many telephone calls a sound request may come to: each number as often as it is tried."""
    return sum(1 for _ in telephones(request)) * int(request.get("tries", 1))

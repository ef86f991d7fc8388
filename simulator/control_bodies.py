"""Bodies of control requests, read with care."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request


class Refused(ValueError):
    """What was asked makes no sense; the message says what would."""


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of a body, empty when there is no body. Raises `Refused`."""
    text = await request.body()
    try:
        value = json.loads(text, parse_constant=_no_number) if text else {}
    except ValueError:
        raise Refused("the body is not JSON") from None
    if not isinstance(value, dict):
        raise Refused("the body must be a JSON object")
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


async def read_texts(request: Request, *names: str) -> dict[str, str]:
    """An object that has some of these members, all texts. Raises `Refused`."""
    asked = await read_object(request)
    if set(asked) - set(names) or not all(isinstance(value, str) for value in asked.values()):
        raise Refused(f"wanted an object with, if anything, {', '.join(names)}: texts")
    return asked


def are(values: Any, kind: type) -> bool:
    """Whether it is a list of these."""
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)

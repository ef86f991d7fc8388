"""From the bytes of a webhook request to the list inside: decoded, bounded, and told apart from other bodies."""

from __future__ import annotations

import json
import math
import re
from typing import cast

from graph.wire import JSON

MAX_ITEMS = 100
MAX_DEPTH = 32

_ENVELOPE = "#microsoft.graph.commsnotifications"
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
# What Graph has been seen to declare, and its neighbours; UTF-8 is tried before any of them.
_SINGLE_BYTE = {"windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-1": "latin-1", "latin-1": "latin-1"}


class NotNotifications(ValueError):
    """The body is no list of Graph notifications; the message says why, without quoting it.

    `legacy`: it looks like the form of the Skype calling API. Answered with 204, it comes again in Graph's form.
    Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
    """

    def __init__(self, why: str, *, legacy: bool = False) -> None:
        super().__init__(why)
        self.legacy = legacy


def items(body: bytes, content_type: str | None) -> list[object]:
    """The notifications of a `#microsoft.graph.commsNotifications` body, not yet looked into.

    Raises `NotNotifications`: also for a body nested deeper than 32 levels or with more than 100 notifications.
    Source: https://learn.microsoft.com/graph/api/resources/commsnotifications
    """
    envelope = _decoded(body, content_type)
    if not isinstance(envelope, dict) or not envelope:
        raise NotNotifications("the body is no JSON object, or an empty one")
    given = cast("JSON", envelope)
    kind = given.get("@odata.type")
    name = kind.lower() if isinstance(kind, str) else ""
    if name not in (_ENVELOPE, _ENVELOPE[1:]):
        # The legacy form was never published; what is not of Graph is taken for it, and Graph then sends its own.
        raise NotNotifications(
            "the body's @odata.type is not #microsoft.graph.commsNotifications",
            legacy=not name.removeprefix("#").startswith("microsoft.graph."),
        )
    value = given.get("value")
    if not isinstance(value, list):
        raise NotNotifications("the body's value is no array")
    found = cast("list[object]", value)
    if len(found) > MAX_ITEMS:
        raise NotNotifications(f"the body holds more than {MAX_ITEMS} notifications")
    return found


def _decoded(body: bytes, content_type: str | None) -> object:
    text = _text(body, content_type)
    try:
        document: object = _DECODER.decode(text)
    except RecursionError:
        raise NotNotifications("the body is nested too deeply") from None
    except ValueError:  # not JSON, or numbers nobody can hold
        raise NotNotifications("the body is not JSON") from None
    if _deeper_than(MAX_DEPTH, text, document):
        raise NotNotifications(f"the body is nested deeper than {MAX_DEPTH} levels")
    return document


def _text(body: bytes, content_type: str | None) -> str:
    # Text in another charset is hardly ever valid UTF-8, so the bytes are believed before the label.
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(content_type or "")
    codec = _SINGLE_BYTE.get(declared[1].lower()) if declared else None
    if codec is None:
        raise NotNotifications("the body is not UTF-8, and declares no charset known here")
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        raise NotNotifications(f"the body is not {codec}, which it declares") from None


def _deeper_than(limit: int, text: str, document: object) -> bool:
    if text.count("{") + text.count("[") <= limit:
        return False
    level = [document]
    for _ in range(limit):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(cast("JSON", value).values())
    return cast("list[object]", value) if isinstance(value, list) else []


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)

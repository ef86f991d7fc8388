"""Whole bodies of every request, and each way in which one of their values can be wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from desk import RESOURCE, USER

from api.requests import ACTIONS, ERASURE, GATHERING, HOLD, PLACEMENT
from api.shapes import Either, Group, Items, Nullable, Shape

JSON = dict[str, Any]

_CALL: JSON = {"flow": "small-business", "customer": "northwind", "tenant": USER, "locale": "en-US"}
_RINGING: JSON = {"ring_for_s": 30, "tries": 2, "retry_within_s": 600}
_FROM: JSON = {"from": {"application_instance": RESOURCE, "name": "Northwind"}}
_JOINING: JSON = {"as_guest": "Recorder", "rejoin": False, "modalities": ["audio"], "consent": "2417"}
_MEETINGS: list[JSON] = [
    {"join_url": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0"},
    {"join_id": "123 456 789 012", "passcode": "aBc123"},
    {"token": "eyJ"},
    {"create": {"subject": "Incident", "as_user": USER}},
]
PLACEMENTS: list[JSON] = [
    {"to": [{"user": USER}, {"user": RESOURCE}], **_CALL, **_RINGING, "modalities": ["audio"], "consent": "2417"},
    {"to": [{"phone": "+442071234567"}], **_FROM, **_CALL, **_RINGING},
    *({"meeting": meeting, **_CALL, **_JOINING} for meeting in _MEETINGS),
]
_PEOPLE: list[JSON] = [{"user": USER}, {"phone": "+442071234567"}]
GATHERINGS: list[JSON] = [
    {
        "people": [{"user": USER}, {"phone": "+442071234567"}],
        "meeting": meeting,
        **_CALL,
        **_FROM,
        **_RINGING,
        "at_once": 2,
    }
    for meeting in _MEETINGS
]
ERASURES: list[JSON] = [
    {"caller": {"phone": "+442071234567"}, "customer": "northwind"},
    {"caller": {"user": USER}},
    {"customer": "northwind"},
]
ARGUMENTS: dict[str, list[JSON]] = {
    "transfer": [
        {"target": {"user": USER}, "consult": True, "transferee": "p1"},
        {"target": {"phone": "+442071234567"}},
        {"target": {"application_instance": USER}},
        {"target": {"voicemail": USER}},
    ],
    "play": [{"prompt": "greeting"}],
    "invite": [{"participants": [{"user": USER}, {"phone": "+442071234567"}]}],
    "remove_participant": [{"participant": "p1"}],
    "mute_participant": [{"participant": "p1"}],
    "hold": [{"participant": "p1", "prompt": "greeting"}],
    "resume": [{"participant": "p1"}],
    "send_tones": [{"tones": "12#"}],
    "screen_sharing": [{"role": "viewer"}],
    "recording_status": [{"status": "recording"}],
}
#: Every request that has a body: where it goes (`{id}` is a live call), its shape, whole bodies.
REQUESTS: dict[str, tuple[Shape, list[JSON]]] = {
    "/calls": (PLACEMENT, PLACEMENTS),
    "/gatherings": (GATHERING, GATHERINGS),
    "/erasures": (ERASURE, ERASURES),
    "/calls/{id}/legal-hold": (HOLD, [{"reason": "case 2417"}]),
    **{f"/calls/{{id}}/{each.in_path}": (each.arguments, ARGUMENTS.get(each.name, [{}])) for each in ACTIONS},
}


def fields_of(shape: Shape, at: str = "") -> Iterator[str]:
    """The path of every field that a shape has, lists as `[]`."""
    match shape:
        case Group():
            for each in shape.fields:
                place = f"{at}.{each.name}" if at else each.name
                yield place
                yield from fields_of(each.shape, place)
        case Either():
            for group in shape.kinds.values():
                yield from fields_of(group, at)
        case Items():
            yield from fields_of(shape.shape, f"{at}[]")
        case Nullable():
            yield from fields_of(shape.shape, at)
        case _:
            return


def places_in(value: object, at: str = "") -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Every place in a document but the whole: as an error names it, and the steps that lead there."""
    steps: list[tuple[str, str | int, object]] = []
    if isinstance(value, dict):
        steps = [(f"{at}.{name}" if at else name, name, item) for name, item in value.items()]
    elif isinstance(value, list):
        steps = [(f"{at}[{index}]", index, item) for index, item in enumerate(value)]
    for place, step, item in steps:
        yield place, (step,)
        yield from ((below, (step, *others)) for below, others in places_in(item, place))


def shortened(document: JSON) -> Iterator[tuple[str, JSON]]:
    """The document without one of its members, each in turn, and where that stood."""
    for place, steps in places_in(document):
        if isinstance(steps[-1], str):
            lacking = copy.deepcopy(document)
            del _at(lacking, steps[:-1])[steps[-1]]
            yield place, lacking


def spoilt(document: JSON) -> Iterator[tuple[str, JSON]]:
    """The document with one thing wrong, each in turn, and the field that is to be named."""
    for place, steps in places_in(document):
        for value in _wrong_for(_at(document, steps)):
            yield place, _with(document, steps, value)
    for place, steps in [("", ()), *places_in(document)]:
        found = _at(document, steps)
        if isinstance(found, dict):
            yield f"{place}.nonsense".lstrip("."), _with(document, steps, {**found, "nonsense": 1})


def _wrong_for(value: object) -> list[object]:
    kinds: list[object] = [None, {"a": 1}, ["x", "x"], "\n", 3.5, -1, 10**6, True]
    match value:
        case bool():
            return [each for each in kinds if not isinstance(each, bool)]
        case str():
            return [*(each for each in kinds if each is not None), "", "x" * 9000]
        case _:
            return [*kinds, "text"]


def _at(document: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        document = document[step]
    return document


def _with(document: JSON, steps: tuple[str | int, ...], value: object) -> Any:
    if not steps:
        return value
    changed = copy.deepcopy(document)
    _at(changed, steps[:-1])[steps[-1]] = value
    return changed

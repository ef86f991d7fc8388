from __future__ import annotations

import json
from typing import Any

from graph_schemas import NOTIFICATION_FILES
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.digest import digest
from graph.notifications import Notification, NotNotifications, parse_notifications

EXAMPLES = [json.loads(path.read_bytes()) for path in NOTIFICATION_FILES]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
# Values that mean something to the parser, in places where they may not belong.
telling = st.sampled_from(
    [
        "#microsoft.graph.call",
        "#microsoft.graph.participant",
        "#microsoft.graph.deltaParticipants",
        "#microsoft.graph.recordOperation",
        "#microsoft.graph.participantJoiningNotification",
        "/communications/calls/0c1f5b0011114a2b9c3d000000000001/operations/",
        "/communications/calls/x/participants/y",
        "deleted",
        "created",
        "terminated",
        "incoming",
        "\ud800",
    ]
) | st.sampled_from(["{}", "[]", "[{}]"]).map(json.loads)  # new each time: one that is shared could come to hold itself


def outcome(body: bytes) -> tuple[Notification, ...] | NotNotifications:
    """Parse and digest; every exception but the expected one fails the test."""
    try:
        found = parse_notifications(body)
    except NotNotifications as refusal:
        return refusal
    for one in found:
        json.dumps(digest(one), allow_nan=False).encode()
        hash(one.position)
    return found


def not_json(body: bytes) -> bool:
    """Whether it holds one of the constants that Python writes and JSON does not know: NaN, Infinity."""
    constants: list[str] = []
    json.loads(body, parse_constant=constants.append)
    return bool(constants)


def places(document: Any) -> list[tuple[Any, Any]]:
    """Every container and key inside a document."""
    found: list[tuple[Any, Any]] = []
    pending = [document]
    while pending:
        container = pending.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                pending.append(container[key])
    return found


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    outcome(body)


@given(json_values)
def test_no_json_raises_anything_else(value: Any) -> None:
    outcome(json.dumps(value).encode())


@given(st.lists(json_values, max_size=4))
def test_inside_the_envelope_nothing_is_refused(items: list[Any]) -> None:
    body = json.dumps({"@odata.type": "#microsoft.graph.commsNotifications", "value": items}).encode()
    found = outcome(body)
    assert isinstance(found, NotNotifications) is not_json(body)


@settings(max_examples=400)
@given(st.sampled_from(EXAMPLES), st.data())
def test_a_mutated_example_is_still_read(example: Any, data: st.DataObject) -> None:
    document = json.loads(json.dumps(example))
    for _ in range(data.draw(st.integers(1, 4))):
        container, key = data.draw(st.sampled_from(places(document["value"]) or [(document["value"], 0)]))
        try:
            if data.draw(st.booleans()):
                container[key] = data.draw(telling | scalars)
            else:
                del container[key]
        except (IndexError, KeyError):  # an earlier mutation took it away
            continue
    body = json.dumps(document).encode()
    assert isinstance(outcome(body), NotNotifications) is not_json(body)

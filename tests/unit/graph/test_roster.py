"""Who is in a group call, without who they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graph_schemas import notification
from hypothesis import given
from hypothesis import strategies as st

from graph.notifications import RosterUpdated, parse_notifications
from graph.roster import entry, participants, roster

ALICE = "0c1f5b0099994a2b9c3d000000000011"
BOT = "0c1f5b0022224a2b9c3d0000000000aa"


def data(name: str) -> Any:
    return notification(name)["value"][0]["resourceData"]


def one(name: str, **changes: Any) -> dict[str, Any]:
    return entry({**data(name)[0], **changes})


PRESENT = {"muted": False, "lobby": False, "recording": None, "removed": False}


def test_a_roster_names_ids_kinds_and_states() -> None:
    assert roster(data("34_roster")) == [
        {"id": ALICE, "kind": "user", **PRESENT},
        {"id": BOT, "kind": "application", **PRESENT},
    ]


@pytest.mark.parametrize(
    ("name", "kind", "state", "value"),
    [
        ("35_roster", "guest", "lobby", True),
        ("36_roster", "user", "muted", True),
        ("37_roster", "phone", "lobby", False),
        ("38_roster", "user", "recording", "recording"),
    ],
)
def test_each_state_is_seen(name: str, kind: str, state: str, value: object) -> None:
    assert (kind, value) in {(found["kind"], found[state]) for found in roster(data(name))}


def test_whoever_left_is_marked_in_a_delta() -> None:
    found = roster(data("39_roster"))
    assert [(one["kind"], one["removed"]) for one in found] == [("user", False), ("unknown", True)]


def test_whose_audio_is_inactive_is_not_taken_for_on_hold() -> None:
    streams = [{"mediaType": "audio", "direction": "inactive"}]
    assert one("34_roster", mediaStreams=streams) == {"id": ALICE, "kind": "user", **PRESENT}


def test_somebody_just_invited_has_no_id() -> None:
    assert one("34_roster", id=None)["id"] is None


def test_every_form_of_a_roster_is_read() -> None:
    listed = data("34_roster")
    assert participants(listed) == participants({"value": listed}) == participants({"participants": listed})
    assert participants(listed[0]) == participants(listed)[:1]
    assert participants(None) == participants({}) == participants("x") == ()


def test_a_notification_counts_who_is_there() -> None:
    for name, present in (("34_roster", 2), ("39_roster", 1)):
        (found,) = parse_notifications(json.dumps(notification(name)).encode())
        assert isinstance(found, RosterUpdated)
        assert found.present == present


@pytest.mark.parametrize("name", ["34_roster", "35_roster", "37_roster", "38_roster"])
def test_nobody_is_named(name: str) -> None:
    written = json.dumps(roster(data(name)))
    for text in personal(data(name)):
        assert text not in written


def personal(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value[name] for name in ("displayName", "tenantId") if value.get(name)]
        user = [value["id"]] if "identity" in str(value.get("@odata.type")) and value.get("id") else []
        return [*own, *user, *(text for inner in value.values() for text in personal(inner))]
    return [text for inner in value for text in personal(inner)] if isinstance(value, list) else []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "info", "identity", "user", "mediaStreams", "value", "participants", "recordingInfo"]
            ),
            inner,
            max_size=3,
        )
    ),
)


@given(json_values)
def test_nothing_that_graph_sends_raises(value: Any) -> None:
    for found in roster(value):
        assert set(found) == {"id", "kind", *PRESENT}
        json.dumps(found)

"""Meeting coordinates on the wire, in storage, and in what durable history may know."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graph_schemas import notification, problems_with_resource
from hypothesis import given
from hypothesis import strategies as st
from request_examples import CHAT, ORGANIZER, OWNER, TENANT, chats, join_ids, organizers, tokens

from graph.meetings import (
    Chat,
    Coordinates,
    JoinIdMeeting,
    Meeting,
    OnlineMeeting,
    OrganizerMeeting,
    TokenMeeting,
    joined_by,
    meeting_from_json,
    meeting_from_wire,
)
from graph.requests import BadRequest

meetings = organizers | join_ids | tokens


@given(meetings)
def test_a_meeting_is_read_as_it_was_written(meeting: Meeting) -> None:
    assert meeting_from_json(json.loads(json.dumps(meeting.to_json()))) == meeting
    assert meeting_from_wire(json.loads(json.dumps(meeting.to_wire()))) == meeting
    assert problems_with_resource(meeting.to_wire()) == []


@given(chats)
def test_a_chat_is_read_as_it_was_written(chat: Chat) -> None:
    assert Chat.from_json(json.loads(json.dumps(chat.to_json()))) == chat
    assert Chat.from_wire(json.loads(json.dumps(chat.to_wire()))) == chat
    assert problems_with_resource(chat.to_wire()) == []


@given(meetings | chats)
def test_no_repr_shows_how_to_join(found: Meeting | Chat) -> None:
    for name in ("organizer_id", "join_id", "passcode", "token", "thread_id"):
        value = getattr(found, name, None)
        assert value is None or len(value) < 8 or value not in repr(found)


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (Chat, {"thread_id": "x"}, "chat.thread_id"),
        (Chat, {"thread_id": CHAT.thread_id, "message_id": "x"}, "chat.message_id"),
        (Chat, {"thread_id": CHAT.thread_id, "reply_chain_message_id": ""}, "chat.reply_chain_message_id"),
        (OrganizerMeeting, {"organizer_id": "a/b", "tenant_id": TENANT}, "meeting.organizer_id"),
        (OrganizerMeeting, {"organizer_id": OWNER, "tenant_id": ""}, "meeting.tenant_id"),
        (JoinIdMeeting, {"join_id": "123 456 789"}, "meeting.join_id"),
        (JoinIdMeeting, {"join_id": "12345678"}, "meeting.join_id"),
        (JoinIdMeeting, {"join_id": "123456789", "passcode": ""}, "meeting.passcode"),
        (JoinIdMeeting, {"join_id": "123456789", "passcode": "x" * 65}, "meeting.passcode"),
        (TokenMeeting, {"token": ""}, "meeting.token"),
        (TokenMeeting, {"token": "x" * 16385}, "meeting.token"),
    ],
)
def test_each_limit_is_named(kind: type, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequest) as raised:
        kind(**fields)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "meeting.token"),
        ({"token": 7}, "meeting.token"),
        ({"join_id": None}, "meeting.join_id"),
        ({"join_id": "123456789", "passcode": 7}, "meeting.passcode"),
        ({"organizer_id": OWNER}, "meeting.tenant_id"),
    ],
)
def test_what_was_not_written_here_is_refused(document: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequest) as raised:
        meeting_from_json(document)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        {},
        {"@odata.type": "#microsoft.graph.organizerMeetingInfo"},
        {"@odata.type": "#microsoft.graph.organizerMeetingInfo", "organizer": {"user": {"id": OWNER}}},
        {"@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", "joinMeetingId": "x"},
        {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": 7},
        {"@odata.type": "#microsoft.graph.somethingNew", "token": "x"},
    ],
    ids=str,
)
def test_what_cannot_be_joined_is_no_meeting(value: object) -> None:
    assert meeting_from_wire(value) is None
    assert Coordinates.of_call({"chatInfo": CHAT.to_wire(), "meetingInfo": value}) is None


def test_an_organizer_without_tenant_is_of_the_calls() -> None:
    value = {"@odata.type": "#Microsoft.Graph.OrganizerMeetingInfo", "organizer": {"user": {"id": OWNER}}}
    assert meeting_from_wire(value, TENANT) == ORGANIZER


@pytest.mark.parametrize("name", ["03_incoming", "11_call"])
def test_the_coordinates_of_a_call_lead_back_into_it(name: str) -> None:
    call = notification(name)["value"][0]["resourceData"]
    assert Coordinates.of_call(call) == Coordinates(chat=CHAT, meeting=ORGANIZER)


@pytest.mark.parametrize("name", ["01_incoming", "09_call"])
def test_a_call_of_two_has_no_coordinates(name: str) -> None:
    call = notification(name)["value"][0]["resourceData"]
    assert Coordinates.of_call(call) is None
    assert joined_by(call.get("chatInfo"), call.get("meetingInfo")) is None


@pytest.mark.parametrize(
    ("meeting", "word"),
    [(ORGANIZER, "organizer"), (JoinIdMeeting(join_id="123456789"), "join_id"), (TokenMeeting(token="t"), "token")],
)
def test_history_knows_no_more_than_a_word(meeting: Meeting, word: str) -> None:
    assert joined_by(CHAT.to_wire(), meeting.to_wire()) == word


def test_a_group_call_may_have_a_chat_and_no_more() -> None:
    assert joined_by(CHAT.to_wire(), None) == "chat"
    assert joined_by(None, {"@odata.type": "#microsoft.graph.somethingNew"}) is None


ONLINE = {
    "id": "MSpk",
    "joinWebUrl": "https://teams.microsoft.com/l/meetup-join/x",
    "chatInfo": CHAT.to_wire(),
    "participants": {"organizer": {"identity": {"user": {"id": OWNER, "tenantId": TENANT}}}},
    "joinMeetingIdSettings": {"joinMeetingId": "123456789", "passcode": "abc", "isPasscodeRequired": True},
    "startDateTime": "2026-08-01T09:00:00.0000000Z",
    "endDateTime": "2026-08-01T10:00:00Z",
    "subject": "A secret",
}


def test_an_online_meeting_can_be_joined_by_its_organizer() -> None:
    meeting = OnlineMeeting.parse(ONLINE)
    assert meeting.coordinates("other") == Coordinates(chat=CHAT, meeting=ORGANIZER)
    assert meeting.digest() == {
        "found": True,
        "start": "2026-08-01T09:00:00.0000000Z",
        "end": "2026-08-01T10:00:00Z",
    }


@pytest.mark.parametrize("missing", ["chatInfo", "participants"])
def test_an_online_meeting_that_lacks_something_has_no_coordinates(missing: str) -> None:
    assert OnlineMeeting.parse({**ONLINE, missing: None}).coordinates(TENANT) is None


def test_a_meeting_whose_organizer_has_no_tenant_is_of_the_bots() -> None:
    organizer = {"organizer": {"identity": {"user": {"id": OWNER}}}}
    found = OnlineMeeting.parse({**ONLINE, "participants": organizer}).coordinates(TENANT)
    assert found is not None
    assert found.meeting == ORGANIZER


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=2)))
def test_nothing_that_graph_says_raises(value: object) -> None:
    meeting = OnlineMeeting.parse(dict.fromkeys(ONLINE, value))
    meeting.coordinates(TENANT)
    json.dumps(meeting.digest())
    assert Coordinates.of_call({"chatInfo": value, "meetingInfo": value}) is None

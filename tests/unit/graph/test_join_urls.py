"""Join URLs as invitations, channels and browsers show them; and everything that is none."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from request_examples import OWNER, TENANT, URI

from graph.meetings import Chat, Coordinates, NotAJoinUrl, OrganizerMeeting, parse_join_url
from graph.requests import CreateCall

TEAMS = "https://teams.microsoft.com"
THREAD = "19:meeting_MTIzNDU2Nzg5MGFiY2RlZg@thread.v2"
CHANNEL = "19:0123456789abcdef0123456789abcdef@thread.tacv2"
CONTEXT = {"Tid": TENANT, "Oid": OWNER}


def written(value: Any) -> str:
    return quote(value if isinstance(value, str) else json.dumps(value), safe="")


def url(thread: str = THREAD, message: str = "0", context: Any = CONTEXT, *, root: str = TEAMS, more: str = "") -> str:
    return f"{root}/l/meetup-join/{written(thread)}/{message}?context={written(context)}{more}"


def test_the_classic_form() -> None:
    assert parse_join_url(
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MTIzNDU2Nzg5MGFiY2RlZg%40thread.v2/0"
        f"?context=%7b%22Tid%22%3a%22{TENANT}%22%2c%22Oid%22%3a%22{OWNER}%22%7d"
    ) == Coordinates(
        chat=Chat(thread_id=THREAD, message_id="0"), meeting=OrganizerMeeting(organizer_id=OWNER, tenant_id=TENANT)
    )


@pytest.mark.parametrize("thread", [CHANNEL, "19:0123456789abcdef0123456789abcdef@thread.skype"])
def test_the_channel_form(thread: str) -> None:
    found = parse_join_url(url(thread, "1600000000001", {**CONTEXT, "MessageId": "1600000000000"}))
    assert found.chat == Chat(thread_id=thread, message_id="1600000000001", reply_chain_message_id="1600000000000")


@pytest.mark.parametrize(
    "shown",
    [
        url(more="&anon=true"),
        url(root="https://TEAMS.microsoft.com"),
        url(root="https://teams.microsoft.us"),
        url(root="https://dod.teams.microsoft.us"),
        url(root=f"{TEAMS}/_#"),
        url().replace(written(THREAD), THREAD),
        url() + "#",
        url().replace("/0?", "/0/?"),
        f"{TEAMS}/dl/launcher/launcher.html?url={written(url(root='/_#'))}&type=meetup-join&deeplinkId=x",
        url(context={**CONTEXT, "Tid": TENANT.upper(), "IsBroadcastMeeting": True}),
    ],
)
def test_whatever_a_browser_makes_of_it_joins_the_same_meeting(shown: str) -> None:
    found = parse_join_url(shown)
    assert found.chat == Chat(thread_id=THREAD, message_id="0")
    wire = found.meeting.to_wire()["organizer"]["user"]
    assert (wire["id"], wire["tenantId"]) == (OWNER, TENANT)


def test_a_call_can_be_made_of_it() -> None:
    found = parse_join_url(url(CHANNEL, "1600000000001", {**CONTEXT, "MessageId": "1600000000000"}))
    call = CreateCall(callback_uri=URI, chat=found.chat, meeting=found.meeting, tenant_id=found.meeting.tenant_id)
    body = call.body()
    assert body["chatInfo"] == {
        "@odata.type": "#microsoft.graph.chatInfo",
        "threadId": CHANNEL,
        "messageId": "1600000000001",
        "replyChainMessageId": "1600000000000",
    }
    assert body["tenantId"] == TENANT
    assert body["meetingInfo"]["organizer"]["user"]["id"] == OWNER
    assert "targets" not in body


@pytest.mark.parametrize(
    "short", [f"{TEAMS}/meet/2345678901234?p=aBcDeF", "https://teams.cloud.microsoft/meet/2345678901234"]
)
def test_a_short_link_is_known_as_one(short: str) -> None:
    with pytest.raises(NotAJoinUrl, match="meeting's id and passcode") as raised:
        parse_join_url(short)
    assert raised.value.short


DEEP = "[" * 3900 + "]" * 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "https://[",
        "teams.microsoft.com/l/meetup-join/x",
        url().replace("https", "http"),
        url(root="https://teams.microsoft.com.example.test"),
        url(root="https://example.test/teams.microsoft.com"),
        url(root="https://user@teams.microsoft.com"),
        url(root="https://teams.microsoft.com:8443"),
        url(root="https://teams.live.com"),
        TEAMS,
        f"{TEAMS}/l/meetup-join/",
        f"{TEAMS}/l/meetup-join/{written(THREAD)}?context={written(CONTEXT)}",
        f"{TEAMS}/l/channel/{written(THREAD)}/0?context={written(CONTEXT)}",
        f"{TEAMS}/dl/launcher/launcher.html",
        f"{TEAMS}/dl/launcher/launcher.html?url={written('https://[')}",
        f"{TEAMS}/dl/launcher/launcher.html?{'a=1&' * 60}",
        url(thread="meeting_x@thread.v2"),
        url(thread="19:@thread.v2"),
        url(thread="19:meeting_x"),
        url(thread="19:meeting_%2e%2e/x@thread.v2"),
        url(thread="19:meeting_é@thread.v2"),
        url(message=""),
        url(message="-1"),
        url(message="x"),
        url(message="0/1"),
        url(message="%d9%a1"),
        url(context=""),
        url(context="{"),
        url(context=[]),
        url(context=[CONTEXT]),
        url(context=DEEP)[:4000],
        url(context={"Tid": TENANT}),
        url(context={"Oid": OWNER}),
        url(context={**CONTEXT, "Oid": 7}),
        url(context={**CONTEXT, "Oid": "x"}),
        url(context={**CONTEXT, "Tid": "../x"}),
        url(context={**CONTEXT, "MessageId": "x"}),
        url(more=f"&context={written(CONTEXT)}"),
        url(more="&a=1" * 60),
        url(more="&a=" + "x" * 4096),
        url() + "\n",
        url() + "ä",
    ],
    ids=lambda text: text[:60],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(NotAJoinUrl) as raised:
        parse_join_url(text)
    assert raised.value.field == "join_url"
    assert str(raised.value).startswith("join_url ")
    assert not raised.value.short
    assert OWNER not in str(raised.value)


guids = st.uuids().map(str)
threads = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789_-=", min_size=1, max_size=60).map(
    lambda word: f"19:meeting_{word}@thread.v2"
)
messages = st.integers(0, 10**19).map(str)


chats = st.builds(Chat, thread_id=threads, message_id=messages, reply_chain_message_id=st.none() | messages)
organizers = st.builds(OrganizerMeeting, organizer_id=guids, tenant_id=guids)


@given(chats, organizers, st.sampled_from([TEAMS, f"{TEAMS}/_#"]))
def test_what_was_written_is_read(chat: Chat, meeting: OrganizerMeeting, root: str) -> None:
    context = {"Tid": meeting.tenant_id, "Oid": meeting.organizer_id}
    if chat.reply_chain_message_id is not None:
        context["MessageId"] = chat.reply_chain_message_id
    found = parse_join_url(url(chat.thread_id, chat.message_id, context, root=root))
    assert found == Coordinates(chat=chat, meeting=meeting)
    assert Coordinates.from_json(json.loads(json.dumps(found.to_json()))) == found


@given(
    st.text(max_size=200)
    | st.text(max_size=80).map(lambda text: f"{TEAMS}/l/meetup-join/{text}")
    | st.text(max_size=80).map(lambda text: url(context=text))
    | st.text(max_size=80).map(lambda text: f"{TEAMS}/dl/launcher/launcher.html?url={quote(text)}")
    | st.builds(lambda at, what: url()[:at] + what + url()[at + 1 :], st.integers(0, 250), st.text(max_size=3))
)
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        found = parse_join_url(text)
    except NotAJoinUrl:
        return
    assert found.chat.thread_id.startswith("19:")
    assert uuid.UUID(found.meeting.organizer_id)


def test_no_repr_shows_who_meets() -> None:
    found = parse_join_url(url())
    assert OWNER not in repr(found)
    assert THREAD not in repr(found)

"""Each field of each request wrong in turn: it is named, and its value is not repeated."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from request_examples import (
    ACCOUNT,
    AUDIO,
    CALL,
    CHAT,
    EXAMPLES,
    GUEST,
    NUMBER,
    OPERATION,
    ORGANIZER,
    OWNER,
    PARTICIPANT,
    PHONE,
    PROMPT,
    TENANT,
    URI,
    USER,
    made,
)

from graph.meetings import JoinIdMeeting, TokenMeeting
from graph.request import CallRequest, Request
from graph.requests import (
    Answer,
    BadRequest,
    CallOptions,
    ChangeScreenSharingRole,
    CreateAudioRoutingGroup,
    CreateCall,
    CreateOnlineMeeting,
    CreateOrGetOnlineMeeting,
    DeleteAudioRoutingGroup,
    DeleteOnlineMeeting,
    GetAudioRoutingGroup,
    GetContentSharingSession,
    GetOnlineMeeting,
    GetOperation,
    GetParticipant,
    InviteParticipants,
    ListOnlineMeetings,
    LogDeviceQuality,
    MediaQuality,
    MuteParticipant,
    PlayPrompt,
    RecordResponse,
    Redirect,
    Reject,
    RemoveParticipant,
    SendDtmfTones,
    Source,
    StartHoldMusic,
    StopHoldMusic,
    Target,
    Transfer,
    Transferee,
    UpdateAudioRoutingGroup,
    UpdateOnlineMeeting,
    UpdateRecordingStatus,
)

NO_IDS = ["", "..", "a/b", "a?b", "a b", "a%2f", "ä", "x" * 161, "a\n"]
LONG = "x" * 257
VOICEMAIL = Target(kind="voicemail", id=USER.id)
OTHER = Target(kind="user", id=PARTICIPANT)
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
MOVED = Target(kind="user", id=PARTICIPANT, replaces_call_id=CALL)

WRONG: dict[tuple[type[Request], str], list[Any]] = {
    (Answer, "callback_uri"): ["", "http://bot.example.test/"],
    (Answer, "accepted_modalities"): [(), ("data",)],
    (Answer, "blob"): [""],
    (Answer, "participant_capacity"): [-1, 2**31],
    (Reject, "reason"): ["later"],
    (Reject, "callback_uri"): ["ftp://x"],
    (Redirect, "targets"): [(), (USER,) * 26],
    (Redirect, "timeout_s"): [14, 91],
    (Redirect, "callback_uri"): ["ftp://x"],
    (CreateCall, "callback_uri"): ["", "http://bot.example.test/"],
    (CreateCall, "targets"): [
        *((), (USER,) * 2, (USER, NUMBER), (VOICEMAIL,), (USER, dataclasses.replace(USER, id=USER.id.upper()))),
        tuple(Target(kind="user", id=f"u{number}") for number in range(6)),
    ],
    (CreateCall, "source"): [GUEST],
    (CreateCall, "tenant_id"): NO_IDS,
    (CreateCall, "modalities"): [(), ("smell",)],
    (CreateCall, "blob"): [""],
    (CreateCall, "chat"): [CHAT],
    (CreateCall, "subject"): ["x" * 256],
    (PlayPrompt, "prompts"): [(), (PROMPT,) * 21],
    (RecordResponse, "prompts"): [(PROMPT,) * 2],
    **{(RecordResponse, name): [0, 121] for name in ("max_duration_s", "initial_silence_s", "max_silence_s")},
    (RecordResponse, "stop_tones"): [("tone1",), ("E",)],
    (SendDtmfTones, "tones"): [(), ("1",), ("tone1", "tone10"), ("#",), ("",)],
    (SendDtmfTones, "delay_ms"): [-1, 2**31],
    (UpdateRecordingStatus, "status"): ["", "Playing", "unknown"],
    (ChangeScreenSharingRole, "role"): ["", "Sharer", "presenter"],
    (GetContentSharingSession, "session_id"): NO_IDS,
    (GetOperation, "operation_id"): NO_IDS,
    (InviteParticipants, "participants"): [
        *((), (USER,) * 2, (VOICEMAIL,), (USER, MOVED)),
        tuple(Target(kind="user", id=f"u{number}") for number in range(6)),
    ],
    (InviteParticipants, "replaces_call_id"): NO_IDS,
    **{
        (kind, "participant_id"): NO_IDS
        for kind in (GetParticipant, RemoveParticipant, MuteParticipant, StartHoldMusic, StopHoldMusic)
    },
    **{
        (kind, "group_id"): ["", "a/b", "a.b", "x" * 65, "ä"]
        for kind in (GetAudioRoutingGroup, CreateAudioRoutingGroup, UpdateAudioRoutingGroup, DeleteAudioRoutingGroup)
    },
    **{
        (kind, name): values
        for kind in (CreateAudioRoutingGroup, UpdateAudioRoutingGroup)
        for name, values in {
            "mode": ["", "OneToOne", "unknownFutureValue"],
            "sources": [(), ("a/b",), (PARTICIPANT, ""), (PARTICIPANT, OPERATION)],
            "receivers": [(), ("a/b",), (PARTICIPANT, OPERATION)],
        }.items()
    },
    **{(LogDeviceQuality, name): [*NO_IDS, "abc"] for name in ("call_chain_id", "participant_id", "media_leg_id")},
    **{(LogDeviceQuality, name): ["", LONG] for name in ("device_name", "device_description")},
    (LogDeviceQuality, "media"): [()],
    (ListOnlineMeetings, "user_id"): [*NO_IDS, None],
    (ListOnlineMeetings, "join_url"): [None, "", "http://x", "https://ä", "https://" + "x" * 4096],
    **{
        (kind, name): values
        for kind in (CreateOnlineMeeting, CreateOrGetOnlineMeeting, UpdateOnlineMeeting)
        for name, values in {
            "user_id": NO_IDS,
            "subject": ["x" * 256],
            "start": [datetime(2026, 8, 1)],
            "end": [NOON, datetime(2026, 8, 1)],
        }.items()
    },
    (CreateOrGetOnlineMeeting, "external_id"): ["", LONG],
    **{
        (kind, name): values
        for kind in (GetOnlineMeeting, UpdateOnlineMeeting, DeleteOnlineMeeting)
        for name, values in {"user_id": NO_IDS, "meeting_id": ["", "a/b", "a?b", "x" * 513, "ä"]}.items()
    },
    **{(kind, "client_context"): ["", LONG] for kind, given in EXAMPLES.items() if "client_context" in given},
    **{(kind, "call_id"): NO_IDS for kind in EXAMPLES if issubclass(kind, CallRequest)},
}

# Checked in themselves (below, and in other files), or free to be anything of their type.
FREE = {
    *("prefetch", "prompt", "call_options", "target", "transferee", "meeting", "play_beep", "barge_in_allowed"),
    *("join_id", "vtc_id"),
}


def refused(kind: type[Request], **changes: Any) -> BadRequest:
    with pytest.raises(BadRequest) as raised:
        made(kind, **changes)
    return raised.value


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_field_is_tried_here(kind: type[Request]) -> None:
    fields = {field.name for field in dataclasses.fields(kind)}
    tried = {name for of, name in WRONG if of is kind}
    assert fields - tried <= FREE
    assert tried <= fields


@pytest.mark.parametrize(("kind", "field"), WRONG, ids=lambda value: getattr(value, "__name__", value))
def test_a_wrong_field_is_named(kind: type[Request], field: str) -> None:
    for value in WRONG[kind, field]:
        failure = refused(kind, **{field: value})
        assert failure.field == field
        assert str(failure).startswith(field)
        if isinstance(value, str) and len(value) > 3:
            assert value not in str(failure)


# --- fields that must go together -------------------------------------------------------------------------------------

AT = {"meeting": ORGANIZER, "chat": CHAT, "tenant_id": TENANT, "targets": ()}
BY_ID = {"meeting": JoinIdMeeting(join_id="123456789"), "tenant_id": TENANT, "targets": ()}
BY_TOKEN = {"meeting": TokenMeeting(token="t"), "targets": ()}
DIALLED = {"targets": (NUMBER,), "source": ACCOUNT, "tenant_id": TENANT}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({**DIALLED, "source": None}, "source"),
        ({**DIALLED, "tenant_id": None}, "tenant_id"),
        ({**DIALLED, "source": GUEST}, "source"),
        ({**AT, "targets": (USER,)}, "targets"),
        ({**AT, "chat": None}, "chat"),
        ({**AT, "tenant_id": None}, "tenant_id"),
        ({**BY_ID, "chat": CHAT}, "chat"),
        ({**BY_ID, "tenant_id": None}, "tenant_id"),
        ({**BY_TOKEN, "chat": CHAT}, "chat"),
        ({**BY_TOKEN, "tenant_id": TENANT}, "tenant_id"),
        ({"blob": "b", "prefetch": (PROMPT,)}, "prefetch"),
    ],
)
def test_a_call_is_placed_with_what_its_form_needs(fields: dict[str, Any], field: str) -> None:
    assert refused(CreateCall, **fields).field == field


@pytest.mark.parametrize(
    "fields",
    [
        DIALLED,
        {**DIALLED, "blob": "b"},
        AT,
        {**AT, "source": GUEST},
        BY_ID,
        {**BY_ID, "source": GUEST},
        BY_TOKEN,
        {"targets": tuple(Target(kind="user", id=f"u{number}") for number in range(5))},
        {"call_options": CallOptions(hide_bot_after_escalation=True), "subject": "x" * 255},
    ],
)
def test_each_form_of_placing_a_call_can_be_made(fields: dict[str, Any]) -> None:
    assert made(CreateCall, **fields)


def test_an_answer_is_hosted_by_one_of_both() -> None:
    assert refused(Answer, blob="b", prefetch=(PROMPT,)).field == "prefetch"


def test_only_one_is_moved_at_a_time() -> None:
    assert refused(InviteParticipants, participants=(USER, OTHER), replaces_call_id=CALL).field == "participants"
    assert made(InviteParticipants, participants=(USER,), replaces_call_id=CALL)


def test_a_multicast_has_many_receivers_and_one_source() -> None:
    several = (PARTICIPANT, OPERATION)
    assert made(CreateAudioRoutingGroup, mode="multicast", receivers=several)
    with pytest.raises(BadRequest) as problem:
        made(CreateAudioRoutingGroup, mode="multicast", sources=several)
    assert problem.value.field == "sources"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"join_id": "123456789"}, "join_url"),
        ({"vtc_id": "1"}, "join_url"),
        ({"join_url": None, "vtc_id": "1"}, "user_id"),
        ({"join_url": None, "join_id": "12 34"}, "join_id"),
        ({"join_url": None, "join_id": "12345678"}, "join_id"),
        ({"join_url": None, "user_id": None, "vtc_id": "x"}, "vtc_id"),
        ({"user_id": None}, "user_id"),
    ],
)
def test_a_meeting_is_found_by_one_thing(fields: dict[str, Any], field: str) -> None:
    assert refused(ListOnlineMeetings, **fields).field == field


@pytest.mark.parametrize("kind", [CreateOnlineMeeting, CreateOrGetOnlineMeeting, UpdateOnlineMeeting])
def test_a_meeting_ends_after_it_starts(kind: type[Request]) -> None:
    assert refused(kind, start=NOON, end=NOON - timedelta(seconds=1)).field == "end"
    assert made(kind, start=NOON, end=NOON)


def test_an_update_changes_something() -> None:
    assert refused(UpdateOnlineMeeting, subject=None).field == "subject"
    assert made(UpdateOnlineMeeting, subject=None, start=NOON)


# --- parts of requests ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "user"}, "source"),
        ({"id": "a/b"}, "source.guest"),
        ({"display_name": None}, "source.display_name"),
        ({"display_name": ""}, "source.display_name"),
        ({"display_name": LONG}, "source.display_name"),
        ({"kind": "application_instance", "id": ""}, "source.application_instance"),
    ],
)
def test_a_source_is_a_resource_account_or_a_named_guest(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequest) as raised:
        Source(**{"kind": "guest", "id": "g", "display_name": "G", **fields})
    assert raised.value.field == field


@pytest.mark.parametrize("participant_id", NO_IDS)
def test_a_transferee_is_a_participant(participant_id: str) -> None:
    with pytest.raises(BadRequest) as raised:
        Transferee(participant_id=participant_id)
    assert raised.value.field == "transferee.participant_id"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "smell"),
        ("channel", -1),
        ("channel", 2**31),
        ("duration", timedelta(seconds=-1)),
        ("inbound_packets", -1),
        ("outbound_packets", 2**31),
        ("inbound_loss_percent", 101),
        ("outbound_loss_percent", -0.5),
        ("inbound_jitter", timedelta(seconds=-1)),
        ("outbound_jitter", timedelta(seconds=-1)),
        ("round_trip", timedelta(microseconds=-1)),
    ],
)
def test_a_quality_is_within_bounds(field: str, value: Any) -> None:
    with pytest.raises(BadRequest) as raised:
        MediaQuality(**{"kind": "audio", "channel": 1, "duration": AUDIO.duration, field: value})
    assert raised.value.field == f"media.{field}"


@pytest.mark.parametrize("keys", ["", "E", "1 2", "p", "1\n", "٣"])
def test_only_dial_characters_are_tones(keys: str) -> None:
    with pytest.raises(BadRequest) as raised:
        SendDtmfTones.tones_of(keys)
    assert raised.value.field == "tones"


def test_every_dial_character_is_a_tone() -> None:
    assert SendDtmfTones.tones_of("0189*#AbCd") == (
        *("tone0", "tone1", "tone8", "tone9", "star", "pound"),
        *("a", "b", "c", "d"),
    )
    assert made(SendDtmfTones, tones=SendDtmfTones.tones_of("0123456789*#ABCD"))


@pytest.mark.parametrize("kind", [Transfer, Redirect])
def test_a_voicemail_can_be_rung(kind: type[Request]) -> None:
    field = "target" if kind is Transfer else "targets"
    assert made(kind, **{field: VOICEMAIL if kind is Transfer else (VOICEMAIL,)})


def test_hold_music_may_be_graphs_own() -> None:
    body = made(StartHoldMusic).body()
    assert body == {"clientContext": "call-1:1"}
    assert URI in str(made(StartHoldMusic, prompt=PROMPT).body())


SECRETS = (PHONE, URI, USER.id, ACCOUNT.id, GUEST.id, "Recorder", OWNER, CHAT.thread_id, "abc-passcode", "a-token")


@pytest.mark.parametrize(
    "request_",
    [
        *(made(kind) for kind in EXAMPLES),
        made(CreateCall, **DIALLED, subject=PHONE),
        made(CreateCall, **AT, source=GUEST, blob="a-token"),
        made(CreateCall, **{**BY_ID, "meeting": JoinIdMeeting(join_id="123456789", passcode="abc-passcode")}),
        made(CreateCall, targets=(), meeting=TokenMeeting(token="a-token")),
        made(Transfer, transferee=Transferee(participant_id=PARTICIPANT, identity=NUMBER)),
        made(UpdateOnlineMeeting, subject=PHONE),
    ],
    ids=lambda request: request.name(),
)
def test_no_repr_shows_anybody(request_: Request) -> None:
    assert not [secret for secret in SECRETS if secret in repr(request_)]

"""The bodies, paths and outcomes of the requests of group calls, meetings and outgoing calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graph_schemas import notification
from request_examples import (
    ACCOUNT,
    CALL,
    CHAT,
    EXAMPLES,
    GUEST,
    MEETING,
    NUMBER,
    OPERATION,
    ORGANIZER,
    OWNER,
    PARTICIPANT,
    PHONE,
    PROMPT,
    SESSION,
    TENANT,
    URI,
    USER,
    made,
)

from graph.meetings import JoinIdMeeting, TokenMeeting
from graph.request import Request
from graph.requests import (
    AddLargeGalleryView,
    Answer,
    CallOptions,
    ChangeScreenSharingRole,
    CreateAudioRoutingGroup,
    CreateCall,
    CreateOnlineMeeting,
    CreateOrGetOnlineMeeting,
    GetAudioRoutingGroup,
    GetContentSharingSession,
    GetOnlineMeeting,
    GetParticipant,
    InviteParticipants,
    ListAudioRoutingGroups,
    ListCalls,
    ListContentSharingSessions,
    ListOnlineMeetings,
    ListOperations,
    ListParticipants,
    LogDeviceQuality,
    MediaQuality,
    MuteParticipant,
    MuteSelf,
    RemoveParticipant,
    SendDtmfTones,
    StartHoldMusic,
    StopHoldMusic,
    Target,
    Transfer,
    Transferee,
    UnmuteSelf,
    UpdateAudioRoutingGroup,
    UpdateOnlineMeeting,
    UpdateRecordingStatus,
)

HOSTED = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
CALLED = {
    "@odata.type": "#microsoft.graph.call",
    "callbackUri": URI,
    "requestedModalities": ["audio"],
    "mediaConfig": HOSTED,
}
KEY = {"clientContext": "call-1:1"}


def identity(kind: str, **fields: str) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.identitySet",
        kind: {"@odata.type": "#microsoft.graph.identity", **fields},
    }


def invited(kind: str, id_: str, **more: Any) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": identity(kind, id=id_), **more}


def info(who: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.participantInfo", "identity": who, **more}


AT_MEETING = {
    "chatInfo": {
        "@odata.type": "#microsoft.graph.chatInfo",
        "threadId": "19:meeting_ZXhhbXBsZQ@thread.v2",
        "messageId": "0",
    },
    "meetingInfo": {
        "@odata.type": "#microsoft.graph.organizerMeetingInfo",
        "organizer": identity("user", id=OWNER, tenantId=TENANT),
        "allowConversationWithoutHost": True,
    },
    "tenantId": TENANT,
}


@pytest.mark.parametrize(
    ("kind", "fields", "body"),
    [
        (CreateCall, {}, {**CALLED, "targets": [invited("user", USER.id)]}),
        (
            CreateCall,
            {"targets": (NUMBER,), "source": ACCOUNT, "tenant_id": TENANT.upper()},
            {
                **CALLED,
                "targets": [invited("phone", PHONE)],
                "source": info(identity("applicationInstance", id=ACCOUNT.id)),
                "tenantId": TENANT,
            },
        ),
        (
            CreateCall,
            {"targets": (), "meeting": ORGANIZER, "chat": CHAT, "tenant_id": TENANT, "source": GUEST},
            {
                **CALLED,
                **AT_MEETING,
                "source": info(identity("guest", id=GUEST.id, displayName="Recorder")),
            },
        ),
        (
            CreateCall,
            {"targets": (), "meeting": JoinIdMeeting(join_id="123456789"), "tenant_id": TENANT},
            {
                **CALLED,
                "meetingInfo": {
                    "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
                    "joinMeetingId": "123456789",
                    "passcode": None,
                },
                "tenantId": TENANT,
            },
        ),
        (
            CreateCall,
            {"targets": (), "meeting": TokenMeeting(token="t")},
            {**CALLED, "meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": "t"}},
        ),
        (
            CreateCall,
            {"blob": "opaque", "call_options": CallOptions(delta_roster=True), "modalities": ("audio", "data")},
            {
                **CALLED,
                "targets": [invited("user", USER.id)],
                "requestedModalities": ["audio", "data"],
                "mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "opaque"},
                "callOptions": {
                    "@odata.type": "#microsoft.graph.outgoingCallOptions",
                    "hideBotAfterEscalation": False,
                    "isContentSharingNotificationEnabled": False,
                    "isDeltaRosterEnabled": True,
                    "isInteractiveRosterEnabled": False,
                },
            },
        ),
        (
            Answer,
            {"blob": "opaque", "participant_capacity": 10, "call_options": CallOptions(interactive_roster=True)},
            {
                "callbackUri": URI,
                "acceptedModalities": ["audio"],
                "mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "opaque"},
                "participantCapacity": 10,
                "callOptions": {
                    "@odata.type": "#microsoft.graph.incomingCallOptions",
                    "hideBotAfterEscalation": False,
                    "isContentSharingNotificationEnabled": False,
                    "isDeltaRosterEnabled": False,
                    "isInteractiveRosterEnabled": True,
                },
            },
        ),
        (
            Transfer,
            {"target": Target(kind="voicemail", id=USER.id)},
            {"transferTarget": invited("user", USER.id, endpointType="voicemail")},
        ),
        (
            Transfer,
            {"transferee": Transferee(participant_id=PARTICIPANT.upper().replace("-", ""))},
            {
                "transferTarget": invited("user", USER.id, endpointType="default"),
                "transferee": {"@odata.type": "#microsoft.graph.participantInfo", "participantId": PARTICIPANT},
            },
        ),
        (
            Transfer,
            {
                "target": Target(kind="phone", id=PHONE, replaces_call_id=CALL),
                "transferee": Transferee(participant_id=PARTICIPANT, identity=USER),
            },
            {
                "transferTarget": invited("phone", PHONE, endpointType="default", replacesCallId=CALL),
                "transferee": info(identity("user", id=USER.id), participantId=PARTICIPANT),
            },
        ),
        (
            InviteParticipants,
            {"participants": (USER, NUMBER)},
            {"participants": [invited("user", USER.id), invited("phone", PHONE)], **KEY},
        ),
        (
            InviteParticipants,
            {"replaces_call_id": CALL.upper()},
            {"participants": [invited("user", USER.id, replacesCallId=CALL)], **KEY},
        ),
        (MuteSelf, {}, KEY),
        (UnmuteSelf, {}, KEY),
        (MuteParticipant, {}, KEY),
        (StopHoldMusic, {}, KEY),
        (AddLargeGalleryView, {}, KEY),
        (StartHoldMusic, {"prompt": PROMPT}, {"customPrompt": PROMPT.to_prompt(), **KEY}),
        (SendDtmfTones, {"delay_ms": 300}, {"tones": ["tone1", "pound"], "delayBetweenTonesMs": 300, **KEY}),
        (SendDtmfTones, {}, {"tones": ["tone1", "pound"], **KEY}),
        (ChangeScreenSharingRole, {}, {"role": "sharer"}),
        (UpdateRecordingStatus, {}, {"status": "recording", **KEY}),
        (
            CreateAudioRoutingGroup,
            {},
            {
                "@odata.type": "#microsoft.graph.audioRoutingGroup",
                "id": "oneToOne",
                "routingMode": "oneToOne",
                "sources": [PARTICIPANT],
                "receivers": [OPERATION],
            },
        ),
        (RemoveParticipant, {}, None),
        (GetParticipant, {}, None),
        (
            CreateOnlineMeeting,
            {"subject": "Bridge", "start": datetime(2026, 8, 1, 9, tzinfo=UTC)},
            {"subject": "Bridge", "startDateTime": "2026-08-01T09:00:00+00:00"},
        ),
        (CreateOrGetOnlineMeeting, {}, {"externalId": "incident-7"}),
        (UpdateOnlineMeeting, {}, {"subject": "Bridge"}),
    ],
)
def test_a_request_on_the_wire(kind: type[Request], fields: dict[str, Any], body: dict[str, Any] | None) -> None:
    assert made(kind, **fields).body() == body


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(minutes=20), "PT1200S"),
        (timedelta(milliseconds=1500), "PT1.5S"),
        (timedelta(microseconds=10), "PT0.00001S"),
    ],
)
def test_a_duration_on_the_wire(length: timedelta, text: str) -> None:
    medium = MediaQuality(kind="video", channel=2, duration=length)
    body = made(LogDeviceQuality, media=(medium,)).body()
    assert body is not None
    assert body["quality"]["mediaQualityList"] == [
        {
            "@odata.type": "#microsoft.graph.teleconferenceDeviceVideoQuality",
            "channelIndex": 2,
            "mediaDuration": text,
        }
    ]


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ({"join_url": "https://teams.microsoft.com/l/meetup-join/19%3ax?context=%7b"}, "JoinWebUrl%20eq%20%27https%3A"),
        ({"join_url": "https://x/'or'"}, "JoinWebUrl%20eq%20%27https%3A%2F%2Fx%2F%27%27or%27%27%27"),
        ({"join_url": None, "join_id": "123456789"}, "joinMeetingIdSettings%2FjoinMeetingId%20eq%20%27123456789%27"),
        ({"join_url": None, "user_id": None, "vtc_id": "42"}, "VideoTeleconferenceId%20eq%20%2742%27"),
    ],
)
def test_a_meeting_is_found_by_a_filter(fields: dict[str, Any], condition: str) -> None:
    path, _, query = made(ListOnlineMeetings, **fields).path.partition("?")
    assert path == ("/communications" if "vtc_id" in fields else f"/users/{OWNER}") + "/onlineMeetings"
    assert query.startswith(f"$filter={condition}")
    assert not set(query) & set(" '?#&/")


def test_ids_that_are_no_guids_are_quoted_in_paths() -> None:
    assert made(GetOnlineMeeting).path == f"/users/{OWNER}/onlineMeetings/{MEETING.replace('=', '%3D')}"


TWICE_IS_ONCE = {
    *("keepAlive", "hangUp", "removeParticipant", "muteSelf", "unmuteSelf", "muteParticipant"),
    *("changeScreenSharingRole", "updateRecordingStatus", "updateAudioRoutingGroup", "deleteAudioRoutingGroup"),
    *("createOrGetOnlineMeeting", "updateOnlineMeeting", "deleteOnlineMeeting"),
}


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_only_what_does_no_harm_is_sent_twice(kind: type[Request]) -> None:
    assert kind.idempotent is (kind.method == "GET" or kind.name() in TWICE_IS_ONCE)


# --- what the response says -------------------------------------------------------------------------------------------

ROSTER = notification("34_roster")["value"][0]["resourceData"]


def outcome(kind: type[Request], answer: Any, **fields: Any) -> dict[str, Any]:
    return made(kind, **fields).outcome(answer)


def test_a_created_call_is_known_by_its_id() -> None:
    answer = {
        "id": CALL.upper(),
        "state": "Establishing",
        "callChainId": TENANT,
        "myParticipantId": PARTICIPANT,
        **AT_MEETING,
    }
    assert outcome(CreateCall, answer) == {
        "call_id": CALL.replace("-", ""),
        "state": "establishing",
        "chain_id": TENANT.replace("-", ""),
        "participant_id": PARTICIPANT.replace("-", ""),
        "meeting": "organizer",
    }


def test_a_response_without_a_call_says_nothing() -> None:
    nothing = {"call_id": None, "state": None, "chain_id": None, "participant_id": None, "meeting": None}
    assert outcome(CreateCall, None) == outcome(CreateCall, {}) == nothing


GROUP = {"id": "oneToOne", "routingMode": "OneToOne", "sources": [PARTICIPANT], "receivers": [OPERATION, 7]}
READ_GROUP = {
    "group_id": "oneToOne",
    "mode": "oneToOne",
    "sources": [PARTICIPANT.replace("-", "")],
    "receivers": [OPERATION.replace("-", "")],
}
ENDED = {"operation_id": OPERATION.replace("-", ""), "status": "completed", "code": None, "subcode": None}


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (ListCalls, {"value": [{"id": CALL, "state": "established"}, 7]}, {"calls": [
            {"call_id": CALL.replace("-", ""), "state": "established"},
            {"call_id": None, "state": None},
        ]}),
        (ListContentSharingSessions, {"value": [{"id": SESSION.upper()}, {}, 7]}, {"sessions": [SESSION]}),
        (GetContentSharingSession, {"id": SESSION.upper()}, {"session": SESSION}),
        (ListOperations, {"value": [{"id": OPERATION, "status": "Completed"}]}, {"operations": [ENDED]}),
        (ListAudioRoutingGroups, {"value": [GROUP]}, {"groups": [READ_GROUP]}),
        (GetAudioRoutingGroup, GROUP, READ_GROUP),
        (CreateAudioRoutingGroup, GROUP, READ_GROUP),
        (UpdateAudioRoutingGroup, GROUP, READ_GROUP),
        (ListOnlineMeetings, {"value": [{"id": MEETING}]}, {"found": 1}),
        (CreateOnlineMeeting, {"id": MEETING, "startDateTime": "2026-08-01T09:00:00Z", "subject": "secret"}, {
            "found": True, "start": "2026-08-01T09:00:00Z", "end": None,
        }),
        (GetOnlineMeeting, {"id": MEETING, "startDateTime": "call +442079460000"}, {
            "found": True, "start": None, "end": None,
        }),
        (RemoveParticipant, None, {}),
        (LogDeviceQuality, None, {}),
    ],
)  # fmt: skip
def test_what_a_response_says(kind: type[Request], answer: Any, said: dict[str, Any]) -> None:
    assert outcome(kind, answer) == said


def test_a_list_of_participants_names_nobody() -> None:
    found = outcome(ListParticipants, {"value": ROSTER})
    assert found["count"] == 2
    assert [one["kind"] for one in found["participants"]] == ["user", "application"]
    assert outcome(GetParticipant, ROSTER[0]) == found["participants"][0]
    assert "Alice" not in json.dumps(found)

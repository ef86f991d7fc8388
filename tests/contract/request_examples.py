"""Every request that can be made of Graph: one small example each, and strategies for all their fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from graph.meetings import Chat, JoinIdMeeting, OrganizerMeeting, TokenMeeting
from graph.request import CallRequest, Request
from graph.requests import (
    AddLargeGalleryView,
    Answer,
    CallOptions,
    CancelMediaProcessing,
    ChangeScreenSharingRole,
    CreateAudioRoutingGroup,
    CreateCall,
    CreateOnlineMeeting,
    CreateOrGetOnlineMeeting,
    DeleteAudioRoutingGroup,
    DeleteOnlineMeeting,
    GetAudioRoutingGroup,
    GetCall,
    GetContentSharingSession,
    GetOnlineMeeting,
    GetOperation,
    GetParticipant,
    HangUp,
    InviteParticipants,
    KeepAlive,
    ListAudioRoutingGroups,
    ListCalls,
    ListContentSharingSessions,
    ListOnlineMeetings,
    ListOperations,
    ListParticipants,
    LogDeviceQuality,
    MediaInfo,
    MediaQuality,
    MuteParticipant,
    MuteSelf,
    PlayPrompt,
    RecordResponse,
    Redirect,
    Reject,
    RemoveParticipant,
    SendDtmfTones,
    Source,
    StartHoldMusic,
    StopHoldMusic,
    SubscribeToTone,
    Target,
    Transfer,
    Transferee,
    UnmuteSelf,
    UpdateAudioRoutingGroup,
    UpdateOnlineMeeting,
    UpdateRecordingStatus,
)
from graph.resources import TONES

CALL = "0c1f5b00-1111-4a2b-9c3d-000000000001"
PARTICIPANT = "0c1f5b00-9999-4a2b-9c3d-000000000011"
OPERATION = "0c1f5b00-8888-4a2b-9c3d-00000000000f"
TENANT = "0c1f5b00-4444-4a2b-9c3d-0000000000cc"
OWNER = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
SESSION = "f7d9ef30ff0a9bd3"
MEETING = "MSpkYzE3NjcwMw_-=="
GROUP = "oneToOne"
URI = "https://bot.example.test/api/prompts/k"
PHONE = "+442079460000"
PROMPT = MediaInfo(uri=URI, resource_id="k")
USER = Target(kind="user", id="0c1f5b00-5555-4a2b-9c3d-00000000a11c")
NUMBER = Target(kind="phone", id=PHONE)
ACCOUNT = Source(kind="application_instance", id="0c1f5b00-7777-4a2b-9c3d-0000000015f0")
GUEST = Source(kind="guest", id="0c1f5b00-6666-4a2b-9c3d-000000006e57", display_name="Recorder")
ORGANIZER = OrganizerMeeting(organizer_id=OWNER, tenant_id=TENANT)
CHAT = Chat(thread_id="19:meeting_ZXhhbXBsZQ@thread.v2", message_id="0")
AUDIO = MediaQuality(kind="audio", channel=1, duration=timedelta(minutes=20))

CONTEXT: dict[str, Any] = {"client_context": "call-1:1"}
SECONDS: dict[str, Any] = {"max_duration_s": 60, "initial_silence_s": 5, "max_silence_s": 3}
WHO: dict[str, Any] = {"participant_id": PARTICIPANT}
ROUTES: dict[str, Any] = {"group_id": GROUP, "mode": "oneToOne", "sources": (PARTICIPANT,), "receivers": (OPERATION,)}
DEVICE: dict[str, Any] = {
    "call_chain_id": CALL,
    "participant_id": PARTICIPANT,
    "media_leg_id": OPERATION,
    "device_name": "Room 7",
    "device_description": "A room system",
    "media": (AUDIO,),
}

EXAMPLES: dict[type[Request], dict[str, Any]] = {
    Answer: {"callback_uri": URI},
    Reject: {},
    Redirect: {"targets": (USER,)},
    Transfer: {"target": USER},
    KeepAlive: {},
    HangUp: {},
    GetCall: {},
    CreateCall: {"callback_uri": URI, "targets": (USER,)},
    ListCalls: {},
    PlayPrompt: {"prompts": (PROMPT,), **CONTEXT},
    RecordResponse: {**SECONDS, **CONTEXT},
    SubscribeToTone: CONTEXT,
    CancelMediaProcessing: CONTEXT,
    SendDtmfTones: {"tones": ("tone1", "pound"), **CONTEXT},
    UpdateRecordingStatus: {"status": "recording", **CONTEXT},
    MuteSelf: CONTEXT,
    UnmuteSelf: CONTEXT,
    ChangeScreenSharingRole: {"role": "sharer"},
    AddLargeGalleryView: CONTEXT,
    ListContentSharingSessions: {},
    GetContentSharingSession: {"session_id": SESSION},
    ListOperations: {},
    GetOperation: {"operation_id": OPERATION},
    ListParticipants: {},
    GetParticipant: WHO,
    RemoveParticipant: WHO,
    InviteParticipants: {"participants": (USER,), **CONTEXT},
    MuteParticipant: {**WHO, **CONTEXT},
    StartHoldMusic: {**WHO, **CONTEXT},
    StopHoldMusic: {**WHO, **CONTEXT},
    ListAudioRoutingGroups: {},
    GetAudioRoutingGroup: {"group_id": GROUP},
    CreateAudioRoutingGroup: ROUTES,
    UpdateAudioRoutingGroup: ROUTES,
    DeleteAudioRoutingGroup: {"group_id": GROUP},
    LogDeviceQuality: DEVICE,
    ListOnlineMeetings: {"user_id": OWNER, "join_url": "https://teams.microsoft.com/l/meetup-join/x"},
    CreateOnlineMeeting: {"user_id": OWNER},
    CreateOrGetOnlineMeeting: {"user_id": OWNER, "external_id": "incident-7"},
    GetOnlineMeeting: {"user_id": OWNER, "meeting_id": MEETING},
    UpdateOnlineMeeting: {"user_id": OWNER, "meeting_id": MEETING, "subject": "Bridge"},
    DeleteOnlineMeeting: {"user_id": OWNER, "meeting_id": MEETING},
}


def made(kind: type[Request], **changes: Any) -> Request:
    """The example of a kind, with changes."""
    call = {"call_id": CALL} if issubclass(kind, CallRequest) else {}
    return kind(**{**call, **EXAMPLES[kind], **changes})


def kinds_of(base: type) -> Iterator[type]:
    """Every kind of request that is not a base of others."""
    for kind in base.__subclasses__():
        yield from kinds_of(kind) if kind.__subclasses__() else (kind,)


_PLACES = (
    (f"/users/{OWNER}", "/users/{user-id}"),
    (f"calls/{CALL}", "calls/{call-id}"),
    (f"participants/{PARTICIPANT}", "participants/{participant-id}"),
    (f"operations/{OPERATION}", "operations/{commsOperation-id}"),
    (f"contentSharingSessions/{SESSION}", "contentSharingSessions/{contentSharingSession-id}"),
    (f"audioRoutingGroups/{GROUP}", "audioRoutingGroups/{audioRoutingGroup-id}"),
    ("onlineMeetings/MSpkYzE3NjcwMw_-%3D%3D", "onlineMeetings/{onlineMeeting-id}"),
)


def template(request: Request) -> str:
    """The request's path as Graph's OpenAPI document writes it; the examples' ids become names."""
    path = request.path.partition("?")[0]
    for place, name in _PLACES:
        path = path.replace(place, name)
    return path


words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
texts = st.text(min_size=1, max_size=40)
uris = words.map(lambda word: f"https://bot.example.test/{word}?a=1")
media = st.builds(MediaInfo, uri=uris, resource_id=words)
ids = st.uuids().map(str)
numbers = st.from_regex(r"\+[1-9][0-9]{1,14}", fullmatch=True)
replaced = st.none() | ids
users = st.builds(Target, kind=st.just("user"), id=ids, replaces_call_id=replaced)
people = st.one_of(
    st.builds(Target, kind=st.just("phone"), id=numbers, replaces_call_id=replaced),
    st.builds(
        Target, kind=st.sampled_from(["user", "application", "application_instance"]), id=ids, replaces_call_id=replaced
    ),
)
targets = people | st.builds(Target, kind=st.just("voicemail"), id=ids)
contexts = st.text(min_size=1, max_size=256)
seconds = st.integers(1, 120)
several_ids = st.lists(ids, min_size=1, max_size=5).map(tuple)
options = st.none() | st.builds(
    CallOptions,
    hide_bot_after_escalation=st.booleans(),
    content_sharing_notifications=st.booleans(),
    delta_roster=st.booleans(),
    interactive_roster=st.booleans(),
)
modalities = st.lists(st.sampled_from(["audio", "video", "videoBasedScreenSharing"]), min_size=1, unique=True).map(
    tuple
)
prefetched = st.lists(media, max_size=30).map(tuple)
transferees = st.none() | st.builds(Transferee, participant_id=ids, identity=st.none() | people)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1))
spans = st.timedeltas(timedelta(0), timedelta(hours=30))
loss = st.none() | st.floats(0, 100)
qualities = st.builds(
    MediaQuality,
    kind=st.sampled_from(["audio", "video", "screen_sharing"]),
    channel=st.integers(0, 9),
    duration=spans,
    inbound_packets=st.none() | st.integers(0, 2**31 - 1),
    outbound_packets=st.none() | st.integers(0, 2**31 - 1),
    inbound_loss_percent=loss,
    outbound_loss_percent=loss,
    inbound_jitter=st.none() | spans,
    outbound_jitter=st.none() | spans,
    round_trip=st.none() | spans,
)
organizers = st.builds(OrganizerMeeting, organizer_id=ids, tenant_id=ids, allow_conversation_without_host=st.booleans())
chats = st.builds(
    Chat,
    thread_id=words.map(lambda word: f"19:meeting_{word}@thread.v2"),
    message_id=st.integers(0, 10**15).map(str),
    reply_chain_message_id=st.none() | st.integers(0, 10**15).map(str),
)
join_ids = st.builds(JoinIdMeeting, join_id=st.from_regex(r"[0-9]{9,15}", fullmatch=True), passcode=st.none() | words)
tokens = st.builds(TokenMeeting, token=words)
accounts = st.builds(Source, kind=st.just("application_instance"), id=ids, display_name=st.none() | texts)
guests = st.builds(Source, kind=st.just("guest"), id=ids, display_name=texts)

_context = {"client_context": contexts}
_who = {"participant_id": st.just(PARTICIPANT)}
_group = {"group_id": st.just(GROUP)}
_routes = {**_group, "mode": st.just("multicast"), "sources": st.tuples(ids), "receivers": several_ids}
_owner = {"user_id": st.just(OWNER) | st.none()}
_times = {"subject": st.text(max_size=60), "start": st.none() | moments, "end": st.none()}
_meeting = {**_owner, "meeting_id": st.just(MEETING)}
_call = {
    "callback_uri": uris,
    "modalities": modalities,
    "prefetch": prefetched,
    "blob": st.none(),
    "call_options": options,
    "subject": st.none() | texts,
}
_nowhere = {"meeting": st.none(), "chat": st.none()}

#: Per kind one or more tables, each with a strategy for every field but `call_id`.
VALUES: dict[type[Request], tuple[dict[str, st.SearchStrategy[Any]], ...]] = {
    Answer: (
        {
            "callback_uri": uris,
            "accepted_modalities": modalities,
            "prefetch": prefetched,
            "blob": st.none(),
            "call_options": options,
            "participant_capacity": st.none() | st.integers(0, 100),
        },
        {
            "callback_uri": uris,
            "accepted_modalities": modalities,
            "prefetch": st.just(()),
            "blob": words,
            "call_options": options,
            "participant_capacity": st.none(),
        },
    ),
    Reject: ({"reason": st.sampled_from(["none", "busy", "forbidden"]), "callback_uri": st.none() | uris},),
    Redirect: (
        {
            "targets": st.lists(targets, min_size=1, max_size=25).map(tuple),
            "timeout_s": st.none() | st.integers(15, 90),
            "callback_uri": st.none() | uris,
        },
    ),
    Transfer: ({"target": targets, "transferee": transferees},),
    KeepAlive: ({},),
    HangUp: ({},),
    GetCall: ({},),
    CreateCall: (
        {**_call, **_nowhere, "targets": people.map(lambda one: (one,)), "source": accounts, "tenant_id": ids},
        {
            **_call,
            **_nowhere,
            "targets": st.lists(users, min_size=1, max_size=5, unique_by=lambda one: one.id).map(tuple),
            "source": st.none(),
            "tenant_id": st.none() | ids,
            "prefetch": st.just(()),
            "blob": words,
        },
        {
            **_call,
            "targets": st.just(()),
            "source": st.none() | guests,
            "tenant_id": ids,
            "meeting": organizers,
            "chat": chats,
        },
        {
            **_call,
            "targets": st.just(()),
            "source": st.none() | guests,
            "tenant_id": ids,
            "meeting": join_ids,
            "chat": st.none(),
        },
        {
            **_call,
            "targets": st.just(()),
            "source": st.none(),
            "tenant_id": st.none(),
            "meeting": tokens,
            "chat": st.none(),
        },
    ),
    ListCalls: ({},),
    PlayPrompt: ({"prompts": st.lists(media, min_size=1, max_size=20).map(tuple), **_context},),
    RecordResponse: (
        {
            "prompts": st.lists(media, max_size=1).map(tuple),
            "max_duration_s": seconds,
            "initial_silence_s": seconds,
            "max_silence_s": seconds,
            "play_beep": st.booleans(),
            "barge_in_allowed": st.booleans(),
            "stop_tones": st.lists(st.sampled_from("0123456789*#ABCD"), unique=True).map(tuple),
            **_context,
        },
    ),
    SubscribeToTone: (_context,),
    CancelMediaProcessing: (_context,),
    SendDtmfTones: (
        {
            "tones": st.lists(st.sampled_from(sorted(TONES.values())), min_size=1, max_size=30).map(tuple),
            "delay_ms": st.none() | st.integers(0, 5000),
            **_context,
        },
    ),
    UpdateRecordingStatus: ({"status": st.sampled_from(["notRecording", "recording", "failed"]), **_context},),
    MuteSelf: (_context,),
    UnmuteSelf: (_context,),
    ChangeScreenSharingRole: ({"role": st.sampled_from(["viewer", "sharer"])},),
    AddLargeGalleryView: (_context,),
    ListContentSharingSessions: ({},),
    GetContentSharingSession: ({"session_id": st.just(SESSION)},),
    ListOperations: ({},),
    GetOperation: ({"operation_id": st.just(OPERATION)},),
    ListParticipants: ({},),
    GetParticipant: (_who,),
    RemoveParticipant: (_who,),
    InviteParticipants: (
        {
            "participants": st.lists(
                st.builds(Target, kind=st.just("user"), id=ids), min_size=1, max_size=5, unique_by=lambda one: one.id
            ).map(tuple),
            "replaces_call_id": st.none(),
            **_context,
        },
        {"participants": people.map(lambda one: (one,)), "replaces_call_id": replaced, **_context},
    ),
    MuteParticipant: ({**_who, **_context},),
    StartHoldMusic: ({**_who, **_context, "prompt": st.none() | media},),
    StopHoldMusic: ({**_who, **_context},),
    ListAudioRoutingGroups: ({},),
    GetAudioRoutingGroup: (_group,),
    CreateAudioRoutingGroup: (_routes,),
    UpdateAudioRoutingGroup: (_routes,),
    DeleteAudioRoutingGroup: (_group,),
    LogDeviceQuality: (
        {
            "call_chain_id": ids,
            "participant_id": ids,
            "media_leg_id": ids,
            "device_name": texts,
            "device_description": texts,
            "media": st.lists(qualities, min_size=1, max_size=3).map(tuple),
        },
    ),
    ListOnlineMeetings: (
        {"user_id": st.just(OWNER), "join_url": uris, "join_id": st.none(), "vtc_id": st.none()},
        {
            "user_id": st.none(),
            "join_url": st.none(),
            "join_id": st.none(),
            "vtc_id": st.from_regex(r"[0-9]{1,12}", fullmatch=True),
        },
    ),
    CreateOnlineMeeting: ({**_owner, **_times},),
    CreateOrGetOnlineMeeting: ({**_owner, **_times, "external_id": texts},),
    GetOnlineMeeting: (_meeting,),
    UpdateOnlineMeeting: ({**_meeting, **_times},),
    DeleteOnlineMeeting: (_meeting,),
}

"""What can be asked of Graph: one type per action, checked when made, sent by `client`.

Every request knows its `method`, its `path` below Graph's root, its `body()`, and what its response says: `outcome()`
gives the JSON an activity returns. `Request.name()` is its row in `permissions`.

All raise `BadRequest` on construction where a documented limit is broken.
"""

from graph.audio_routing_requests import (
    CreateAudioRoutingGroup,
    DeleteAudioRoutingGroup,
    GetAudioRoutingGroup,
    ListAudioRoutingGroups,
    UpdateAudioRoutingGroup,
)
from graph.call_creation import CreateCall, ListCalls
from graph.call_requests import Answer, GetCall, HangUp, KeepAlive, Redirect, Reject, Transfer
from graph.call_setup import CallOptions
from graph.device_quality import LogDeviceQuality, MediaQuality
from graph.in_call_requests import (
    AddLargeGalleryView,
    ChangeScreenSharingRole,
    GetContentSharingSession,
    GetOperation,
    ListContentSharingSessions,
    ListOperations,
    MuteSelf,
    UnmuteSelf,
)
from graph.media_requests import (
    CancelMediaProcessing,
    PlayPrompt,
    RecordResponse,
    SendDtmfTones,
    SubscribeToTone,
    UpdateRecordingStatus,
)
from graph.online_meeting_requests import (
    CreateOnlineMeeting,
    CreateOrGetOnlineMeeting,
    DeleteOnlineMeeting,
    GetOnlineMeeting,
    ListOnlineMeetings,
    UpdateOnlineMeeting,
)
from graph.operations import Operation
from graph.participant_requests import (
    GetParticipant,
    InviteParticipants,
    ListParticipants,
    MuteParticipant,
    RemoveParticipant,
    StartHoldMusic,
    StopHoldMusic,
)
from graph.parties import Source, Transferee
from graph.request import CallRequest, Request
from graph.targets import BadRequest, MediaInfo, Target

__all__ = [
    "AddLargeGalleryView",
    "Answer",
    "BadRequest",
    "CallOptions",
    "CallRequest",
    "CancelMediaProcessing",
    "ChangeScreenSharingRole",
    "CreateAudioRoutingGroup",
    "CreateCall",
    "CreateOnlineMeeting",
    "CreateOrGetOnlineMeeting",
    "DeleteAudioRoutingGroup",
    "DeleteOnlineMeeting",
    "GetAudioRoutingGroup",
    "GetCall",
    "GetContentSharingSession",
    "GetOnlineMeeting",
    "GetOperation",
    "GetParticipant",
    "HangUp",
    "InviteParticipants",
    "KeepAlive",
    "ListAudioRoutingGroups",
    "ListCalls",
    "ListContentSharingSessions",
    "ListOnlineMeetings",
    "ListOperations",
    "ListParticipants",
    "LogDeviceQuality",
    "MediaInfo",
    "MediaQuality",
    "MuteParticipant",
    "MuteSelf",
    "Operation",
    "PlayPrompt",
    "RecordResponse",
    "Redirect",
    "Reject",
    "RemoveParticipant",
    "Request",
    "SendDtmfTones",
    "Source",
    "StartHoldMusic",
    "StopHoldMusic",
    "SubscribeToTone",
    "Target",
    "Transfer",
    "Transferee",
    "UnmuteSelf",
    "UpdateAudioRoutingGroup",
    "UpdateOnlineMeeting",
    "UpdateRecordingStatus",
]

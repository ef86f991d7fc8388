"""Operations: what Graph makes of an action that takes time, in responses and in notifications."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graph import wire
from graph.ids import normalised
from graph.kinds import Common, Notification, Unreadable
from graph.resources import OPERATION_STATUSES, ResultInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """The operation in the response to an action.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """

    #: Normalised; None where the response held no operation.
    id: str | None
    #: `notStarted`, `running`, `completed`, `failed`, or None.
    status: str | None
    code: int | None
    subcode: int | None
    client_context: str | None

    @property
    def ended(self) -> bool:
        """Whether this is all there is to hear: Graph then sends no notification of this operation."""
        return self.status in ("completed", "failed")

    @classmethod
    def parse(cls, value: object) -> Operation:
        """Read a response; whatever cannot be made out is None."""
        given = wire.mapping(value)
        result = ResultInfo.parse(given.get("resultInfo"))
        return cls(
            id=normalised(given.get("id")),
            status=wire.member(given.get("status"), OPERATION_STATUSES),
            code=result.code if result else None,
            subcode=result.subcode if result else None,
            client_context=wire.text(given.get("clientContext")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationEnded(Notification):
    """An operation has ended. Base of one type per operation; itself, the end of one not known here.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """

    operation_id: str
    #: Graph's type name without "Operation": `playPrompt`, `record`, ...
    operation: str
    #: `completed` or `failed`.
    status: str
    result: ResultInfo | None
    #: What we gave with the action.
    client_context: str | None
    #: Free text of some operations, for instance `operationCanceled`.
    completion_reason: str | None

    GRAPH_TYPE: ClassVar[str] = "commsOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayPromptEnded(OperationEnded):
    """Prompts were played to the end, cancelled (400/8508), or could not be (8536: download failed).

    Source: https://learn.microsoft.com/graph/api/call-playprompt
    """

    GRAPH_TYPE: ClassVar[str] = "playPromptOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordEnded(OperationEnded):
    """A recording is over: subcode 8509 silence, 8510 nothing said, 8514 stop tone, 8515 full, 8508 cancelled.

    Source: https://learn.microsoft.com/graph/api/call-record
    """

    #: Where the recording can be fetched for a short while, and the bearer token for it; None where none was made.
    recording_location: str | None = field(repr=False)
    recording_access_token: str | None = field(repr=False)

    GRAPH_TYPE: ClassVar[str] = "recordOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class InviteParticipantsEnded(OperationEnded):
    """Invited participants were reached, or not. The roster tells of them separately, before or after.

    Source: https://learn.microsoft.com/graph/api/participant-invite
    """

    GRAPH_TYPE: ClassVar[str] = "inviteParticipantsOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteParticipantEnded(OperationEnded):
    """A participant, or the bot itself, was muted.

    Source: https://learn.microsoft.com/graph/api/participant-mute
    """

    GRAPH_TYPE: ClassVar[str] = "muteParticipantOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnmuteParticipantEnded(OperationEnded):
    """The bot was unmuted.

    Source: https://learn.microsoft.com/graph/api/call-unmute
    """

    GRAPH_TYPE: ClassVar[str] = "unmuteParticipantOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartHoldMusicEnded(OperationEnded):
    """A participant hears hold music.

    Source: https://learn.microsoft.com/graph/api/participant-startholdmusic
    """

    GRAPH_TYPE: ClassVar[str] = "startHoldMusicOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class StopHoldMusicEnded(OperationEnded):
    """A participant is back from hold music.

    Source: https://learn.microsoft.com/graph/api/participant-stopholdmusic
    """

    GRAPH_TYPE: ClassVar[str] = "stopHoldMusicOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class SendDtmfTonesEnded(OperationEnded):
    """Tones were sent. `completed` even when they were not: `completion_reason` tells.

    Source: https://learn.microsoft.com/graph/api/call-senddtmftones
    """

    GRAPH_TYPE: ClassVar[str] = "sendDtmfTonesOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class AddLargeGalleryViewEnded(OperationEnded):
    """The large gallery view was added.

    Source: https://learn.microsoft.com/graph/api/call-addlargegalleryview
    """

    GRAPH_TYPE: ClassVar[str] = "addLargeGalleryViewOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscribeToToneEnded(OperationEnded):
    """Tones are subscribed. Normally the response says so and no notification follows.

    Source: https://learn.microsoft.com/graph/api/call-subscribetotone
    """

    GRAPH_TYPE: ClassVar[str] = "subscribeToToneOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelMediaProcessingEnded(OperationEnded):
    """Prompts and recordings were cancelled. Normally the response says so and no notification follows.

    Source: https://learn.microsoft.com/graph/api/call-cancelmediaprocessing
    """

    GRAPH_TYPE: ClassVar[str] = "cancelMediaProcessingOperation"


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateRecordingStatusEnded(OperationEnded):
    """The recording status was updated. Normally the response says so and no notification follows.

    Source: https://learn.microsoft.com/graph/api/call-updaterecordingstatus
    """

    GRAPH_TYPE: ClassVar[str] = "updateRecordingStatusOperation"


OPERATIONS: dict[str, type[OperationEnded]] = {
    kind.GRAPH_TYPE.lower(): kind
    for kind in (
        PlayPromptEnded,
        InviteParticipantsEnded,
        MuteParticipantEnded,
        UnmuteParticipantEnded,
        StartHoldMusicEnded,
        StopHoldMusicEnded,
        SendDtmfTonesEnded,
        AddLargeGalleryViewEnded,
        SubscribeToToneEnded,
        CancelMediaProcessingEnded,
        UpdateRecordingStatusEnded,
        RecordEnded,
    )
}


def read_operation(common: Common, data: wire.JSON, segments: tuple[str, ...]) -> OperationEnded:
    """Read what came for `calls/{id}/operations/{operation id}`. Raises `Unreadable`.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """
    name = wire.type_name(data.get("@odata.type"))
    if name is None or not name.lower().endswith("operation"):
        raise Unreadable("the resource is no operation")
    operation_id = normalised(segments[1] if len(segments) > 1 else data.get("id"))
    if operation_id is None:
        raise Unreadable("the operation has no id")
    result = ResultInfo.parse(data.get("resultInfo"))
    status = wire.member(data.get("status"), OPERATION_STATUSES)
    if status is None and common["change"] == "deleted":
        # It has ended, only how is left out; the code then has to say.
        status = "failed" if result and (result.code or 0) >= 400 else "completed"
    if status not in ("completed", "failed"):
        raise Unreadable("the operation has not ended")
    kind = OPERATIONS.get(name.lower(), OperationEnded)
    proper = name if kind is OperationEnded else kind.GRAPH_TYPE
    context = wire.text(data.get("clientContext"))
    reason = wire.text(data.get("completionReason"))
    if kind is RecordEnded:
        return RecordEnded(
            **common,
            operation_id=operation_id,
            operation="record",
            status=status,
            result=result,
            client_context=context,
            completion_reason=reason,
            recording_location=wire.text(data.get("recordingLocation")),
            recording_access_token=wire.text(data.get("recordingAccessToken")),
        )
    return kind(
        **common,
        operation_id=operation_id,
        operation=proper[: -len("Operation")],
        status=status,
        result=result,
        client_context=context,
        completion_reason=reason,
    )

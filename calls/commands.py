"""What a call session asks for: frozen dataclasses, each for one activity; some activities serve several.

`activity` is the name of the activity to run and `to_json()` its input. Every command has a `step` of its own, which
comes back in `performed`, and carries the journal entries made since the command before it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What all commands have in common."""

    activity: ClassVar[str]

    instance_id: str
    call_id: str
    tenant_id: str
    step: int
    events: tuple[JSON, ...]

    def to_json(self) -> JSON:
        """Give the input of the activity."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerCall(Command):
    """Answer; `prefetch` are keys of prompts that Graph may fetch meanwhile."""

    activity: ClassVar[str] = "answer_call"
    modalities: tuple[str, ...]
    prefetch: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectCall(Command):
    """Refuse the call: `reason` is none, busy or forbidden."""

    activity: ClassVar[str] = "reject_call"
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RedirectCall(Command):
    """Send the unanswered call to `targets`, each `{"user" | "phone" | "application_instance": id}`."""

    activity: ClassVar[str] = "redirect_call"
    targets: tuple[JSON, ...]
    timeout_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscribeToTone(Command):
    """Ask for the caller's keys."""

    activity: ClassVar[str] = "subscribe_to_tone"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayPrompt(Command):
    """Play prompts, by their keys in the catalogue."""

    activity: ClassVar[str] = "play_prompt"
    prompts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordResponse(Command):
    """Record the caller after at most one prompt. `stop_tones` are dial characters, as Graph wants them here.

    `transient`: gone a minute after the call.
    """

    activity: ClassVar[str] = "record_response"
    prompts: tuple[str, ...]
    max_duration_s: int
    initial_silence_s: int
    max_silence_s: int
    beep: bool
    stop_tones: tuple[str, ...]
    barge_in: bool
    transient: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TellRecordingStatus(Command):
    """Tell everybody that the call is recorded (`recording`), or is not any more (`notRecording`)."""

    activity: ClassVar[str] = "update_recording_status"
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelMediaProcessing(Command):
    """Stop what plays or records."""

    activity: ClassVar[str] = "cancel_media_processing"


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferCall(Command):
    """Transfer the caller to `{"user" | "phone" | "application_instance": id}`, or to whom inbox item `request_n` says.

    `replaces` is the id of our call with the target, when the target was asked first.
    """

    activity: ClassVar[str] = "transfer_call"
    target: JSON | None = None
    request_n: int | None = None
    replaces: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StartConsultation(Command):
    """Call the one who is to have the caller, and ask. How it goes comes back as news in our inbox."""

    activity: ClassVar[str] = "start_consultation"
    timeout_s: int
    target: JSON | None = None
    request_n: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceCall(Command):
    """Place the call, or join the meeting, that inbox item `request_n` asks for.

    `former`: Graph's id of the call that was lost and is placed again.
    """

    activity: ClassVar[str] = "place_call"
    request_n: int
    former: str | None
    modalities: tuple[str, ...]
    prefetch: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportLeg(Command):
    """Tell the orchestration `parent` how far its leg is, or that its `request` came to nothing."""

    activity: ClassVar[str] = "report_leg"
    parent: str
    leg: int
    status: str
    request: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListParticipants(Command):
    """Count who is in the call."""

    activity: ClassVar[str] = "list_participants"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepAlive(Command):
    """Tell Graph that the call is still wanted."""

    activity: ClassVar[str] = "keep_alive"


@dataclass(frozen=True, kw_only=True, slots=True)
class HangUp(Command):
    """End the call."""

    activity: ClassVar[str] = "hang_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseCall(Command):
    """Always the last: write the record. `summary` is what `CallSession.summary()` gives."""

    activity: ClassVar[str] = "close_call"
    outcome: str
    summary: JSON


# --- what operators ask for; what of it is personal stays in their inbox item `request_n`


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested(Command):
    """A command whose particulars are in inbox item `request_n`."""

    request_n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Announce(Requested):
    """Play a prompt of the catalogue that the flow knows nothing of."""

    activity: ClassVar[str] = "play_prompt"
    locale: str
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteCall(Requested):
    """Mute ourselves."""

    activity: ClassVar[str] = "mute_call"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnmuteCall(Requested):
    """Unmute ourselves."""

    activity: ClassVar[str] = "unmute_call"


@dataclass(frozen=True, kw_only=True, slots=True)
class InviteParticipants(Requested):
    """Bring people into the call, or take them over from another call of ours."""

    activity: ClassVar[str] = "invite_participants"


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveParticipant(Requested):
    """Take somebody out of the call."""

    activity: ClassVar[str] = "remove_participant"


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteParticipant(Requested):
    """Mute somebody; only they can unmute themselves."""

    activity: ClassVar[str] = "mute_participant"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartHoldMusic(Requested):
    """Put somebody on hold, with music or a prompt."""

    activity: ClassVar[str] = "start_hold_music"
    locale: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StopHoldMusic(Requested):
    """Take somebody back from hold."""

    activity: ClassVar[str] = "stop_hold_music"


@dataclass(frozen=True, kw_only=True, slots=True)
class SendDtmfTones(Requested):
    """Press keys."""

    activity: ClassVar[str] = "send_dtmf_tones"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeScreenSharingRole(Requested):
    """Become a viewer, or the sharer."""

    activity: ClassVar[str] = "change_screen_sharing_role"


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateRecordingStatus(Requested):
    """Tell everybody whether the call is recorded."""

    activity: ClassVar[str] = "update_recording_status"


@dataclass(frozen=True, kw_only=True, slots=True)
class AddLargeGalleryView(Requested):
    """Add the large gallery to what we see."""

    activity: ClassVar[str] = "add_large_gallery_view"

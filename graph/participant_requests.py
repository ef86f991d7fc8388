"""Requests about the participants of a group call or meeting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graph import wire
from graph.request import CallRequest, WithContext, check_id, in_path, without_none
from graph.roster import entry, roster
from graph.targets import BadRequest, MediaInfo, Target
from graph.wire import JSON


@dataclass(frozen=True, kw_only=True)
class ListParticipants(CallRequest):
    """List who is in the call. 200; an empty list for a call of two.

    Source: https://learn.microsoft.com/graph/api/call-list-participants
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = "participants"
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"count", "participants": [...]}`, each as `roster.entry` writes it."""
        present = roster(wire.mapping(answer).get("value"))
        return {"count": len(present), "participants": present}


@dataclass(frozen=True, kw_only=True)
class InviteParticipants(WithContext):
    """Invite 1 to 5 people into a group call. 200 with an `inviteParticipantsOperation`, normally running.

    With `replaces_call_id`, one person is moved here out of that call, which then ends. Several at once only into a
    call with a chat. The roster tells of them separately, before or after the operation's end.
    Source: https://learn.microsoft.com/graph/api/participant-invite
    """

    participants: tuple[Target, ...]
    replaces_call_id: str | None = None

    action: ClassVar[str] = "participants/invite"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.participants) <= 5:
            raise BadRequest("participants", "must be 1 to 5")
        if len({(one.kind, one.id.lower()) for one in self.participants}) < len(self.participants):
            raise BadRequest("participants", "must not name anybody twice")
        if any(one.kind == "voicemail" for one in self.participants):
            raise BadRequest("participants", "must be people, not voicemail")
        moved = self.replaces_call_id is not None or any(one.replaces_call_id for one in self.participants)
        if moved and len(self.participants) > 1:
            raise BadRequest("participants", "must be 1 where a call is replaced: Graph reads the first only")
        if self.replaces_call_id is not None:
            check_id("replaces_call_id", self.replaces_call_id, "a call's id")

    def body(self) -> JSON:
        """The wire form."""
        participants = [one.to_wire() for one in self.participants]
        if self.replaces_call_id is not None:
            participants[0]["replacesCallId"] = in_path(self.replaces_call_id)
        return {"participants": participants, **super().body()}


@dataclass(frozen=True, kw_only=True)
class _OneParticipant(CallRequest):
    participant_id: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id("participant_id", self.participant_id, "a participant's id")

    @property
    def below(self) -> str:
        """Path below the call's."""
        participant = f"participants/{in_path(self.participant_id)}"
        return f"{participant}/{self.action}" if self.action else participant


@dataclass(frozen=True, kw_only=True)
class GetParticipant(_OneParticipant):
    """Look at one participant. 200.

    Source: https://learn.microsoft.com/graph/api/participant-get
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = ""
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give the participant as `roster.entry` writes it."""
        return entry(answer)


@dataclass(frozen=True, kw_only=True)
class RemoveParticipant(_OneParticipant):
    """Remove a participant, or take back an invitation that nobody has answered. 204.

    Nobody is told why. The organizer cannot be removed. The tenant must allow the application to do this.
    Source: https://learn.microsoft.com/graph/api/participant-delete
    """

    method: ClassVar[str] = "DELETE"
    action: ClassVar[str] = ""
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class MuteParticipant(WithContext, _OneParticipant):
    """Mute a participant. 200, normally completed. Only the participant can undo it.

    Source: https://learn.microsoft.com/graph/api/participant-mute
    """

    action: ClassVar[str] = "mute"
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class StartHoldMusic(WithContext, _OneParticipant):
    """Put a participant on hold, to hear the prompt or Graph's own music. 202, normally running.

    Only one participant of a call can be on hold at a time.
    Source: https://learn.microsoft.com/graph/api/participant-startholdmusic
    """

    prompt: MediaInfo | None = field(default=None)

    action: ClassVar[str] = "startHoldMusic"

    def body(self) -> JSON:
        """The wire form."""
        return without_none({"customPrompt": self.prompt and self.prompt.to_prompt(), **super().body()})


@dataclass(frozen=True, kw_only=True)
class StopHoldMusic(WithContext, _OneParticipant):
    """Take a participant back from hold. 202 with a `stopHoldMusicOperation`.

    Source: https://learn.microsoft.com/graph/api/participant-stopholdmusic
    """

    action: ClassVar[str] = "stopHoldMusic"

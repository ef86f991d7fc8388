"""Placing a call, joining a meeting, and looking at the calls there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graph import wire
from graph.call_setup import MODALITIES, CallOptions, check_media, check_modalities, media_config
from graph.ids import normalised
from graph.meeting_info import Chat, JoinIdMeeting, Meeting, OrganizerMeeting, TokenMeeting, joined_by
from graph.parties import Source
from graph.request import Request, check_id, in_path, without_none
from graph.resources import CALL_STATES
from graph.targets import BadRequest, MediaInfo, Target, check_uri
from graph.wire import JSON

_MOST_TARGETS = 5
_LONGEST_SUBJECT = 255
_CALLS = "/communications/calls"


@dataclass(frozen=True, kw_only=True)
class CreateCall(Request):
    """Call somebody (one target), start a group call (2 to 5 users), or join a meeting. 201 with the call.

    A number is called by a resource account (`source`) and needs the tenant; a meeting by its organizer needs chat
    and tenant, by join id the tenant, by token neither. Not idempotent: sent twice, two calls ring.
    Source: https://learn.microsoft.com/graph/api/application-post-calls
    """

    callback_uri: str = field(repr=False)
    targets: tuple[Target, ...] = ()
    source: Source | None = None
    tenant_id: str | None = None
    modalities: tuple[str, ...] = ("audio",)
    #: Prompts that Graph fetches ahead of their first playPrompt.
    prefetch: tuple[MediaInfo, ...] = ()
    #: What the media library gave; with it our media worker handles the media.
    blob: str | None = field(default=None, repr=False)
    meeting: Meeting | None = None
    chat: Chat | None = None
    call_options: CallOptions | None = None
    subject: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_uri("callback_uri", self.callback_uri)
        check_modalities("modalities", self.modalities, MODALITIES)
        check_media(self.prefetch, self.blob)
        if self.tenant_id is not None:
            check_id("tenant_id", self.tenant_id, "a tenant's id")
        if self.subject is not None and len(self.subject) > _LONGEST_SUBJECT:
            raise BadRequest("subject", f"must be at most {_LONGEST_SUBJECT} characters")
        if self.meeting is None:
            self._check_targets()
        else:
            self._check_meeting(self.meeting)

    def _check_targets(self) -> None:
        kinds = {target.kind for target in self.targets}
        if not 1 <= len(self.targets) <= _MOST_TARGETS:
            raise BadRequest("targets", f"must be 1 to {_MOST_TARGETS} where no meeting is given")
        if len(self.targets) > 1 and kinds != {"user"}:
            raise BadRequest("targets", "must be users where there are several")
        if len({target.id.lower() for target in self.targets}) < len(self.targets):
            raise BadRequest("targets", "must not name anybody twice")
        if "voicemail" in kinds:
            raise BadRequest("targets", "must be people, not voicemail")
        if self.chat is not None:
            raise BadRequest("chat", "must stand beside a meeting")
        if self.source is not None and self.source.kind == "guest":
            raise BadRequest("source", "must not be a guest where no meeting is given")
        if "phone" not in kinds:
            return
        if self.source is None:
            raise BadRequest("source", "must be a resource account where a number is called")
        if self.tenant_id is None:
            raise BadRequest("tenant_id", "must be given where a number is called")

    def _check_meeting(self, meeting: Meeting) -> None:
        if self.targets:
            raise BadRequest("targets", "must be empty where a meeting is given")
        if isinstance(meeting, OrganizerMeeting) != (self.chat is not None):
            raise BadRequest("chat", "must stand beside the organizer of a meeting, and beside nothing else")
        if isinstance(meeting, OrganizerMeeting | JoinIdMeeting) and self.tenant_id is None:
            raise BadRequest("tenant_id", "must be given where a meeting is joined by organizer or join id")
        if isinstance(meeting, TokenMeeting) and self.tenant_id is not None:
            raise BadRequest("tenant_id", "must not be given where a meeting is joined by token")

    @property
    def path(self) -> str:
        """Path below Graph's root."""
        return _CALLS

    def body(self) -> JSON:
        """The wire form."""
        return without_none(
            {
                "@odata.type": "#microsoft.graph.call",
                "callbackUri": self.callback_uri,
                "source": self.source and self.source.to_wire(),
                "targets": [target.to_wire() for target in self.targets] or None,
                "requestedModalities": list(self.modalities),
                "mediaConfig": media_config(self.prefetch, self.blob),
                "callOptions": self.call_options and self.call_options.to_wire("outgoingCallOptions"),
                "chatInfo": self.chat and self.chat.to_wire(),
                "meetingInfo": self.meeting and self.meeting.to_wire(),
                "subject": self.subject,
                "tenantId": None if self.tenant_id is None else in_path(self.tenant_id),
            }
        )

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"call_id", "state", "chain_id", "participant_id", "meeting"}`.

        Ids are normalised; `meeting` is what `meeting_info.joined_by` gives; null for what the response did not say.
        """
        call = wire.mapping(answer)
        return {
            "call_id": normalised(call.get("id")),
            "state": wire.member(call.get("state"), CALL_STATES),
            "chain_id": normalised(call.get("callChainId")),
            "participant_id": normalised(call.get("myParticipantId")),
            "meeting": joined_by(call.get("chatInfo"), call.get("meetingInfo")),
        }


@dataclass(frozen=True, kw_only=True)
class ListCalls(Request):
    """List the application's calls. In the metadata, without a page of its own in the reference. 200.

    Source: https://learn.microsoft.com/graph/api/resources/call
    """

    method: ClassVar[str] = "GET"
    idempotent: ClassVar[bool] = True

    @property
    def path(self) -> str:
        """Path below Graph's root."""
        return _CALLS

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"calls": [{"call_id", "state"}, ...]}`."""
        calls = [wire.mapping(one) for one in wire.sequence(wire.mapping(answer).get("value"))]
        return {
            "calls": [
                {"call_id": normalised(call.get("id")), "state": wire.member(call.get("state"), CALL_STATES)}
                for call in calls
            ]
        }

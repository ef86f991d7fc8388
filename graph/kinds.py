"""One type per kind of notification; those of operations are in `operations`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from graph.identities import IdentitySet, ParticipantInfo
from graph.resources import CallRoute, IncomingContext, Participant, ResultInfo, ToneInfo
from graph.wire import JSON


class Common(TypedDict):
    """What every notification has, on its way into its type."""

    position: tuple[int, int]
    call_id: str
    change: str
    tenant_id: str | None
    raw: JSON


class Unreadable(Exception):
    """The notification has an unexpected shape; it is kept as `UnknownNotification` with this reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """One change of one resource of a call.

    Source: https://learn.microsoft.com/graph/api/resources/commsnotification
    """

    #: Index in `value`, and in `resourceData` where that is an array of changes.
    position: tuple[int, int]
    #: Normalised; empty where Graph named no call.
    call_id: str
    #: `created`, `updated`, `deleted`; empty for anything else.
    change: str
    tenant_id: str | None
    #: The item as it came, with this one change as its `resourceData`. Personal: never log it.
    raw: JSON = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingCall(Notification):
    """Somebody calls: 15 s to answer, reject or redirect, 5 s when a policy has us observe.

    Source: https://learn.microsoft.com/graph/api/resources/call
    """

    call_chain_id: str | None
    source: ParticipantInfo
    targets: tuple[ParticipantInfo, ...]
    requested_modalities: tuple[str, ...]
    my_participant_id: str | None
    call_routes: tuple[CallRoute, ...]
    incoming_context: IncomingContext | None
    #: Meeting coordinates as they came, each None outside meetings.
    chat_info: JSON | None = field(repr=False)
    meeting_info: JSON | None = field(repr=False)
    #: `applicationMetadata.botData` of policy calls.
    bot_data: JSON | None = field(repr=False)

    @property
    def called(self) -> IdentitySet:
        """Who was called: the first target."""
        return self.targets[0].identity if self.targets else IdentitySet()

    @property
    def group(self) -> bool:
        """Whether this invites us into a meeting or group call."""
        return bool(self.chat_info or self.meeting_info) or len(self.targets) > 1

    @property
    def policy(self) -> bool:
        """Whether a recording policy called, not a person."""
        observed = self.incoming_context.observed_participant_id if self.incoming_context else None
        return observed is not None or bool(self.bot_data and self.bot_data.get("inviteReasons"))


@dataclass(frozen=True, kw_only=True, slots=True)
class CallUpdated(Notification):
    """The call has another state, or its media has. A failed transfer is `established` with a result.

    Source: https://learn.microsoft.com/graph/api/resources/call
    """

    #: A call state; None where the notification says nothing of it.
    state: str | None
    #: `active`, `inactive`, or None: nothing said.
    audio: str | None
    result: ResultInfo | None
    #: Meeting coordinates as they came, each None outside meetings.
    chat_info: JSON | None = field(repr=False)
    meeting_info: JSON | None = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class TonePressed(Notification):
    """Somebody pressed a key; Graph does not say who.

    Source: https://learn.microsoft.com/graph/api/resources/toneinfo
    """

    state: str | None
    tone_info: ToneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEnded(Notification):
    """The call is over: hung up, rejected, redirected, transferred, or failed.

    Source: https://learn.microsoft.com/graph/api/call-delete
    """

    result: ResultInfo | None
    #: For instance `AppTransferred`.
    termination_reason: str | None
    answered_by: IdentitySet


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterUpdated(Notification):
    """Who is in the call: everybody, or with `delta` only what changed.

    Source: https://learn.microsoft.com/graph/api/resources/participant
    """

    participants: tuple[Participant, ...]
    delta: bool
    #: Orders rosters where Graph numbers them, else None.
    sequence_number: int | None

    @property
    def present(self) -> int:
        """How many of those listed are in the call, or in its lobby."""
        return sum(not one.removed for one in self.participants)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentSharingChanged(Notification):
    """Content sharing started (`created`), changed, or ended (`deleted`).

    Source: https://learn.microsoft.com/graph/api/resources/contentsharingsession
    """

    session_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticipantJoining(Notification):
    """Another participant under the same recording policy is about to join: answered in the response's body.

    Source: https://learn.microsoft.com/graph/api/resources/participantjoiningnotification
    """

    source: ParticipantInfo
    incoming_context: IncomingContext | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticipantLeft(Notification):
    """A participant under a recording policy has left.

    Source: https://learn.microsoft.com/graph/api/resources/participantleftnotification
    """

    participant_id: str | None
    result: ResultInfo | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownNotification(Notification):
    """A notification of a type or shape not known here: kept and logged, without effect on the call.

    Source: https://learn.microsoft.com/graph/api/resources/commsnotification
    """

    #: Graph's type name, for instance `call`; None where there is none.
    type: str | None
    #: What was not understood, fit for a log.
    reason: str

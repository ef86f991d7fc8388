"""The smaller resources inside notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph import wire
from graph.identities import IdentitySet, ParticipantInfo

# `ringing` is in the reference but not in the metadata.
CALL_STATES = wire.enum(
    "incoming",
    "establishing",
    "ringing",
    "established",
    "hold",
    "transferring",
    "transferAccepted",
    "redirecting",
    "terminating",
    "terminated",
)
TONES = wire.enum(*(f"tone{digit}" for digit in range(10)), "star", "pound", "a", "b", "c", "d", "flash")
MODALITIES = wire.enum("audio", "video", "videoBasedScreenSharing", "data")
OPERATION_STATUSES = wire.enum("notStarted", "running", "completed", "failed")
_MEDIA_STATES = wire.enum("active", "inactive")


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultInfo:
    """How something ended. `code` resembles an HTTP status; `subcode` says what it was.

    Source: https://learn.microsoft.com/graph/api/resources/resultinfo
    """

    code: int | None
    subcode: int | None
    message: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, value: object) -> ResultInfo | None:
        """Read `resultInfo`: numbers may be strings, and `subcode` may be spelt `subCode`."""
        given = wire.mapping(value)
        if not given:
            return None
        subcode = given["subcode"] if "subcode" in given else given.get("subCode")
        return cls(
            code=wire.integer(given.get("code")),
            subcode=wire.integer(subcode),
            message=wire.text(given.get("message")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ToneInfo:
    """One key press. `sequence_id` orders the tones of a call.

    Source: https://learn.microsoft.com/graph/api/resources/toneinfo
    """

    sequence_id: int
    #: `tone0` to `tone9`, `star`, `pound`, `a` to `d`, `flash`.
    tone: str = field(repr=False)

    @classmethod
    def parse(cls, value: object) -> ToneInfo | None:
        """Read `toneInfo`; None when it names no known tone or has no sequence id."""
        given = wire.mapping(value)
        tone = wire.member(given.get("tone"), TONES)
        sequence_id = wire.integer(given.get("sequenceId"))
        return None if tone is None or sequence_id is None else cls(sequence_id=sequence_id, tone=tone)


def audio_state(call: Mapping[str, object]) -> str | None:
    """`mediaState.audio` of a call: `active`, `inactive`, or None when nothing is said about it.

    Source: https://learn.microsoft.com/graph/api/resources/callmediastate
    """
    return wire.member(wire.mapping(call.get("mediaState")).get("audio"), _MEDIA_STATES)


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingContext:
    """How a call came to us.

    Source: https://learn.microsoft.com/graph/api/resources/incomingcontext
    """

    source_participant_id: str | None
    #: Set when a policy has us observe somebody: a policy-recording call.
    observed_participant_id: str | None
    on_behalf_of: IdentitySet
    transferor: IdentitySet

    @classmethod
    def parse(cls, value: object) -> IncomingContext | None:
        """Read `incomingContext`."""
        given = wire.mapping(value)
        if not given:
            return None
        return cls(
            source_participant_id=wire.text(given.get("sourceParticipantId")),
            observed_participant_id=wire.text(given.get("observedParticipantId")),
            on_behalf_of=IdentitySet.parse(given.get("onBehalfOf")),
            transferor=IdentitySet.parse(given.get("transferor")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRoute:
    """One forwarding on the way to us: `forwarded`, `lookup` or `selfFork`.

    Source: https://learn.microsoft.com/graph/api/resources/callroute
    """

    routing_type: str | None
    original: IdentitySet
    final: IdentitySet

    @classmethod
    def parse(cls, value: object) -> CallRoute:
        """Read one of `callRoutes`."""
        given = wire.mapping(value)
        return cls(
            routing_type=wire.text(given.get("routingType")),
            original=IdentitySet.parse(given.get("original")),
            final=IdentitySet.parse(given.get("final")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """One member of a roster. `participant_id` is None for somebody just invited.

    Source: https://learn.microsoft.com/graph/api/resources/participant
    """

    participant_id: str | None
    info: ParticipantInfo
    is_muted: bool
    is_in_lobby: bool
    #: `recording`, `notRecording`, `failed`, or None.
    recording_status: str | None
    #: In delta mode: this participant has left.
    removed: bool

    @classmethod
    def parse(cls, value: object) -> Participant:
        """Read one participant."""
        given = wire.mapping(value)
        return cls(
            participant_id=wire.text(given.get("id")),
            info=ParticipantInfo.parse(given.get("info")),
            is_muted=wire.flag(given.get("isMuted")),
            is_in_lobby=wire.flag(given.get("isInLobby")),
            recording_status=wire.text(wire.mapping(given.get("recordingInfo")).get("recordingStatus")),
            removed=isinstance(given.get("removedState"), dict),
        )

"""Who places a call, and who is transferred out of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.request import check_id, in_path, without_none
from graph.targets import BadRequest, Target, identity_set
from graph.wire import JSON

_MEMBERS = {"application_instance": "applicationInstance", "guest": "guest"}
_LONGEST_NAME = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """As whom the bot places a call: a resource account (for calls to numbers), or a guest of a meeting.

    Source: https://learn.microsoft.com/graph/api/resources/participantinfo
    """

    #: `application_instance` or `guest`.
    kind: str
    #: Object id of the resource account; for a guest any id, the same whenever the same guest comes again.
    id: str = field(repr=False)
    #: What others see. A guest must have one.
    display_name: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in _MEMBERS:
            raise BadRequest("source", f"must name one of {', '.join(_MEMBERS)}")
        check_id(f"source.{self.kind}", self.id)
        if self.display_name is None and self.kind == "guest":
            raise BadRequest("source.display_name", "must be given for a guest")
        if self.display_name is not None and not 1 <= len(self.display_name) <= _LONGEST_NAME:
            raise BadRequest("source.display_name", f"must be 1 to {_LONGEST_NAME} characters")

    def to_wire(self) -> JSON:
        """Give Graph's `participantInfo`."""
        name = {"displayName": self.display_name} if self.display_name is not None else {}
        return {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": identity_set(_MEMBERS[self.kind], self.id, **name),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Transferee:
    """The participant of a group call who is transferred out of it.

    Source: https://learn.microsoft.com/graph/api/call-transfer
    """

    participant_id: str
    #: Who that is, where it is known; Graph goes by the participant's id.
    identity: Target | None = None

    def __post_init__(self) -> None:
        check_id("transferee.participant_id", self.participant_id, "a participant's id")

    def to_wire(self) -> JSON:
        """Give Graph's `participantInfo`."""
        identity = self.identity and self.identity.to_wire()["identity"]
        return without_none(
            {
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": identity,
                "participantId": in_path(self.participant_id),
            }
        )

"""Requests about the bot's own part in a group call or meeting, and about the call's operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graph import wire
from graph.ids import normalised
from graph.request import CallRequest, WithContext, check_id, check_member, in_path, operation_outcome
from graph.wire import JSON

_ROLES = ("viewer", "sharer")


@dataclass(frozen=True, kw_only=True)
class MuteSelf(WithContext):
    """Mute the bot. 200, normally completed. Group calls only.

    Source: https://learn.microsoft.com/graph/api/call-mute
    """

    action: ClassVar[str] = "mute"
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class UnmuteSelf(WithContext):
    """Unmute the bot. 200, normally completed. Group calls only.

    Source: https://learn.microsoft.com/graph/api/call-unmute
    """

    action: ClassVar[str] = "unmute"
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ChangeScreenSharingRole(CallRequest):
    """Start (`sharer`) or stop (`viewer`) sharing the screen. 202. Group calls with application-hosted media only.

    Source: https://learn.microsoft.com/graph/api/call-changescreensharingrole
    """

    role: str

    action: ClassVar[str] = "changeScreenSharingRole"
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_member("role", self.role, _ROLES)

    def body(self) -> JSON:
        """The wire form."""
        return {"role": self.role}


@dataclass(frozen=True, kw_only=True)
class AddLargeGalleryView(WithContext):
    """Add the large gallery view to a group call. 202 with an `addLargeGalleryViewOperation`.

    Source: https://learn.microsoft.com/graph/api/call-addlargegalleryview
    """

    action: ClassVar[str] = "addLargeGalleryView"


@dataclass(frozen=True, kw_only=True)
class ListContentSharingSessions(CallRequest):
    """List what is being shared in a group call. 200.

    Source: https://learn.microsoft.com/graph/api/call-list-contentsharingsessions
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = "contentSharingSessions"
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"sessions": [id, ...]}`."""
        values = wire.sequence(wire.mapping(answer).get("value"))
        return {"sessions": [found for value in values if (found := _session_id(value))]}


@dataclass(frozen=True, kw_only=True)
class GetContentSharingSession(CallRequest):
    """Look at one content-sharing session. 200.

    Source: https://learn.microsoft.com/graph/api/contentsharingsession-get
    """

    session_id: str

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = "contentSharingSessions"
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id("session_id", self.session_id)

    @property
    def below(self) -> str:
        """Path below the call's."""
        return f"{self.action}/{in_path(self.session_id)}"

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"session"}`: its id, or null."""
        return {"session": _session_id(answer)}


@dataclass(frozen=True, kw_only=True)
class ListOperations(CallRequest):
    """List the call's operations. 200. How long Graph keeps ended ones is not documented.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = "operations"
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"operations": [{"operation_id", "status", "code", "subcode"}, ...]}`."""
        return {"operations": [operation_outcome(one) for one in wire.sequence(wire.mapping(answer).get("value"))]}


@dataclass(frozen=True, kw_only=True)
class GetOperation(CallRequest):
    """Look at one operation. 200.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """

    operation_id: str

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = "operations"
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_id("operation_id", self.operation_id, "an operation's id")

    @property
    def below(self) -> str:
        """Path below the call's."""
        return f"{self.action}/{in_path(self.operation_id)}"

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"operation_id", "status", "code", "subcode"}`."""
        return operation_outcome(answer)


def _session_id(value: object) -> str | None:
    return normalised(wire.mapping(value).get("id"))

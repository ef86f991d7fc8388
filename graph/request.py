"""What every request has: where it goes, what it carries, and what its response says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from graph.ids import normalised, on_the_wire
from graph.operations import Operation
from graph.targets import BadRequest
from graph.wire import JSON


class Request(ABC):
    """One request to Graph. Every kind is a frozen dataclass, checked when made.

    Source: https://learn.microsoft.com/graph/api/resources/communications-api-overview
    """

    method: ClassVar[str] = "POST"
    #: Whether sending it twice does what sending it once does.
    idempotent: ClassVar[bool] = False

    @classmethod
    def name(cls) -> str:
        """Name of the kind, for instance `playPrompt`: the key of its row in `permissions.PERMISSIONS`."""
        return cls.__name__[0].lower() + cls.__name__[1:]

    @property
    @abstractmethod
    def path(self) -> str:
        """Path below Graph's root, with the query where there is one."""

    def body(self) -> JSON | None:
        """The JSON body; None for a request without one."""
        return None

    def outcome(self, answer: JSON | None) -> JSON:
        """What the response says, fit for durable history: nothing, for most actions that Graph only accepts."""
        return {}


@dataclass(frozen=True, kw_only=True)
class CallRequest(Request):
    """A request about one call.

    Source: https://learn.microsoft.com/graph/api/resources/call
    """

    call_id: str

    #: Path below the call's; empty for the call itself.
    action: ClassVar[str]

    def __post_init__(self) -> None:
        check_id("call_id", self.call_id, "a call's id")

    @property
    def path(self) -> str:
        """Path below Graph's root, for instance `/communications/calls/{id}/answer`."""
        call = f"/communications/calls/{in_path(self.call_id)}"
        return f"{call}/{self.below}" if self.below else call

    @property
    def below(self) -> str:
        """Path below the call's."""
        return self.action


class StartsOperation(CallRequest):
    """An action that Graph answers with an operation.

    When that is `completed` or `failed` already, no notification follows; else one will.
    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"operation_id", "status", "code", "subcode"}`; all null when the response named no operation."""
        return operation_outcome(answer)


@dataclass(frozen=True, kw_only=True)
class WithContext(StartsOperation):
    """An action whose operation is known again by what we give with it.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """

    #: 1 to 256 characters, echoed in the operation and in its notification.
    client_context: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_client_context(self.client_context)

    def body(self) -> JSON:
        """The wire form."""
        return {"clientContext": self.client_context}


def operation_outcome(value: object) -> JSON:
    """Give `{"operation_id", "status", "code", "subcode"}` of an operation on the wire."""
    operation = Operation.parse(value)
    return {
        "operation_id": operation.id,
        "status": operation.status,
        "code": operation.code,
        "subcode": operation.subcode,
    }


def in_path(identifier: str) -> str:
    """The id as it stands in paths; it was checked before."""
    return on_the_wire(normalised(identifier) or "")


def check_id(field: str, value: str, meaning: str = "an id") -> None:
    """Raise `BadRequest` for what cannot be an id of Graph's: ids end up in paths."""
    if normalised(value) is None:
        raise BadRequest(field, f"must be {meaning}")


def check_client_context(context: str) -> None:
    """Raise `BadRequest` unless Graph takes the context: 1 to 256 characters.

    Source: https://learn.microsoft.com/graph/api/resources/commsoperation
    """
    if not 1 <= len(context) <= 256:
        raise BadRequest("client_context", "must be 1 to 256 characters")


def check_seconds(field: str, value: int, least: int, most: int) -> None:
    """Raise `BadRequest` outside `least` to `most`, both allowed."""
    if not least <= value <= most:
        raise BadRequest(field, f"must be {least} to {most} seconds")


def check_member(field: str, value: str, members: tuple[str, ...]) -> None:
    """Raise `BadRequest` unless the value is one of the members."""
    if value not in members:
        raise BadRequest(field, f"must be one of {', '.join(members)}")


def without_none(document: JSON) -> JSON:
    """The document without the keys that have nothing to say."""
    return {key: value for key, value in document.items() if value is not None}

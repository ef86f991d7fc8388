"""What every request has: which call it is about, where it goes, and what its response says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from graph.ids import normalised, on_the_wire
from graph.operations import Operation
from graph.targets import BadRequest
from graph.wire import JSON


@dataclass(frozen=True, kw_only=True)
class Request(ABC):
    """A request about one call.

    Source: https://learn.microsoft.com/graph/api/resources/call
    """

    call_id: str

    method: ClassVar[str] = "POST"
    action: ClassVar[str]
    #: Whether sending it twice does what sending it once does.
    idempotent: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if normalised(self.call_id) is None:
            raise BadRequest("call_id", "must be a call's id")

    @property
    def path(self) -> str:
        """Path below Graph's root, for instance `/communications/calls/{id}/answer`."""
        call = f"/communications/calls/{on_the_wire(normalised(self.call_id) or '')}"
        return f"{call}/{self.action}" if self.action else call

    @abstractmethod
    def body(self) -> JSON | None:
        """The JSON body; None for a request without one."""

    def outcome(self, answer: JSON | None) -> JSON:
        """What the response says, fit for durable history: nothing, for most actions that Graph only accepts."""
        return {}


class StartsOperation(Request):
    """An action that Graph answers with an operation.

    When that is `completed` or `failed` already, no notification follows; else one will.
    """

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"operation_id", "status", "code", "subcode"}`; all null when the response named no operation."""
        operation = Operation.parse(answer)
        return {
            "operation_id": operation.id,
            "status": operation.status,
            "code": operation.code,
            "subcode": operation.subcode,
        }


def check_client_context(context: str) -> None:
    """Raise `BadRequest` unless Graph takes the context."""
    if not 1 <= len(context) <= 256:
        raise BadRequest("client_context", "must be 1 to 256 characters")


def check_seconds(field: str, value: int, least: int, most: int) -> None:
    """Raise `BadRequest` outside `least` to `most`, both allowed."""
    if not least <= value <= most:
        raise BadRequest(field, f"must be {least} to {most} seconds")


def without_none(document: JSON) -> JSON:
    """The document without the keys that have nothing to say."""
    return {key: value for key, value in document.items() if value is not None}

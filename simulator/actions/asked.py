"""What a handler is asked, what it answers, and how it reads a body. Handlers parse and serialise; calls behave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator import notifications as notes
from simulator.call import Call
from simulator.delivery import reachable
from simulator.errors import invalid, no_permission
from simulator.operations import Operation
from simulator.prompts import MediaInfo

if TYPE_CHECKING:
    from simulator.simulator import Simulator

_LONGEST_CONTEXT = 256
_MODALITIES = ("audio", "video", "videoBasedScreenSharing", "data")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What every request has."""

    body: Body
    #: What the path names, e.g. `operation_id`.
    path: Mapping[str, str]
    #: OData options such as `$filter`.
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Headers, by lower-case name.
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Application permissions in the token.
    roles: frozenset[str] = frozenset()

    def needs(self, *permissions: str) -> None:
        """Raise `GraphError` 403/7504 when the token has none of these permissions.

        For what a table cannot say: permissions that depend on the body, or on the kind of call.
        """
        if not self.roles & set(permissions):
            raise no_permission()


@dataclass(frozen=True, kw_only=True)
class Asked(Request):
    """A request to do something with a call."""

    call: Call


@dataclass(frozen=True, kw_only=True)
class AskedOfTenant(Request):
    """A request that is about no call: to make one, or about a meeting."""

    simulator: Simulator
    #: The tenant of the token.
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Graph says to it."""

    status: int
    body: Mapping[str, Any] | None = None
    location: str | None = None
    #: The call that this made.
    call: Call | None = None


class Body:
    """A JSON object, read field by field. Every reader raises `GraphError` 400/8523 that names the field."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def raw(self, name: str) -> Any:
        """The value as it is, or None."""
        return self._fields.get(name)

    def client_context(self) -> str | None:
        """The bot's own mark on an operation, 256 characters at most."""
        value = self._fields.get("clientContext")
        if value is not None and (not isinstance(value, str) or len(value) > _LONGEST_CONTEXT):
            raise invalid(f"clientContext must be a text of at most {_LONGEST_CONTEXT} characters.")
        return value

    def callback_uri(self) -> str | None:
        """An address Graph would call, or None."""
        value = self._fields.get("callbackUri")
        if value is None:
            return None
        if not isinstance(value, str) or not reachable(value):
            raise invalid("callbackUri must be an https URL.")
        return value

    def number(self, name: str, fallback: int, least: int, most: int) -> int:
        """A whole number between two bounds."""
        value = self._fields.get(name)
        if value is None:
            return fallback
        if type(value) is not int or not least <= value <= most:
            raise invalid(f"{name} must be a whole number from {least} to {most}.")
        return value

    def flag(self, name: str, fallback: bool) -> bool:
        """A boolean."""
        value = self._fields.get(name)
        if value is None:
            return fallback
        if not isinstance(value, bool):
            raise invalid(f"{name} must be true or false.")
        return value

    def object(self, name: str) -> Mapping[str, Any]:
        """An object, empty when there is none."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise invalid(f"{name} must be an object.")
        return value or {}

    def items(self, name: str, least: int, most: int) -> list[Any]:
        """A list with a bounded number of items."""
        value = self._fields.get(name)
        if value is None and least == 0:
            return []
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise invalid(f"{name} must be a list of {least} to {most} items.")
        return value

    def prompts(self, least: int, most: int) -> tuple[MediaInfo, ...]:
        """`prompts`: media prompts, each with its `@odata.type`."""
        return tuple(prompt(item, "prompts") for item in self.items("prompts", least, most))

    def word(self, name: str, allowed: Collection[str]) -> str:
        """One of a few words."""
        value = self._fields.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise invalid(f"{name} must be one of {', '.join(allowed)}.")
        return value

    def words(self, name: str, allowed: Collection[str], *, least: int, most: int) -> tuple[str, ...]:
        """A list of such words."""
        values = self.items(name, least, most)
        if not all(isinstance(value, str) and value in allowed for value in values):
            raise invalid(f"{name} must hold some of {', '.join(allowed)}.")
        return tuple(values)

    def modalities(self, name: str) -> tuple[str, ...]:
        """A list of modalities with at least one member."""
        return self.words(name, _MODALITIES, least=1, most=len(_MODALITIES))


def media_info(value: Any, where: str) -> MediaInfo:
    """A `mediaInfo` of a request."""
    if not isinstance(value, Mapping) or not isinstance(value.get("uri"), str) or not value["uri"]:
        raise invalid(f"{where} must be a mediaInfo with a uri.")
    resource_id = value.get("resourceId")
    if resource_id is not None and not isinstance(resource_id, str):
        raise invalid(f"{where}.resourceId must be a text.")
    return MediaInfo(uri=value["uri"], resource_id=resource_id)


def operation_answer(operation: Operation, status: int = 200) -> Answer:
    """An operation, and where it is found."""
    call = operation.call
    call_id = notes.url_id(call.id, call.settings)
    location = f"{call.exchange.base_url}/v1.0/communications/calls/{call_id}{operation.path}"
    return Answer(status=status, body=operation.resource(), location=location)


def prompt(value: Any, where: str) -> MediaInfo:
    """A `mediaPrompt` of a request."""
    if not isinstance(value, Mapping) or value.get("@odata.type") != "#microsoft.graph.mediaPrompt":
        raise invalid(f"{where} must be media prompts: their @odata.type is #microsoft.graph.mediaPrompt.")
    return media_info(value.get("mediaInfo"), "mediaInfo")

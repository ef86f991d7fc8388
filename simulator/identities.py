"""Who is on the line, and how Graph writes it down.

Source: https://learn.microsoft.com/graph/api/resources/identityset
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.ids import same_id
from simulator.settings import SimulatorSettings

ALICE = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
_GUEST = "0c1f5b00-5555-4a2b-9c3d-000000009e57"
_KINDS = {
    "user": "user",
    "phone": "phone",
    "guest": "guest",
    "application": "application",
    "application_instance": "applicationInstance",
    "applicationInstance": "applicationInstance",
    "encrypted": "encrypted",
}


class NobodySuch(ValueError):
    """A caller or called party that cannot be made sense of."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One member of an identity set; `kind` is Graph's word for it (`user`, `phone`, `applicationInstance`, ...)."""

    kind: str
    #: A number, or an id in its one spelling.
    id: str
    display_name: str | None = None
    tenant_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", same_id(self.id))

    def to_graph(self, settings: SimulatorSettings) -> dict[str, Any]:
        """An `identitySet` with this one identity."""
        identity: dict[str, Any] = {"@odata.type": "#microsoft.graph.identity", "id": self.id}
        if self.display_name is not None:
            identity["displayName"] = self.display_name
        if self.tenant_id is not None and settings.identity_tenant_ids:
            identity["tenantId"] = self.tenant_id
        return {"@odata.type": f"#microsoft.graph.{settings.identity_set_type}", self.kind: identity}


def caller(spec: Mapping[str, Any] | None, settings: SimulatorSettings, tenant_id: str) -> Identity:
    """Who rings: `{"user": ...}`, `{"phone": "+44..."}` or `{"guest": ...}`; Alice when nobody is named.

    The value is an id or number, or an object with `id` and `displayName`. Raises `NobodySuch`.
    """
    if not spec:
        return Identity(kind="user", id=ALICE, display_name="Alice", tenant_id=tenant_id)
    kind, value = _only(spec, "caller", ("user", "phone", "guest"))
    fields = value if isinstance(value, Mapping) else {"id": value}
    fallback = {"user": ALICE, "guest": _GUEST}.get(kind)
    identity, name = fields.get("id", fallback), fields.get("displayName")
    if not isinstance(identity, str) or not identity:
        raise NobodySuch(f"caller.{kind} needs an id: a text, or an object with id")
    tenant = fields.get("tenantId", tenant_id) if kind == "user" else None
    return Identity(kind=kind, id=identity, display_name=name, tenant_id=tenant)


def called(spec: Mapping[str, Any] | str | None, settings: SimulatorSettings, by: Identity) -> Identity:
    """Who is rung: the bot, or the resource account in front of it (always so for a phone). Raises `NobodySuch`.

    A text is the id of a resource account.
    """
    tenant_id = settings.tenant_id
    instance = Identity(
        kind="applicationInstance",
        id=settings.application_instance_id,
        display_name=settings.application_instance_name,
        tenant_id=tenant_id,
    )
    if not spec:
        if by.kind == "phone":
            return instance
        name = settings.bot_display_name
        return Identity(kind="application", id=settings.bot_app_id, display_name=name, tenant_id=tenant_id)
    if isinstance(spec, str):
        spec = {"applicationInstance": spec}
    kind, value = _only(spec, "to", ("application", "application_instance", "applicationInstance", "phone"))
    fields = value if isinstance(value, Mapping) else {"id": value}
    identity = fields.get("id")
    if not isinstance(identity, str) or not identity:
        raise NobodySuch(f"to.{kind} needs an id: a text, or an object with id")
    return Identity(kind=kind, id=identity, display_name=fields.get("displayName"), tenant_id=tenant_id)


def from_graph(identity_set: Any) -> Identity | None:
    """The identity that an `identitySet` of a request names, or None when it names nobody."""
    if not isinstance(identity_set, Mapping):
        return None
    for key, kind in _KINDS.items():
        value = identity_set.get(key)
        if isinstance(value, Mapping) and isinstance(value.get("id"), str):
            return Identity(
                kind=kind, id=value["id"], display_name=value.get("displayName"), tenant_id=value.get("tenantId")
            )
    return None


def _only(spec: Any, field: str, kinds: tuple[str, ...]) -> tuple[str, Any]:
    if not isinstance(spec, Mapping):
        raise NobodySuch(f"{field} must be an object that names one of {', '.join(kinds)}")
    named = [kind for kind in kinds if kind in spec]
    if len(named) != 1 or len(spec) != 1:
        raise NobodySuch(f"{field} must name exactly one of {', '.join(kinds)}; it names {', '.join(spec) or 'nobody'}")
    return _KINDS[named[0]], spec[named[0]]

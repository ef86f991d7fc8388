"""Who takes part in a call, as Graph describes it. Names, numbers and ids stay out of every `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph import wire

# Graph puts all of these under a plain `identitySet`, though its metadata knows only three of them there.
# Where a set has several, the first named here says who it is.
_KINDS = (
    "user",
    "phone",
    "guest",
    "applicationInstance",
    "application",
    "encrypted",
    "onPremises",
    "azureCommunicationServicesUser",
    "assertedIdentity",
    "device",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """One member of an identity set.

    Source: https://learn.microsoft.com/graph/api/resources/identity
    """

    #: Graph's word: `user`, `phone`, `guest`, `applicationInstance`, `application`, `encrypted`, ...
    kind: str
    #: Directory object id, E.164 number, or an opaque text; None where Graph left it out.
    id: str | None = field(repr=False)
    display_name: str | None = field(default=None, repr=False)
    tenant_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentitySet:
    """The identities of one party; the most telling comes first.

    Source: https://learn.microsoft.com/graph/api/resources/identityset
    """

    identities: tuple[Identity, ...] = ()

    @property
    def kind(self) -> str:
        """Kind of the first identity, `unknown` when there is none."""
        return self.identities[0].kind if self.identities else "unknown"

    @classmethod
    def parse(cls, value: object) -> IdentitySet:
        """Read an identity set, or its `communicationsIdentitySet` form."""
        given = wire.mapping(value)
        if not given:
            return _NOBODY
        return cls(
            identities=tuple(_identity(kind, given[kind]) for kind in _KINDS if isinstance(given.get(kind), dict))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticipantInfo:
    """A party of a call: caller, target or member of a roster.

    Source: https://learn.microsoft.com/graph/api/resources/participantinfo
    """

    identity: IdentitySet
    #: On the wire `id`, in the metadata `participantId`: both are read.
    participant_id: str | None = None

    @classmethod
    def parse(cls, value: object) -> ParticipantInfo:
        """Read a `participantInfo` or `invitationParticipantInfo`."""
        given = wire.mapping(value)
        return cls(
            identity=IdentitySet.parse(given.get("identity")),
            participant_id=wire.text(given.get("id")) or wire.text(given.get("participantId")),
        )


_NOBODY = IdentitySet()


def _identity(kind: str, value: object) -> Identity:
    given = wire.mapping(value)
    return Identity(
        kind=kind,
        id=wire.text(given.get("id")),
        display_name=wire.text(given.get("displayName")),
        tenant_id=wire.text(given.get("tenantId")),
    )

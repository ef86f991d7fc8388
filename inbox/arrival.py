"""A call that has just been announced, as far as it must be known before its orchestration starts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal, Protocol

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many calls, and no more."""

    #: What the record of a call beyond it says.
    name: str
    within: Literal["at_once", "month"]
    most: int
    #: Whose calls; all where it is empty.
    customer: str = ""
    route: str = ""

    def counts(self, customer: str, route: str) -> bool:
        """Whether calls of this customer and route are among them."""
        return self.customer in ("", customer) and self.route in ("", route)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What is known of a call that rings."""

    #: Whose call it is, and the route that it takes; empty where no route could be read.
    customer: str = ""
    route: str = ""
    #: What it must be within to be served.
    limits: tuple[Limit, ...] = ()
    #: Whether a recording policy called.
    policy: bool = False
    #: Whether the webhook answers it, naming these prompts (keys of the catalogue) to be fetched meanwhile.
    answering: bool = False
    prefetch: tuple[str, ...] = ()
    #: What it has in common with another announcement of the same call (`chain_key`), or "".
    chain: str = ""

    @property
    def limited(self) -> bool:
        """Whether it may be one call too many."""
        return bool(self.limits)


class Reception(Protocol):
    """What delivery asks about a call that rings, before and while its orchestration starts."""

    def greet(self, digest: JSON, raw: JSON, tenant_id: str) -> Arrival:
        """Say what is known of the call at once; waits for nothing and never fails."""
        ...

    async def admit(self, instance_id: str, arrival: Arrival) -> str:
        """Say which limit keeps the call, which has been claimed, from being served; "" for none.

        Raises `StorageUnavailable`.
        """
        ...

    async def answer(self, call: JSON, arrival: Arrival, by: float) -> None:
        """Answer a call, `{"instance_id", "call_id", "tenant_id"}`, until `by`, Unix seconds, and note what Graph says.

        What is not noted as final is left to the orchestration.
        """
        ...


def chain_key(*, chain_id: str | None, caller: str, called: str) -> str:
    """What two announcements of one call have in common, whatever ids Graph gives them; "" without a chain."""
    if not chain_id:
        return ""
    return hashlib.sha256("\n".join((chain_id, caller, called)).encode()).hexdigest()[:40]

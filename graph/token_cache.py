"""Access tokens by tenant: fetched once, renewed at half their life, kept while renewal fails."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from graph.errors import TokenUnavailable
from graph.single_flight import SingleFlight

# Within this many seconds of its end a token may die on its way to Graph.
_LAST_SECONDS_S = 60.0
_RETRY_S = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """What a token service gave. `life_s`: seconds from now on that it is good for.

    Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """

    token: str = field(repr=False)
    life_s: float


@dataclass(kw_only=True, slots=True)
class _Held:
    token: str = field(repr=False)
    renew_at: float
    dead_at: float


class TokenCache:
    """Tokens of one application.

    `obtain` asks the token service on behalf of a tenant; it blocks, so it runs in a thread. It raises
    `TokenUnavailable`.
    """

    def __init__(self, obtain: Callable[[str], AccessToken], *, now: Callable[[], float]) -> None:
        self._obtain = obtain
        self._now = now
        self._held: dict[str, _Held] = {}
        self._flights: defaultdict[str, SingleFlight[_Held]] = defaultdict(SingleFlight)

    async def token(self, tenant_id: str, *, refused: str | None = None) -> str:
        """A token that is still good, and is not `refused`. Raises `TokenUnavailable`."""
        held = self._held.get(tenant_id)
        now = self._now()
        if held and (held.token == refused or now >= held.dead_at):
            held = None
        if held and now < held.renew_at:
            return held.token
        flight = self._flights[tenant_id]
        if held and flight.under_way:
            return held.token
        try:
            return (await flight.run(lambda: self._renew(tenant_id))).token
        except TokenUnavailable:
            if held is None:
                raise
            held.renew_at = self._now() + _RETRY_S
            return held.token

    async def _renew(self, tenant_id: str) -> _Held:
        given = await asyncio.to_thread(self._obtain, tenant_id)
        now = self._now()
        held = _Held(
            token=given.token, renew_at=now + given.life_s / 2, dead_at=now + max(0.0, given.life_s - _LAST_SECONDS_S)
        )
        self._held[tenant_id] = held
        return held

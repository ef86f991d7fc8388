"""Access tokens by tenant: fetched once, renewed from half their life on, kept while renewal fails.

Whoever asks for a token that is still good gets it at once. Renewal goes on beside it: a token service that hangs
must not cost a caller the seconds in which his call has to be answered.
"""

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
        held, now = self._held.get(tenant_id), self._now()
        flight = self._flights[tenant_id]
        if held is None or held.token == refused or now >= held.dead_at:
            return (await flight.run(lambda: self._renew(tenant_id))).token
        if now >= held.renew_at:
            flight.start(lambda: self._renew(tenant_id))
        return held.token

    async def _renew(self, tenant_id: str) -> _Held:
        try:
            given = await asyncio.to_thread(self._obtain, tenant_id)
        except TokenUnavailable:
            if tenant_id in self._held:
                self._held[tenant_id].renew_at = self._now() + _RETRY_S
            raise
        now = self._now()
        held = _Held(token=given.token, renew_at=now + given.life_s / 2, dead_at=now + given.life_s - _LAST_SECONDS_S)
        self._held[tenant_id] = held
        return held

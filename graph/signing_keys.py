"""The public keys an issuer announces, kept fresh without letting anybody make us hammer its host.

| when | done |
|---|---|
| no keys yet | fetched; after a failure not again within 5 s |
| older than 2 h | fetched again, at most once a minute; while that fails the known keys stay |
| older than 24 h | no key is good any more: `KeysUnavailable`, and as if there were no keys yet |
| a key nobody announced | fetched again, at most once a minute, whoever asks and however often |

Sources: https://openid.net/specs/openid-connect-discovery-1_0.html, https://www.rfc-editor.org/rfc/rfc7517,
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from graph import wire
from graph.json_web_keys import usable_keys
from graph.single_flight import SingleFlight
from graph.targets import LOOPBACK

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

log = logging.getLogger("callwright.signing_keys")

REFRESH_S = 2 * 3600.0
KEEP_S = 24 * 3600.0
BETWEEN_REFRESHES_S = 60.0
BETWEEN_FIRST_TRIES_S = 5.0

# A webhook may be waiting: both documents have to be there within this.
_PATIENCE_S = 4.0
_TIMEOUT = httpx.Timeout(connect=1.5, read=1.5, write=1.5, pool=1.5)
_LARGEST_DOCUMENT = 500_000


class KeysUnavailable(Exception):
    """The issuer's keys are not known, or not confirmed for too long: nothing can be verified."""


class SigningKeys:
    """Keys by their id, from the OpenID metadata at `metadata_url` (https, or http on loopback)."""

    def __init__(self, metadata_url: str, *, http: httpx.AsyncClient, now: Callable[[], float]) -> None:
        self._metadata_url = _checked(metadata_url, loopback=True)
        self._http = http
        self._now = now
        self._keys: dict[str, RSAPublicKey] = {}
        self._confirmed_at = self._tried_at = self._searched_at = -math.inf
        self._flight: SingleFlight[None] = SingleFlight()

    def known(self, kid: str) -> RSAPublicKey | None:
        """The key, when it is known and need not be confirmed before use; costs nothing."""
        return self._keys.get(kid) if self._now() - self._confirmed_at < REFRESH_S else None

    async def find(self, kid: str) -> RSAPublicKey | None:
        """The key, fetching where the table above says so; None for one that is not announced.

        The same object as long as the key stays the same. Raises `KeysUnavailable`.
        """
        usable = self._good() and kid in self._keys
        # The outcome of an attempt under way may be what is needed; otherwise nobody waits for it.
        if not usable if self._flight.under_way else self._due(usable):
            await self._flight.run(self._refresh)
        if not self._good():
            raise KeysUnavailable(f"the signing keys of {urlsplit(self._metadata_url).hostname} could not be fetched")
        return self._keys.get(kid)

    def _good(self) -> bool:
        return self._now() - self._confirmed_at < KEEP_S

    def _due(self, usable: bool) -> bool:
        now = self._now()
        pause = BETWEEN_REFRESHES_S if self._good() else BETWEEN_FIRST_TRIES_S
        if now - self._confirmed_at >= REFRESH_S and now - self._tried_at >= pause:
            return True
        if usable or not self._good() or now - self._searched_at < BETWEEN_REFRESHES_S:
            return False
        self._searched_at = now
        return True

    async def _refresh(self) -> None:
        self._tried_at = self._now()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found = await self._announced()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError, TimeoutError) as failure:
            log.warning("the signing keys at %s could not be fetched: %r", self._metadata_url, failure)
            return
        # Keys that stay the same stay the same object: what was verified with one needs no second look.
        self._keys = {kid: self._unchanged(kid, key) for kid, key in found.items()}
        self._confirmed_at = self._now()

    async def _announced(self) -> dict[str, RSAPublicKey]:
        metadata = await self._document(self._metadata_url)
        loopback = urlsplit(self._metadata_url).hostname in LOOPBACK
        address = _checked(wire.text(metadata.get("jwks_uri")) or "", loopback=loopback)
        found = usable_keys(await self._document(address))
        if not found:
            raise ValueError("no usable key is announced")
        return found

    def _unchanged(self, kid: str, key: RSAPublicKey) -> RSAPublicKey:
        old = self._keys.get(kid)
        return old if old is not None and old.public_numbers() == key.public_numbers() else key

    async def _document(self, address: str) -> wire.JSON:
        async with self._http.stream(
            "GET", address, headers={"Accept": "application/json"}, timeout=_TIMEOUT, follow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise ValueError(f"{address} answered {response.status_code}")
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST_DOCUMENT:
                    raise ValueError(f"{address} answered with more than {_LARGEST_DOCUMENT} bytes")
        return dict(wire.mapping(json.loads(body)))


def _checked(address: str, *, loopback: bool) -> str:
    """The address, when keys may be fetched from it. Raises `ValueError`."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return address
    if loopback and parts.scheme == "http" and parts.hostname in LOOPBACK:
        return address
    raise ValueError(f"signing keys are fetched over https only (plain http on loopback), not from {address!r}")

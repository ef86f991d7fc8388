"""Who asks: Entra tokens of the function app, and nobody else's.

The form, the algorithm and the key come first, then the signature, then what the token says. 401: no token that is
valid. 403: a valid one, of another tenant or application, or without the role.
Sources: https://learn.microsoft.com/entra/identity-platform/claims-validation, https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

ROLE = "Media.Control"
LEEWAY_S = 300.0
LONGEST_TOKEN = 8192
#: An unknown key may be a new one: the keys are fetched again, at most so often.
FETCH_EVERY_S = 30.0
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

log = logging.getLogger("media_worker.control")

FetchJson = Callable[[str], Awaitable[Mapping[str, Any]]]


class Refused(Exception):
    """The request is not let in. `status` is 401 or 403; `cause` is for the log, never for the answer."""

    def __init__(self, status: int, cause: str) -> None:
        super().__init__(cause)
        self.status = status
        self.cause = cause


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose tokens are taken."""

    metadata_url: str
    issuer: str
    #: The application that the token is for: its id, with and without `api://`.
    audience: str
    tenant: str
    #: Applications (client ids) that may ask; empty for any that has the role.
    applications: Collection[str] = ()


class TokenCheck:
    """Validates `Authorization` headers. `fetch` gets a JSON document, and raises `OSError` where it cannot."""

    def __init__(self, trust: Trust, *, fetch: FetchJson, now: Callable[[], float]) -> None:
        self._trust = trust
        self._fetch = fetch
        self._now = now
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched_at = -FETCH_EVERY_S

    async def check(self, authorization: str | None) -> None:
        """Let the request in, or raise `Refused`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or len(token) > LONGEST_TOKEN or not _TOKEN.fullmatch(token):
            raise Refused(401, "no bearer token")
        signed, _, signature = token.rpartition(".")
        header = _part(signed.partition(".")[0])
        if header.get("alg") != "RS256" or {"jwk", "jku", "x5u", "x5c", "crit"} & set(header):
            raise Refused(401, "the header is not of a token of Entra")
        key = await self._key(str(header.get("kid")))
        try:
            key.verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            raise Refused(401, "the signature is not the key's") from None
        self._check_claims(_part(signed.partition(".")[2]))

    def _check_claims(self, claims: Mapping[str, Any]) -> None:
        trust, now = self._trust, self._now()
        if not _time(claims, "nbf") - LEEWAY_S <= now < _time(claims, "exp") + LEEWAY_S:
            raise Refused(401, "the token is not valid now")
        if claims.get("iss") != trust.issuer:
            status = 403 if claims.get("tid") != trust.tenant else 401
            raise Refused(status, "iss: not the issuer")
        if claims.get("aud") not in (trust.audience, f"api://{trust.audience}"):
            raise Refused(401, "aud: meant for somebody else")
        if claims.get("tid") != trust.tenant:
            raise Refused(403, "tid: another tenant")
        roles = claims.get("roles")
        if not isinstance(roles, list) or ROLE not in roles:
            raise Refused(403, f"roles: not {ROLE}")
        application = claims.get("azp") or claims.get("appid")
        if trust.applications and application not in trust.applications:
            raise Refused(403, f"azp: {application} may not ask")

    async def _key(self, kid: str) -> RSAPublicKey:
        if kid not in self._keys and self._now() - self._fetched_at >= FETCH_EVERY_S:
            self._fetched_at = self._now()
            try:
                metadata = await self._fetch(self._trust.metadata_url)
                document = await self._fetch(str(metadata["jwks_uri"]))
            except (OSError, KeyError) as failure:
                raise Refused(401, f"the keys cannot be had: {failure}") from None
            self._keys = {kid: key for each in document.get("keys", []) for kid, key in _rsa(each)}
        key = self._keys.get(kid)
        if key is None:
            raise Refused(401, "kid: no such key is announced")
        return key


def _rsa(key: Mapping[str, Any]) -> list[tuple[str, RSAPublicKey]]:
    if key.get("kty") != "RSA" or key.get("use", "sig") != "sig":
        return []
    n, e = (int.from_bytes(_decoded(str(key[name])), "big") for name in ("n", "e"))
    return [(str(key["kid"]), RSAPublicNumbers(e, n).public_key())]


def _part(part: str) -> dict[str, Any]:
    try:
        document: object = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        raise Refused(401, "a part is no JSON") from None
    if not isinstance(document, dict):
        raise Refused(401, "a part is no JSON object")
    return cast("dict[str, Any]", document)


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise Refused(401, "a part is no base64url") from None


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(401, f"{name}: missing, or no number")
    return float(value)

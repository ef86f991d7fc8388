"""Who sent this request: bearer tokens of Graph's calling service, and Entra tokens for our own API.

There is no way to switch this off. What is checked, in this order: size and form of the token; `alg` is RS256 and no
header carries a key of its own; `kid` is announced by the issuer; the signature; `exp`, `nbf`, `iss`, `aud`, `tid`.

Sources: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications,
https://learn.microsoft.com/entra/identity-platform/claims-validation, https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpx

from graph import wire
from graph.signing_keys import SigningKeys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LARGEST_TOKEN = 8192
LEEWAY_S = 300.0
# Managed identities get tokens of 24 h, the longest there are.
LONGEST_LIFE_S = 24 * 3600.0 + LEEWAY_S

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_BEARER = re.compile(r"bearer ", re.IGNORECASE)
_REFUSED_IN_HEADERS = ("b64", "crit", "jwk", "jku", "x5u", "x5c")
_TENANT = re.compile(r"[0-9A-Za-z-]{1,64}")
_MOST_VERIFIED = 1024


class TokenRefused(Exception):
    """The request is not who it says it is. `cause` is for our log, never for the answer."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """What a verified token says.

    Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """

    #: Tenant, issuer, audience.
    tid: str
    iss: str
    aud: str
    #: Unix seconds.
    exp: float
    nbf: float
    #: Object id of the caller and its application; None in Graph's webhook tokens.
    oid: str | None
    appid: str | None
    #: App roles, empty in Graph's webhook tokens.
    roles: tuple[str, ...]
    raw: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: Claims
    kid: str
    key: RSAPublicKey


class TokenValidator:
    """Validates tokens of one kind.

    `metadata_url`: OpenID metadata that announces the keys. `issuers`, `audiences`: compared exactly. `tenants`: those
    allowed, or `*` for any. `now`: Unix seconds.
    """

    def __init__(
        self,
        *,
        metadata_url: str,
        issuers: Sequence[str],
        audiences: Sequence[str],
        tenants: Sequence[str],
        http: httpx.AsyncClient,
        now: Callable[[], float],
    ) -> None:
        if not (issuers and audiences and tenants and all((*issuers, *audiences, *tenants))):
            raise ValueError("issuers, audiences and tenants must each name at least one")
        self._keys = SigningKeys(metadata_url, http=http, now=now)
        self._issuers = frozenset(issuers)
        self._audiences = frozenset(audiences)
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._now = now
        self._verified: dict[bytes, _Verified] = {}

    async def validate(self, authorization: str | None) -> Claims:
        """The claims of the bearer token in an `Authorization` header.

        Raises `TokenRefused`, and `KeysUnavailable` while nobody can say whether the token is good.
        """
        token = _bearer_token(authorization)
        digest = hashlib.sha256(token.encode()).digest()
        seen = self._verified.get(digest)
        if seen is not None and self._keys.known(seen.kid) is seen.key:
            self._check_times(seen.claims)
            return seen.claims
        kid = _checked_kid(_json_part(token.partition(".")[0], "header"))
        key = await self._key(kid)
        claims = self._checked(_verified_payload(token, key))
        self._remember(digest, _Verified(claims, kid, key))
        return claims

    async def _key(self, kid: str) -> RSAPublicKey:
        key = await self._keys.find(kid)
        if key is None:
            raise TokenRefused("kid: no such key is announced")
        return key

    def _checked(self, payload: wire.JSON) -> Claims:
        exp, nbf = _time(payload, "exp"), _time(payload, "nbf")
        iss, aud, tid = (_text(payload, name) for name in ("iss", "aud", "tid"))
        roles = wire.sequence(payload.get("roles"))
        claims = Claims(
            tid=tid,
            iss=iss,
            aud=aud,
            exp=exp,
            nbf=nbf,
            oid=wire.text(payload.get("oid")),
            appid=wire.text(payload.get("azp")) or wire.text(payload.get("appid")),
            roles=tuple(role for role in roles if isinstance(role, str)),
            raw=payload,
        )
        if "iat" in payload and _time(payload, "iat") > self._now() + LEEWAY_S:
            raise TokenRefused("iat: issued in the future")
        self._check_times(claims)
        if iss not in self._issuers:
            raise TokenRefused("iss: not an accepted issuer")
        if aud not in self._audiences:
            raise TokenRefused("aud: meant for somebody else")
        if not _TENANT.fullmatch(tid):
            raise TokenRefused("tid: malformed")
        if "*" not in self._tenants and tid.lower() not in self._tenants:
            raise TokenRefused(f"tid: tenant {tid} is not allowed")
        return claims

    def _check_times(self, claims: Claims) -> None:
        now = self._now()
        if claims.nbf >= claims.exp:
            raise TokenRefused("exp: not after nbf")
        if claims.exp - claims.nbf > LONGEST_LIFE_S:
            raise TokenRefused("exp: lives longer than any token should")
        if now >= claims.exp + LEEWAY_S:
            raise TokenRefused("exp: expired")
        if now < claims.nbf - LEEWAY_S:
            raise TokenRefused("nbf: not valid yet")

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        if len(self._verified) >= _MOST_VERIFIED:
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = verified


def _bearer_token(authorization: str | None) -> str:
    if not authorization:
        raise TokenRefused("no Authorization header")
    if len(authorization) > LARGEST_TOKEN + len("Bearer "):
        raise TokenRefused(f"the token is longer than {LARGEST_TOKEN} characters")
    scheme = _BEARER.match(authorization)
    if scheme is None:
        raise TokenRefused("no bearer token")
    token = authorization[scheme.end() :]
    if not _TOKEN.fullmatch(token):
        raise TokenRefused("the token is not three base64url parts")
    return token


def _json_part(part: str, name: str) -> wire.JSON:
    """The JSON object in a part. The encoding must be the only one possible, and no name may come twice."""
    try:
        document: object = json.loads(_decoded(part).decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise TokenRefused(f"the {name} is no JSON object in base64url") from None
    if not isinstance(document, dict):
        raise TokenRefused(f"the {name} is no JSON object in base64url")
    return cast("wire.JSON", document)


def _once(pairs: list[tuple[str, Any]]) -> wire.JSON:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name comes twice")
    return document


def _checked_kid(header: wire.JSON) -> str:
    if header.get("alg") != "RS256":
        raise TokenRefused("alg: not RS256")
    for name in _REFUSED_IN_HEADERS:
        if name in header:
            raise TokenRefused(f"{name}: not allowed in the header")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise TokenRefused("kid: missing")
    return kid


def _verified_payload(token: str, key: RSAPublicKey) -> wire.JSON:
    # Late, for cold starts. The key itself and not PyJWT, which takes three times as long for the same signature.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signed, _, signature = token.rpartition(".")
    try:
        key.verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
    except ValueError:
        raise TokenRefused("the signature is not base64url") from None
    except InvalidSignature:
        raise TokenRefused("the signature is not the key's") from None
    return _json_part(signed.partition(".")[2], "payload")  # nothing is read that nobody has signed


def _decoded(part: str) -> bytes:
    """The bytes of a part in base64url without padding. Raises `ValueError` for any but their only encoding."""
    decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != part:
        raise ValueError("not canonical")
    return decoded


def _time(payload: wire.JSON, name: str) -> float:
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"{name}: missing, or no number")
    if not 0 <= value < 2**53:
        raise TokenRefused(f"{name}: no time")
    return float(value)


def _text(payload: wire.JSON, name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefused(f"{name}: missing, or no string")
    return value

"""Signing keys and tokens: of the webhook (Graph to bot) and of the token service (bot to Graph, tools to bot).

Sources: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications,
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from simulator.errors import GraphError, unauthenticated
from simulator.settings import SimulatorSettings

GRAPH_AUDIENCE = "https://graph.microsoft.com"
_MOST_CACHED = 256


class KeyRing:
    """RSA keys of one issuer: the newest signs, all of them are published."""

    def __init__(self, name: str) -> None:
        self._keys = [_first_key(name)]

    @property
    def current(self) -> str:
        """The `kid` of the key that signs."""
        return self._keys[-1][0]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact RS256 token over these claims."""
        kid, key = self._keys[-1]
        return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": kid, "x5t": kid})

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of these keys signed; times and audience are not looked at.

        Raises `jwt.InvalidTokenError`.
        """
        kid = jwt.get_unverified_header(token).get("kid")
        key = next((key for name, key in self._keys if name == kid), None)
        if key is None:
            raise jwt.InvalidTokenError("unknown key")
        unchecked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
        return jwt.decode(token, key.public_key(), algorithms=["RS256"], options=unchecked)  # pyright: ignore[reportArgumentType]

    def rotate(self, *, keep_old: bool = True) -> str:
        """Sign with a new key from now on; returns its `kid`. Without `keep_old` earlier keys are withdrawn."""
        fresh = _new_key()
        self._keys = [*self._keys, fresh] if keep_old else [fresh]
        return fresh[0]

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set."""
        return {
            "keys": [
                {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}
                for kid, key in self._keys
            ]
        }


class Tokens:
    """Mints and checks every token of the simulator."""

    def __init__(self, settings: Callable[[], SimulatorSettings], now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self.webhook_keys = KeyRing("webhook")
        self.entra_keys = KeyRing("entra")
        self._webhook_tokens: dict[tuple[str, ...], tuple[float, str]] = {}
        self._seen: dict[str, dict[str, Any]] = {}

    def webhook_token(self, tenant_id: str) -> str:
        """The token that goes with notifications of a tenant's calls; signed anew at half its life."""
        settings, now = self._settings(), self._now()
        key = (tenant_id, settings.webhook_issuer, settings.bot_app_id, self.webhook_keys.current)
        good_until, token = self._webhook_tokens.get(key, (0.0, ""))
        if now < good_until:
            return token
        life = settings.webhook_token_life_s
        token = self.webhook_keys.sign(
            {
                "iss": settings.webhook_issuer,
                "aud": settings.bot_app_id,
                "tid": tenant_id,
                "iat": int(now),
                "nbf": int(now),
                "exp": int(now + life),
            }
        )
        self._webhook_tokens[key] = (now + life / 2, token)
        return token

    def access_token(
        self, *, tenant_id: str, client_id: str, audience: str, roles: tuple[str, ...], issuer: str
    ) -> str:
        """An application's token for Graph, or for the bot's own API."""
        now = int(self._now())
        return self.entra_keys.sign(
            {
                "aud": audience,
                "iss": issuer,
                "iat": now,
                "nbf": now,
                "exp": now + int(self._settings().access_token_life_s),
                "appid": client_id,
                "azp": client_id,
                "idtyp": "app",
                "oid": str(uuid.uuid5(uuid.NAMESPACE_OID, client_id)),
                "roles": list(roles),
                "sub": str(uuid.uuid5(uuid.NAMESPACE_OID, client_id)),
                "tid": tenant_id,
                "uti": uuid.uuid4().hex,
                "ver": "2.0",
            }
        )

    def graph_claims(self, authorization: str | None) -> dict[str, Any]:
        """The claims of a request to Graph. Raises `GraphError` 401."""
        match = re.fullmatch(r"Bearer +([^ ]+)", authorization or "", re.IGNORECASE)
        if match is None:
            raise unauthenticated("Access token is empty.")
        claims = self._claims(match[1])
        now = self._now()
        if claims.get("aud") != GRAPH_AUDIENCE:
            raise unauthenticated("Access token validation failure. Invalid audience.")
        if not claims["nbf"] - 300 <= now < claims["exp"]:
            raise unauthenticated("Lifetime validation failed, the token is expired.")
        if not claims.get("tid"):
            raise unauthenticated("Access token has no tenant.")
        return claims

    def _claims(self, token: str) -> dict[str, Any]:
        claims = self._seen.get(token)
        if claims is None:
            try:
                claims = self.entra_keys.verified(token)
            except jwt.InvalidTokenError:
                raise _invalid_token() from None
            if len(self._seen) >= _MOST_CACHED:
                self._seen.clear()
            self._seen[token] = claims
        return claims


def _invalid_token() -> GraphError:
    return unauthenticated("Access token validation failure. Invalid token.")


def _new_key() -> tuple[str, RSAPrivateKey]:
    return uuid.uuid4().hex[:20], generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def _first_key(name: str) -> tuple[str, RSAPrivateKey]:
    """Keys cost 100 ms each: simulators of one process start with the same ones."""
    del name
    return _new_key()

"""An issuer of tokens: OpenID metadata and keys as an ASGI app, and the private keys behind them."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

METADATA_URL = "http://127.0.0.1/.well-known/openid-configuration"
_KEYS_URL = "http://127.0.0.1/keys"


def new_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def jwk(key: RSAPrivateKey, kid: str, /, **changes: Any) -> dict[str, Any]:
    """The public half as a JSON Web Key; a change to None removes a member."""
    numbers = key.public_key().public_numbers()
    members = {
        "kty": "RSA",
        "use": "sig",
        "kid": kid,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


class TokenIssuer:
    """Announces `keys`; `fail` makes it answer 500 instead. Counts the fetches of its metadata."""

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self.keys = keys
        self.fetches = 0
        self.fail = False
        self.keys_url = _KEYS_URL
        self.padding = 0
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=self._app))

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        document: dict[str, Any] = {"keys": self.keys}
        if scope["path"].endswith("openid-configuration"):
            self.fetches += 1
            document = {"issuer": "https://api.botframework.com", "jwks_uri": self.keys_url}
        body = json.dumps({**document, "padding": "x" * self.padding}).encode()
        await send({"type": "http.response.start", "status": 500 if self.fail else 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

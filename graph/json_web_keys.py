"""Which keys of a JSON Web Key Set may sign a token.

Source: https://www.rfc-editor.org/rfc/rfc7517
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph import wire

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_FEWEST_BITS, _MOST_BITS = 2048, 8192


def usable_keys(key_set: Mapping[str, object]) -> dict[str, RSAPublicKey]:
    """RSA keys of 2048 to 8192 bits meant for signatures, by their id; a `kid` that two keys share is nobody's."""
    given = [wire.mapping(key) for key in wire.sequence(key_set.get("keys"))]
    named = [(kid, key) for key in given if (kid := wire.text(key.get("kid")))]
    count = Counter(kid for kid, _ in named)
    made = ((kid, _public_key(key)) for kid, key in named if count[kid] == 1 and _signs(key))
    return {kid: key for kid, key in made if key is not None}


def _signs(key: Mapping[str, object]) -> bool:
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", "RS256") == "RS256"
        and "verify" in wire.sequence(operations)
    )


def _public_key(key: Mapping[str, object]) -> RSAPublicKey | None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    modulus, exponent = _number(key.get("n")), _number(key.get("e"))
    if not _FEWEST_BITS <= modulus.bit_length() <= _MOST_BITS or not 3 <= exponent < 2**32 or exponent % 2 == 0:
        return None
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        return None


def _number(value: object) -> int:
    """The big-endian number in base64url; 0 for anything else."""
    if not isinstance(value, str) or len(value) > 4 * _MOST_BITS // 8 or not _BASE64URL.fullmatch(value):
        return 0
    try:
        return int.from_bytes(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)), "big")
    except ValueError:
        return 0

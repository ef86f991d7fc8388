"""Raw notifications at rest: encrypted, and bound to the place they were put."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inbox.errors import CannotOpen

_KEY_ID = 4
_NONCE = 12


class Sealer:
    """Seals with the first of the callback keys and opens with any, so that a key can rotate under live calls.

    Each call has a key of its own (HKDF-SHA256, info `inbox/v1/` + instance id). A sealed item is the id of the
    callback key (4 bytes), a nonce (12 bytes) and AES-256-GCM's output.
    """

    def __init__(self, callback_keys: Sequence[str]) -> None:
        if not callback_keys:
            raise ValueError("a sealer needs at least one callback key")
        keys = [key.encode() for key in callback_keys]
        self._current = _derive(keys[0], "inbox/v1/key-id", _KEY_ID)
        self._keys = {_derive(key, "inbox/v1/key-id", _KEY_ID): key for key in keys}

    def seal(self, plain: bytes, instance_id: str, place: str) -> bytes:
        """Encrypt for one place (a row key, a blob name) of one call."""
        nonce = os.urandom(_NONCE)
        cipher = self._cipher(self._current, instance_id)
        return self._current + nonce + cipher.encrypt(nonce, plain, _bound_to(instance_id, place))

    def open(self, sealed: bytes, instance_id: str, place: str) -> bytes:
        """Decrypt what was sealed for this place. Raises `CannotOpen`."""
        key_id, nonce, rest = sealed[:_KEY_ID], sealed[_KEY_ID : _KEY_ID + _NONCE], sealed[_KEY_ID + _NONCE :]
        if key_id not in self._keys:
            raise CannotOpen(f"{place!r} of {instance_id!r} was sealed with a key that is not in CALLBACK_KEYS")
        try:
            return self._cipher(key_id, instance_id).decrypt(nonce, rest, _bound_to(instance_id, place))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"{place!r} of {instance_id!r} is not what was sealed there") from error

    def _cipher(self, key_id: bytes, instance_id: str) -> AESGCM:
        return AESGCM(_derive(self._keys[key_id], f"inbox/v1/{instance_id}", 32))


def _bound_to(instance_id: str, place: str) -> bytes:
    return f"{instance_id}\n{place}".encode()


def _derive(key: bytes, info: str, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info.encode()).derive(key)

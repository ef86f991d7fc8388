"""The key of one call, under which its tones are encrypted when its flow asks for something secret.

A random key per call, in the row `key:tones` of the call's inbox, itself encrypted ("wrapped") under a key that is not
in storage. When the call is over the row goes, and with it every key that the caller pressed: what is left of a tone in
durable history, in backups, anywhere, opens with nothing that still exists.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections import OrderedDict
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inbox.errors import CannotOpen, KeyDestroyed
from inbox.sealing import Sealer
from storage import Table, Values

#: The row of a call's partition that holds its wrapped key. It lies among those that go when the call is over.
KEY_ROW = "key:tones"
_KEY_BYTES = 32
_NONCE = 12
_MOST_CALLS = 500
# Every key of a phone by Graph's name. Which one it is is one encrypted byte: all sealed tones are of one length.
TONES = (*(f"tone{digit}" for digit in range(10)), "star", "pound", "a", "b", "c", "d")


class KeyWrapper(Protocol):
    """Encrypts the keys of calls under a key that storage never holds: a key vault's, or ours."""

    async def wrap(self, key: bytes, instance_id: str) -> bytes:
        """Encrypt a call's key."""
        ...

    async def unwrap(self, wrapped: bytes, instance_id: str) -> bytes:
        """Decrypt it. Raises `CannotOpen`."""
        ...


class CallbackKeyWrapper:
    """Wraps under the callback keys, which in Azure are references to a key vault's secrets."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def wrap(self, key: bytes, instance_id: str) -> bytes:
        """See `KeyWrapper`."""
        return self._sealer.seal(key, instance_id, KEY_ROW)

    async def unwrap(self, wrapped: bytes, instance_id: str) -> bytes:
        """See `KeyWrapper`."""
        return self._sealer.open(wrapped, instance_id, KEY_ROW)


class CallKey:
    """What one call's tones are sealed with; never the same for two calls."""

    def __init__(self, key: bytes, instance_id: str) -> None:
        self._cipher = AESGCM(_derive(key, "tones/v1/encryption"))
        self._fingerprints = _derive(key, "tones/v1/fingerprints")
        self._instance_id = instance_id

    def seal_tone(self, tone: str) -> str:
        """A tone of `TONES` as text that says nothing, not even whether two are the same."""
        return self._seal("tone", bytes([TONES.index(tone)]))

    def open_tone(self, sealed: str) -> str:
        """The tone again. Raises `CannotOpen`."""
        (index,) = self._open("tone", sealed)
        return TONES[index]

    def seal_entry(self, digits: str) -> str:
        """What a caller has entered, as a token for a flow's variable."""
        return self._seal("entry", digits.encode())

    def open_entry(self, token: str) -> str:
        """The digits again. Raises `CannotOpen`."""
        return self._open("entry", token).decode()

    def fingerprint(self, identity: str) -> str:
        """Stands for an identity that names a tone: a plain hash of it would be guessed in sixteen tries."""
        return hmac.digest(self._fingerprints, identity.encode(), "sha256").hex()[:40]

    def _seal(self, what: str, plain: bytes) -> str:
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, plain, self._bound_to(what))
        return base64.urlsafe_b64encode(sealed).decode()

    def _open(self, what: str, text: str) -> bytes:
        try:
            sealed = base64.urlsafe_b64decode(text)
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound_to(what))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"this is no {what} that was sealed for {self._instance_id!r}") from error

    def _bound_to(self, what: str) -> bytes:
        return f"{what}/v1\n{self._instance_id}".encode()


class ToneKeys:
    """The keys of all calls that have one; those used lately stay in this process until their calls are over."""

    def __init__(self, table: Table, wrapper: KeyWrapper) -> None:
        self._table = table
        self._wrapper = wrapper
        self._known: OrderedDict[str, CallKey] = OrderedDict()

    async def new_row(self, instance_id: str) -> Values:
        """The values of the row `KEY_ROW` for a new key."""
        return {"wrapped": await self._wrapper.wrap(os.urandom(_KEY_BYTES), instance_id)}

    async def of(self, instance_id: str) -> CallKey:
        """The key of a call. Raises `KeyDestroyed`, `CannotOpen`, `StorageUnavailable`."""
        known = self._known.get(instance_id)
        if known is None:
            row = await self._table.get(instance_id, KEY_ROW)
            if row is None:
                raise KeyDestroyed(f"the tones of {instance_id!r} cannot be read any more: its key is gone")
            wrapped = row.values["wrapped"]
            assert isinstance(wrapped, bytes)
            known = CallKey(await self._wrapper.unwrap(wrapped, instance_id), instance_id)
        self._known[instance_id] = known
        self._known.move_to_end(instance_id)
        if len(self._known) > _MOST_CALLS:
            self._known.popitem(last=False)
        return known

    def forget(self, instance_id: str) -> None:
        """Hold the key of a call no longer; its row is deleted with the other rows of the call."""
        self._known.pop(instance_id, None)


def _derive(key: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info.encode()).derive(key)

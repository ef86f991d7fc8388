"""Where the raw items of a call are: in its rows, or beside them when they are large."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from inbox.errors import NoSuchNotification
from inbox.sealing import Sealer
from storage import BlobMissing, Blobs, Values

JSON = dict[str, Any]

# A column takes 64 KiB; what is larger goes to a blob, and the row holds its name.
_INLINE = 60 * 1024
_LARGEST = 4_000_000


class Payloads:
    """Seals raw items into the columns `sealed` and `blob` of a row, and opens them again."""

    def __init__(self, blobs: Blobs, sealer: Sealer) -> None:
        self._blobs = blobs
        self._sealer = sealer

    async def prepare(self, instance_id: str, key: str, item: JSON) -> Payload:
        """Get an item ready for a row whose key is not known yet; `key` names it among those of its call."""
        plain = json.dumps(item, separators=(",", ":")).encode()
        if len(plain) <= _INLINE:
            return Payload(self._sealer, instance_id, plain, blob="")
        name = f"{instance_id}/{key}"
        await self._blobs.write_once(name, _whole(self._sealer.seal(plain, instance_id, name)), limit=_LARGEST)
        return Payload(self._sealer, instance_id, b"", blob=name)

    async def open(self, instance_id: str, row: str, values: Values) -> JSON:
        """The item in a row. Raises `CannotOpen`, and `NoSuchNotification` when its blob is gone."""
        place, sealed = row, values["sealed"]
        if blob := str(values["blob"]):
            try:
                place, sealed = blob, await self._blobs.read(blob)
            except BlobMissing as error:
                raise NoSuchNotification(f"{row!r} of {instance_id!r} was let go with its call") from error
        assert isinstance(sealed, bytes)
        return json.loads(self._sealer.open(sealed, instance_id, place))

    async def delete(self, blob: str) -> None:
        """Let go of one large item; `""` names none."""
        if blob:
            await self._blobs.delete(blob)

    async def delete_all(self, instance_id: str) -> None:
        """Let go of the large items of a call, those too whose row was never written."""
        for name in await self._blobs.names(f"{instance_id}/"):
            await self._blobs.delete(name)


class Payload:
    """An item on its way into a row."""

    def __init__(self, sealer: Sealer, instance_id: str, plain: bytes, *, blob: str) -> None:
        self._sealer = sealer
        self._instance_id = instance_id
        self._plain = plain
        self.blob = blob

    def columns(self, row: str) -> dict[str, bytes | str]:
        """The columns for that row key: sealed for it, and for no other."""
        if self.blob:
            return {"sealed": b"", "blob": self.blob}
        return {"sealed": self._sealer.seal(self._plain, self._instance_id, row), "blob": ""}


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data

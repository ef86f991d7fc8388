"""The in-memory twin of Azure Storage: the same refusals, in microseconds, with places to fail at.

Held equal to the emulator by `tests/storage/test_contract.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from storage import (
    BlobMissing,
    BlobTooLarge,
    Change,
    Delete,
    Insert,
    Row,
    RowChanged,
    RowExists,
    RowMissing,
    StorageError,
    TransactionRefused,
    Update,
    Upsert,
    Values,
    WrittenBlob,
)
from storage.limits import check_changes, check_key, check_row

#: Called with the operation ("get", "insert", "upsert", "update", "delete", "query", "transact"; for blobs
#: "write_once", "find", "read", "delete", "names"), the partition (or blob name) and the row key (or ""). It may
#: raise: before an operation, nothing has happened; after it, the change is made and only the answer is lost.
Seam: TypeAlias = Callable[[str, str, str], Awaitable[None] | None]


class _Seams:
    """Where tests look on and fail things; a turn of the event loop passes at each operation, as on a network."""

    def __init__(self) -> None:
        #: How often each operation was asked for.
        self.counts: Counter[str] = Counter()
        self.before: Seam | None = None
        self.after: Seam | None = None

    async def enter(self, operation: str, first: str, second: str = "") -> None:
        self.counts[operation] += 1
        await asyncio.sleep(0)
        await _call(self.before, operation, first, second)

    async def leave(self, operation: str, first: str, second: str = "") -> None:
        await _call(self.after, operation, first, second)


async def _call(seam: Seam | None, operation: str, first: str, second: str) -> None:
    if seam is not None:
        pause = seam(operation, first, second)
        if inspect.isawaitable(pause):
            await pause


class MemoryTable(_Seams):
    """`storage.Table` in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._partitions: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self._etags = itertools.count(1)

    async def get(self, partition: str, row: str) -> Row | None:
        """See `storage.Table`."""
        check_key("partition", partition)
        check_key("row", row)
        await self.enter("get", partition, row)
        found = self._partitions[partition].get(row)
        await self.leave("get", partition, row)
        return None if found is None else _copy(found)

    async def insert(self, partition: str, row: str, values: Values) -> str:
        """See `storage.Table`."""
        return await self._single("insert", partition, Insert(row, values)) or ""

    async def upsert(self, partition: str, row: str, values: Values) -> str:
        """See `storage.Table`."""
        return await self._single("upsert", partition, Upsert(row, values)) or ""

    async def update(self, partition: str, row: str, values: Values, *, etag: str | None = None) -> str:
        """See `storage.Table`."""
        return await self._single("update", partition, Update(row, values, etag)) or ""

    async def delete(self, partition: str, row: str, *, etag: str | None = None) -> None:
        """See `storage.Table`."""
        try:
            await self._single("delete", partition, Delete(row, etag))
        except RowMissing:
            return

    async def query(
        self,
        partition: str,
        first_row: str,
        last_row: str,
        *,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> list[Row]:
        """See `storage.Table`."""
        for name, key in (("partition", partition), ("row", first_row), ("row", last_row)):
            check_key(name, key)
        await self.enter("query", partition, first_row)
        rows = self._partitions[partition]
        keys = sorted(row for row in rows if first_row <= row <= last_row)
        found = [_copy(rows[row], columns) for row in keys[:limit]]
        await self.leave("query", partition, first_row)
        return found

    async def transact(self, partition: str, changes: Sequence[Change]) -> list[str | None]:
        """See `storage.Table`."""
        check_changes(partition, changes)
        await self.enter("transact", partition, changes[0].row)
        rows = self._partitions[partition]
        before = {change.row: rows.get(change.row) for change in changes}
        etags: list[str | None] = []
        for index, change in enumerate(changes):
            try:
                etags.append(self._apply(partition, change))
            except StorageError as cause:
                for row, old in before.items():
                    if old is None:
                        rows.pop(row, None)
                    else:
                        rows[row] = old
                raise TransactionRefused(index, cause) from cause
        await self.leave("transact", partition, changes[0].row)
        return etags

    async def _single(self, operation: str, partition: str, change: Change) -> str | None:
        check_row(partition, change.row, {} if isinstance(change, Delete) else change.values)
        await self.enter(operation, partition, change.row)
        etag = self._apply(partition, change)
        await self.leave(operation, partition, change.row)
        return etag

    def _apply(self, partition: str, change: Change) -> str | None:
        rows = self._partitions[partition]
        found = rows.get(change.row)
        which = f"row {change.row!r} of {partition!r}"
        match change:
            case Insert() if found is not None:
                raise RowExists(f"{which} is there already")
            case Update() | Delete() if found is None:
                raise RowMissing(f"{which} is not there")
            case Update() | Delete() if change.etag is not None and found is not None and found.etag != change.etag:
                raise RowChanged(f"{which} changed since it was read")
            case Delete():
                del rows[change.row]
                return None
            case Insert() | Upsert():
                values = dict(change.values)
            case Update():
                values = {**(found.values if found else {}), **change.values}
        whole = Row(partition=partition, row=change.row, values=values, etag=f'W/"{next(self._etags)}"')
        check_row(partition, change.row, whole.values)
        rows[change.row] = whole
        return whole.etag


def _copy(row: Row, columns: Sequence[str] | None = None) -> Row:
    values = {name: value for name, value in row.values.items() if columns is None or name in columns}
    return Row(partition=row.partition, row=row.row, values=values, etag=row.etag)


class MemoryBlobs(_Seams):
    """`storage.Blobs` in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._blobs: dict[str, tuple[WrittenBlob, bytes]] = {}

    async def write_once(
        self,
        name: str,
        chunks: AsyncIterable[bytes],
        metadata: Mapping[str, str] | None = None,
        *,
        content_type: str = "application/octet-stream",
        limit: int,
    ) -> WrittenBlob:
        """See `storage.Blobs`."""
        await self.enter("write_once", name)
        held = bytearray()
        async for chunk in chunks:
            held += chunk
            if len(held) > limit:
                raise BlobTooLarge(f"blob {name!r} would be over its limit of {limit} bytes")
        sha256 = hashlib.sha256(held).hexdigest()
        facts = WrittenBlob(name=name, sha256=sha256, bytes=len(held), metadata={**(metadata or {}), "sha256": sha256})
        written, _ = self._blobs.setdefault(name, (facts, bytes(held)))
        await self.leave("write_once", name)
        return written

    async def find(self, name: str) -> WrittenBlob | None:
        """See `storage.Blobs`."""
        await self.enter("find", name)
        found = self._blobs.get(name)
        await self.leave("find", name)
        return found[0] if found else None

    async def read(self, name: str) -> bytes:
        """See `storage.Blobs`."""
        await self.enter("read", name)
        found = self._blobs.get(name)
        if found is None:
            raise BlobMissing(f"there is no blob {name!r}")
        await self.leave("read", name)
        return found[1]

    async def delete(self, name: str) -> None:
        """See `storage.Blobs`."""
        await self.enter("delete", name)
        self._blobs.pop(name, None)
        await self.leave("delete", name)

    async def names(self, prefix: str) -> list[str]:
        """See `storage.Blobs`."""
        await self.enter("names", prefix)
        found = sorted(name for name in self._blobs if name.startswith(prefix))
        await self.leave("names", prefix)
        return found


class MemoryStorage:
    """A whole account: tables and containers by name, each empty when first asked for."""

    def __init__(self) -> None:
        self.tables: dict[str, MemoryTable] = {}
        self.containers: dict[str, MemoryBlobs] = {}

    def table(self, name: str) -> MemoryTable:
        """A table by name."""
        return self.tables.setdefault(name, MemoryTable())

    def blobs(self, container: str) -> MemoryBlobs:
        """A container by name."""
        return self.containers.setdefault(container, MemoryBlobs())

    async def close(self) -> None:
        """Nothing to close."""

"""The seam to Blob Storage: blobs of which one block after another is staged, and which are there once committed.

What was staged and not committed outlives the process that staged it (a week, in Azure): another one can find it,
write the header and commit. Source: https://learn.microsoft.com/rest/api/storageservices/put-block
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class StagingFailed(Exception):
    """Storage does not answer, or refuses."""


class Staging(Protocol):
    """Blobs of the worker's container. Every method raises `StagingFailed` where storage is away."""

    async def stage(self, name: str, block: str, data: bytes) -> None:
        """Keep a block of a blob that is not there yet; `block` names it, always with as many characters."""
        ...

    async def commit(self, name: str, blocks: Sequence[str], content_type: str, metadata: Mapping[str, str]) -> None:
        """The blob is there, made of these blocks; what else was staged is gone."""
        ...

    async def staged(self, name: str) -> dict[str, int]:
        """The blocks that wait to be committed, and the bytes of each."""
        ...

    async def unfinished(self, prefix: str) -> list[str]:
        """Names that begin so, of blobs of which blocks wait and nothing was committed."""
        ...

    async def write(self, name: str, data: bytes, content_type: str, metadata: Mapping[str, str]) -> None:
        """A small blob at once; it replaces one of that name."""
        ...

    async def read(self, name: str) -> bytes:
        """All bytes of a blob."""
        ...


class MemoryStaging:
    """`Staging` in memory: for tests and demonstrations, outliving the worker that writes to it."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.waiting: dict[str, dict[str, bytes]] = {}
        #: While true, storage is away.
        self.away = False

    async def stage(self, name: str, block: str, data: bytes) -> None:
        """Keep a block."""
        self._reach()
        self.waiting.setdefault(name, {})[block] = data

    async def commit(self, name: str, blocks: Sequence[str], content_type: str, metadata: Mapping[str, str]) -> None:
        """Make a blob of them."""
        del content_type
        self._reach()
        waiting = self.waiting.get(name, {})
        missing = [block for block in blocks if block not in waiting]
        if missing:
            raise StagingFailed(f"{name} has no block {missing[0]}")
        self.blobs[name] = b"".join(waiting[block] for block in blocks)
        self.metadata[name] = dict(metadata)
        self.waiting.pop(name, None)

    async def staged(self, name: str) -> dict[str, int]:
        """The blocks that wait."""
        self._reach()
        return {block: len(data) for block, data in self.waiting.get(name, {}).items()}

    async def unfinished(self, prefix: str) -> list[str]:
        """Blobs that wait."""
        self._reach()
        return sorted(name for name in self.waiting if name.startswith(prefix) and name not in self.blobs)

    async def write(self, name: str, data: bytes, content_type: str, metadata: Mapping[str, str]) -> None:
        """Keep it."""
        del content_type
        self._reach()
        self.blobs[name] = data
        self.metadata[name] = dict(metadata)

    async def read(self, name: str) -> bytes:
        """Give it."""
        self._reach()
        if name not in self.blobs:
            raise StagingFailed(f"there is no blob {name}")
        return self.blobs[name]

    def _reach(self) -> None:
        if self.away:
            raise StagingFailed("storage is away")

"""The seam to Azure Blob Storage: blobs that are written once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class WrittenBlob:
    """A blob that is there."""

    name: str
    #: Lower-case hexadecimal, computed while the bytes passed.
    sha256: str
    bytes: int
    #: What was said of it when it was written.
    metadata: dict[str, str]


class Blobs(Protocol):
    """Blobs of one container. Every method may raise `StorageUnavailable`; no single request takes over 5 s."""

    async def write_once(
        self,
        name: str,
        chunks: AsyncIterable[bytes],
        metadata: Mapping[str, str] | None = None,
        *,
        content_type: str = "application/octet-stream",
        limit: int,
    ) -> WrittenBlob:
        """Stream `chunks` into a new blob, visible whole or not at all.

        A blob of that name that is there already stays and is returned: writing may be repeated after an unknown
        outcome, and whoever comes second learns what the first one wrote. (`find` first saves the stream.)

        Args:
            name: of the blob, slashes allowed.
            chunks: its bytes, in pieces of any size.
            metadata: ASCII names (like variables) and values, kept beside the blob; `sha256` is added.
            content_type: what browsers are told it is.
            limit: in bytes; more raise `BlobTooLarge`.

        Whatever `chunks` raises is passed on, and nothing is kept.
        """
        ...

    async def find(self, name: str) -> WrittenBlob | None:
        """What is known of a blob, or None."""
        ...

    async def read(self, name: str) -> bytes:
        """All its bytes. Raises `BlobMissing`."""
        ...

    async def delete(self, name: str) -> None:
        """End a blob; one that is not there is no error."""
        ...

    async def names(self, prefix: str) -> list[str]:
        """The names that begin with `prefix`, sorted."""
        ...

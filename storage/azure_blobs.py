"""Azure Blob Storage, and Azurite's, over azure-storage-blob (imported when first needed: it is slow to import)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError

from storage.account import FAIL_FAST, OPERATION_S, StorageAccount, unavailable
from storage.blobs import WrittenBlob
from storage.errors import BlobMissing, BlobTooLarge, StorageUnavailable

if TYPE_CHECKING:
    from azure.storage.blob import BlobBlock
    from azure.storage.blob.aio import BlobClient, ContainerClient

T = TypeVar("T")
# Staged in pieces of this size: one piece is in memory at a time, and 50,000 of them make a blob.
_BLOCK = 1024 * 1024


class AzureBlobs:
    """`storage.Blobs` over one container; it is made when first needed, if it is not there."""

    def __init__(self, account: StorageAccount, container: str) -> None:
        self._account = account
        self._name = container
        self._opened: ContainerClient | None = None
        self._credential: Any = None

    async def close(self) -> None:
        """Close connections."""
        if self._opened is not None:
            await self._opened.close()
        if self._credential is not None:
            await self._credential.close()

    async def write_once(
        self,
        name: str,
        chunks: AsyncIterable[bytes],
        metadata: Mapping[str, str] | None = None,
        *,
        content_type: str = "application/octet-stream",
        limit: int,
    ) -> WrittenBlob:
        """See `storage.Blobs`. Blocks that were never committed are invisible, and discarded by the service."""
        from azure.storage.blob import BlobBlock

        blob = self._container.get_blob_client(name)
        sha256, size, blocks = hashlib.sha256(), 0, list[BlobBlock]()
        async for piece in _pieces(chunks):
            size += len(piece)
            if size > limit:
                raise BlobTooLarge(f"blob {name!r} would be over its limit of {limit} bytes")
            sha256.update(piece)
            # Two writers of one name stage side by side: their block ids must differ wherever their bytes do.
            block = _block_id(len(blocks), sha256.hexdigest())
            await self._stage(blob, block, piece)
            blocks.append(BlobBlock(block))
        facts = {**(metadata or {}), "sha256": sha256.hexdigest()}
        if await self._commit(blob, blocks, facts, content_type):
            return WrittenBlob(name=name, sha256=sha256.hexdigest(), bytes=size, metadata=facts)
        existing = await self.find(name)
        if existing is None:
            raise StorageUnavailable(f"blob {name!r} was there, and then was not; try again")
        return existing

    async def _stage(self, blob: BlobClient, block: str, piece: bytes) -> None:
        try:
            await self._run(lambda: blob.stage_block(block, piece))
        except HttpResponseError as error:
            raise _unavailable(error) from error

    async def _commit(
        self, blob: BlobClient, blocks: list[BlobBlock], metadata: dict[str, str], content_type: str
    ) -> bool:
        """Make the staged blocks the blob; False when there is one already."""
        from azure.storage.blob import ContentSettings

        settings = ContentSettings(content_type=content_type)
        try:
            await self._run(
                lambda: blob.commit_block_list(
                    blocks, content_settings=settings, metadata=metadata, match_condition=MatchConditions.IfMissing
                )
            )
        except ResourceExistsError:
            return False
        except HttpResponseError as error:
            # Another writer's commit discards what was staged under the name.
            if _says(error, "InvalidBlockList") and await self.find(blob.blob_name):
                return False
            raise _unavailable(error) from error
        return True

    async def find(self, name: str) -> WrittenBlob | None:
        """See `storage.Blobs`."""
        blob = self._container.get_blob_client(name)
        try:
            properties = await self._run(blob.get_blob_properties)
        except ResourceNotFoundError:
            return None
        metadata = dict(properties.metadata or {})
        return WrittenBlob(name=name, sha256=metadata.get("sha256", ""), bytes=properties.size or 0, metadata=metadata)

    async def read(self, name: str) -> bytes:
        """See `storage.Blobs`."""
        blob = self._container.get_blob_client(name)

        async def download() -> bytes:
            return await (await blob.download_blob()).readall()

        try:
            return await self._run(download)
        except ResourceNotFoundError as error:
            raise BlobMissing(f"there is no blob {name!r} in {self._name!r}") from error

    async def delete(self, name: str) -> None:
        """See `storage.Blobs`."""
        try:
            await self._run(lambda: self._container.delete_blob(name))
        except ResourceNotFoundError:
            return

    async def names(self, prefix: str) -> list[str]:
        """See `storage.Blobs`."""

        async def read() -> list[str]:
            return [name async for name in self._container.list_blob_names(name_starts_with=prefix)]

        return sorted(await self._run(read))

    @property
    def _container(self) -> ContainerClient:
        if self._opened is None:
            from azure.storage.blob.aio import ContainerClient

            if self._account.connection_string:
                self._opened = ContainerClient.from_connection_string(
                    self._account.connection_string, self._name, **FAIL_FAST
                )
            else:
                self._credential = self._account.credential()
                self._opened = ContainerClient(
                    self._account.url("blob"), self._name, credential=self._credential, **FAIL_FAST
                )
        return self._opened

    async def _run(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask, within time, making the container when it is missing; what is about the blob is raised as it came."""
        try:
            async with asyncio.timeout(OPERATION_S):
                try:
                    return await ask()
                except ResourceNotFoundError as error:
                    if not _says(error, "ContainerNotFound"):
                        raise
                await self._make_container()
                return await ask()
        except HttpResponseError as error:
            if error.status_code in (404, 409, 412) or _says(error, "InvalidBlockList"):
                raise
            raise _unavailable(error) from error
        except (AzureError, TimeoutError) as error:
            raise _unavailable(error) from error

    async def _make_container(self) -> None:
        try:
            await self._container.create_container()
        except ResourceExistsError:
            return  # somebody else was quicker


async def _pieces(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) >= _BLOCK:
            yield bytes(held[:_BLOCK])
            del held[:_BLOCK]
    if held:
        yield bytes(held)


def _block_id(index: int, sha256: str) -> str:
    """Ids of one blob have one length."""
    return base64.urlsafe_b64encode(f"{index:06d}{sha256[:24]}".encode()).decode()


def _says(error: HttpResponseError, code: str) -> bool:
    return getattr(error, "error_code", None) == code


def _unavailable(error: Exception) -> StorageUnavailable:
    return unavailable("blob", error)

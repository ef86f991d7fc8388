"""`staging.Staging` over Azure Blob Storage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, ContentSettings
from azure.storage.blob.aio import ContainerClient

from media_worker.staging import StagingFailed

PATIENCE_S = 10


class AzureStaging:
    """Blobs of one container, which the worker's identity may write."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    async def stage(self, name: str, block: str, data: bytes) -> None:
        """Put a block."""
        async with _failures():
            await self._container.get_blob_client(name).stage_block(block, data, len(data), timeout=PATIENCE_S)

    async def commit(self, name: str, blocks: Sequence[str], content_type: str, metadata: Mapping[str, str]) -> None:
        """Put the list of blocks."""
        async with _failures():
            await self._container.get_blob_client(name).commit_block_list(
                [BlobBlock(block_id=block) for block in blocks],
                content_settings=ContentSettings(content_type=content_type),
                metadata=dict(metadata),
                timeout=PATIENCE_S,
            )

    async def staged(self, name: str) -> dict[str, int]:
        """Get the list of blocks that were not committed."""
        async with _failures():
            try:
                _, waiting = await self._container.get_blob_client(name).get_block_list("uncommitted")
            except ResourceNotFoundError:
                return {}
        return {str(block.id): int(block.size or 0) for block in waiting}

    async def unfinished(self, prefix: str) -> list[str]:
        """List blobs that have no content yet."""
        async with _failures():
            listed = self._container.list_blobs(name_starts_with=prefix, include=["uncommittedblobs"])
            found = [blob async for blob in listed]
        return sorted(str(blob.name) for blob in found if not blob.size)

    async def write(self, name: str, data: bytes, content_type: str, metadata: Mapping[str, str]) -> None:
        """Upload."""
        async with _failures():
            await self._container.get_blob_client(name).upload_blob(
                data,
                overwrite=True,
                content_settings=ContentSettings(content_type=content_type),
                metadata=dict(metadata),
                timeout=PATIENCE_S,
            )

    async def read(self, name: str) -> bytes:
        """Download."""
        async with _failures():
            download = await self._container.download_blob(name, timeout=PATIENCE_S)
            return await download.readall()


@asynccontextmanager
async def _failures() -> AsyncIterator[None]:
    try:
        yield
    except AzureError as failure:
        raise StagingFailed(f"{type(failure).__name__}") from failure

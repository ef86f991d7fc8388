"""The tables and containers of the deployment's storage account."""

from __future__ import annotations

import logging
from typing import Protocol

from settings import Settings
from storage import Blobs, Table
from storage.account import StorageAccount
from storage.azure_blobs import AzureBlobs
from storage.azure_tables import AzureTables

log = logging.getLogger("callwright.storage")


class Storage(Protocol):
    """Where tables and containers come from."""

    def table(self, name: str) -> Table:
        """A table by name."""
        ...

    def blobs(self, container: str) -> Blobs:
        """A container by name."""
        ...

    async def close(self) -> None:
        """Close what was opened."""
        ...


#: The container of recordings that go a minute after the call: in an account of its own, where there is one.
TRANSIENT = "transient"


class AccountStorage:
    """The accounts of a deployment; nothing connects before it is used."""

    def __init__(self, settings: Settings) -> None:
        self._account = StorageAccount(
            connection_string=settings.storage_connection_string,
            name=None if settings.storage_connection_string else settings.storage_account_name,
            client_id=settings.storage_client_id,
        )
        self._transient = _transient(settings) or self._account
        self._tables = AzureTables(self._account)
        self._containers: list[AzureBlobs] = []

    def table(self, name: str) -> Table:
        """A table by name."""
        return self._tables.table(name)

    def blobs(self, container: str) -> Blobs:
        """A container by name."""
        opened = AzureBlobs(self._transient if container == TRANSIENT else self._account, container)
        self._containers.append(opened)
        return opened

    async def close(self) -> None:
        """Close the connections to the account."""
        await self._tables.close()
        for container in self._containers:
            await container.close()


def _transient(settings: Settings) -> StorageAccount | None:
    told = settings.transient_storage
    if told is None:
        if not settings.on_loopback:
            log.warning(
                "TRANSIENT_STORAGE is not set: recordings that are not kept share the account of everything else, "
                "whose soft delete keeps what is deleted"
            )
        return None
    is_string = "=" in told
    return StorageAccount(
        connection_string=told if is_string else None,
        name=None if is_string else told,
        client_id=settings.storage_client_id,
    )

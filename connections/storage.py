"""The tables and containers of the deployment's storage account."""

from __future__ import annotations

from typing import Protocol

from settings import Settings
from storage import Blobs, Table
from storage.account import StorageAccount
from storage.azure_tables import AzureTables


class Storage(Protocol):
    """Where tables and containers come from."""

    def table(self, name: str) -> Table:
        """A table by name."""
        ...

    def blobs(self, container: str) -> Blobs:
        """A container by name."""
        ...


class AccountStorage:
    """One account; nothing connects before it is used."""

    def __init__(self, settings: Settings) -> None:
        self._account = StorageAccount(
            connection_string=settings.storage_connection_string,
            name=None if settings.storage_connection_string else settings.storage_account_name,
            client_id=settings.storage_client_id,
        )
        self._tables = AzureTables(self._account)

    def table(self, name: str) -> Table:
        """A table by name."""
        return self._tables.table(name)

    def blobs(self, container: str) -> Blobs:
        """A container by name."""
        from storage.azure_blobs import AzureBlobs  # late: the blob client costs every cold start otherwise

        return AzureBlobs(self._account, container)

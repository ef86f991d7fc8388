"""Tables and blobs of both kinds: in memory, and Azurite's."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator

import pytest

from localhost.memory_storage import MemoryBlobs, MemoryTable
from storage import Blobs, Table
from storage.account import StorageAccount
from storage.azure_blobs import AzureBlobs
from storage.azure_tables import AzureTables

_numbers = itertools.count(1)


def fresh_name(kind: str) -> str:
    """A name that no other test has used."""
    return f"{kind}{os.getpid()}x{next(_numbers)}"


@pytest.fixture(params=["twin", "azurite"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def table(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[Table]:
    if kind == "twin":
        yield MemoryTable()
        return
    tables = AzureTables(StorageAccount(connection_string=request.getfixturevalue("azurite")))
    yield tables.table(fresh_name("table"))
    await tables.close()


@pytest.fixture
async def blobs(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[Blobs]:
    if kind == "twin":
        yield MemoryBlobs()
        return
    container = AzureBlobs(StorageAccount(connection_string=request.getfixturevalue("azurite")), fresh_name("blobs"))
    yield container
    await container.close()

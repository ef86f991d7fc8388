"""Storage that is gone or frozen: a clear error within seconds, never a hang."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

import pytest

from inbox import Inbox, Sealer
from localhost.azurite import Azurite
from storage import StorageUnavailable
from storage.account import StorageAccount
from storage.azure_blobs import AzureBlobs
from storage.azure_tables import AzureTables

PATIENCE_S = 5.0


@contextmanager
def frozen(pid: int, seconds: float) -> Iterator[None]:
    """A process that stands still meanwhile. Another one thaws it, even if this one should die."""
    thaw = subprocess.Popen(["sh", "-c", f"sleep {seconds}; kill -CONT {pid}"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        thaw.kill()
        thaw.wait()


async def one_chunk(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def refusals(tables: AzureTables, blobs: AzureBlobs) -> tuple[Sequence[object], float]:
    """How each kind of operation ends at once, and after how long."""
    table = tables.table("outage")
    inbox = Inbox(table, blobs, Sealer(["k" * 40]), time.time)
    begun = time.monotonic()
    results = await asyncio.gather(
        table.get("p", "r"),
        table.insert("p", "r", {"a": 1}),
        table.query("p", "a", "z"),
        inbox.append("call-1", {"kind": "call"}, {}, "message:1"),
        inbox.append("call-2", {"kind": "call"}, {"a": "x" * 100_000}, "message:1"),
        blobs.find("b"),
        blobs.read("b"),
        blobs.write_once("b", one_chunk(b"x"), limit=10),
        blobs.names(""),
        return_exceptions=True,
    )
    return results, time.monotonic() - begun


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot freeze a process with a signal")
async def test_frozen_storage_is_unavailable_within_five_seconds_and_back_when_it_thaws() -> None:
    server = Azurite()
    try:
        account = StorageAccount(connection_string=server.start())
        tables, blobs = AzureTables(account), AzureBlobs(account, "outage")
        await tables.table("outage").upsert("p", "r", {})  # connections that are open already hang differently
        await blobs.names("")
        with frozen(server.pid, 15):
            results, seconds = await refusals(tables, blobs)
        assert [type(result) for result in results] == [StorageUnavailable] * len(results)
        assert seconds < PATIENCE_S
        assert await tables.table("outage").get("p", "none") is None
        await tables.close()
        await blobs.close()
    finally:
        server.stop()


async def test_storage_that_is_not_there_is_unavailable_at_once() -> None:
    with socket.socket() as unused:  # bound, so that nobody else is there; not listening, so that nobody answers
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/devstoreaccount1"
        account = StorageAccount(
            connection_string="AccountName=devstoreaccount1;AccountKey=a2V5;"
            f"TableEndpoint={address};BlobEndpoint={address};"
        )
        tables, blobs = AzureTables(account), AzureBlobs(account, "outage")
        results, seconds = await refusals(tables, blobs)
        await tables.close()
        await blobs.close()
    assert [type(result) for result in results] == [StorageUnavailable] * len(results)
    assert seconds < PATIENCE_S


async def test_a_wrong_key_is_told_from_silence(azurite: str) -> None:
    wrong = azurite.replace("AccountKey=Eby8", "AccountKey=AAAA")
    account = StorageAccount(connection_string=wrong)
    tables, blobs = AzureTables(account), AzureBlobs(account, "outage")
    with pytest.raises(StorageUnavailable, match=r"403.*Storage Table Data Contributor"):
        await tables.table("outage").get("p", "r")
    with pytest.raises(StorageUnavailable, match=r"403.*Storage Blob Data Contributor"):
        await blobs.find("b")
    await tables.close()
    await blobs.close()


@pytest.mark.parametrize("given", [{}, {"connection_string": "a", "name": "b"}, {"connection_string": "", "name": ""}])
def test_an_account_is_given_in_one_way(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        StorageAccount(**given)

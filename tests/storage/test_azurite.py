"""The emulator as a child: there when it is needed, and never left behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localhost import azurite as module
from localhost.azurite import Azurite, AzuriteFailed, find_node
from storage.account import StorageAccount
from storage.azure_tables import AzureTables

ROOT = Path(__file__).resolve().parents[2]

PARENT = """
import time
from localhost.azurite import Azurite
print(Azurite().start(), flush=True)
time.sleep(60)
"""


def listens(connection_string: str) -> bool:
    """Whether its table service takes connections; unlike its process id, that tells a zombie from a server."""
    port = re.search(r"TableEndpoint=http://127\.0\.0\.1:(\d+)/", connection_string)
    assert port is not None
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(port[1]))) == 0


def wait_until_gone(connection_string: str) -> None:
    deadline = time.monotonic() + 10
    while listens(connection_string):
        assert time.monotonic() < deadline, "Azurite was left behind"
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="the test asks for signals that Windows has not")
def test_it_goes_when_whoever_started_it_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        connection_string = parent.stdout.readline()
        assert listens(connection_string)
        parent.send_signal(signal.SIGKILL)
    wait_until_gone(connection_string)


async def test_what_it_keeps_in_a_folder_is_there_when_it_starts_again(tmp_path: Path) -> None:
    for first in (True, False):
        server = Azurite()
        try:
            tables = AzureTables(StorageAccount(connection_string=server.start(tmp_path)))
            table = tables.table("kept")
            if first:
                await table.insert("p", "r", {"a": 1})
            row = await table.get("p", "r")
            await tables.close()
        finally:
            server.stop()
        assert row is not None and row.values == {"a": 1}
        assert not listens(server.connection_string)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_SCRIPT", tmp_path / "azurite.js")
    with pytest.raises(AzuriteFailed, match=r"run `python dev.py`"):
        Azurite().start()


def test_one_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "azurite.js"
    broken.write_text("throw new Error('no table today')")
    monkeypatch.setattr(module, "_SCRIPT", broken)
    with pytest.raises(AzuriteFailed, match="no table today"):
        Azurite().start()


def test_node_is_found() -> None:
    said = subprocess.run([find_node(), "--version"], capture_output=True, text=True, check=True).stdout
    assert int(said.removeprefix("v").partition(".")[0]) >= 22

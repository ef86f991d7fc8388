"""The emulator as a child: there when it is needed, and never left behind."""

from __future__ import annotations

import os
import signal
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


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 8
    while is_running(pid):
        assert time.monotonic() < deadline, f"Azurite {pid} was left behind"
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="the test asks for signals that Windows has not")
def test_it_goes_when_whoever_started_it_is_killed() -> None:
    code = "import time; from localhost.azurite import Azurite; a = Azurite(); a.start(); print(a.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    wait_until_gone(pid)


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
        assert not is_running(server.pid)


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

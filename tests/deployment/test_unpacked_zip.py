"""What is in the zip is enough: unpacked, in a process that sees nothing else of the project, it takes a whole call.

The process has localhost and clock on its path, and the unpacked folder last, as the Functions worker has it. Packages
are those of this environment: the zip's own are for Azure's platform.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from cli.deployment_zip import DEPLOYED, write_zip
from clock import RealClock
from simulator import Simulator, SimulatorSettings, serve

ROOT = Path(__file__).resolve().parents[2]
HOST_JSON = ROOT / "bicep/durable/azureStorage/host.json"
ALICE = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000a1ce", "displayName": "Alice"}}
KEY = {"x-development-key": "a key for this test"}


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    (tmp_path / "packages").mkdir()
    write_zip(tmp_path / "app.zip", ROOT, tmp_path / "packages", host_json=HOST_JSON)
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        archive.extractall(tmp_path / "app")
    return tmp_path / "app"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with what runs the app, and nothing of the app."""
    for room in ("localhost", "clock"):
        shutil.copytree(ROOT / room, tmp_path / "elsewhere" / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "elsewhere"


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


async def until(what: Callable[[], Awaitable[bool]], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not await what():
        assert time.monotonic() < deadline, f"{what.__name__} took longer than {limit_s:g} s"
        await asyncio.sleep(0.1)


@asynccontextmanager
async def running(app: Path, elsewhere: Path, environment: dict[str, str], port: int) -> AsyncIterator[None]:
    own = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TEMP") if name in os.environ}
    database = elsewhere / "hub.db"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "localhost", "--app", str(app), "--port", str(port), "--database", str(database)),
        cwd=elsewhere,
        env={**own, "PYTHONPATH": str(elsewhere), **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=(log := (elsewhere / "log").open("wb")),
    )
    try:
        yield
    except BaseException:
        print((elsewhere / "log").read_text(encoding="utf-8", errors="replace")[-3000:])
        raise
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        log.close()


def test_it_holds_the_deployed_rooms_and_nothing_else(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir()} == set(DEPLOYED)


async def test_it_takes_a_whole_call(unpacked: Path, elsewhere: Path, azurite: str) -> None:
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    simulator = Simulator(RealClock(), SimulatorSettings(bot_callback_url=f"{base_url}/api/callbacks"))
    async with serve(simulator) as addresses, httpx.AsyncClient(base_url=base_url) as http:
        environment = {
            "BOT_APP_ID": simulator.settings.bot_app_id,
            "BOT_TENANT_ID": simulator.settings.tenant_id,
            "BOT_CLIENT_SECRET": simulator.settings.bot_client_secret,
            "CALLBACK_KEYS": "k" * 32,
            "PUBLIC_BASE_URL": base_url,
            "GRAPH_BASE_URL": addresses.graph_url,
            "LOGIN_AUTHORITY": addresses.login_url,
            "CALLING_OPENID_METADATA": addresses.openid_metadata_url,
            "AzureWebJobsStorage": azurite,
            "DEVELOPMENT_KEY": KEY["x-development-key"],
            "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
            "SSL_CERT_FILE": str(addresses.ca_file),
            "REQUESTS_CA_BUNDLE": str(addresses.ca_file),
        }

        async def it_is_alive() -> bool:
            try:
                return (await http.get("/api/health")).status_code == 200
            except httpx.TransportError:
                return False

        async def the_caller_hears_something() -> bool:
            return bool(simulator.call(call_id).transcript.of("prompt"))

        async def its_record_is_closed() -> bool:
            answer = await http.get(f"/api/calls/call-{call_id.replace('-', '').lower()}", headers=KEY)
            return answer.status_code == 200 and answer.json()["state"] == "ended"

        async with running(unpacked, elsewhere, environment, port):
            await until(it_is_alive)
            call_id = simulator.ring(ALICE)
            await until(the_caller_hears_something)
            simulator.hang_up(call_id)
            await until(its_record_is_closed)

"""`python -m localhost` as a process: what it says, how it stops, and that SIGKILL loses nothing acknowledged."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ROOT = Path(__file__).parents[3]
APP = Path(__file__).parent / "app"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


class Process:
    """A running `python -m localhost`."""

    def __init__(self, process: asyncio.subprocess.Process, said: list[str], base_url: str) -> None:
        self.process = process
        self.said = said
        self.base_url = base_url

    @classmethod
    async def start(cls, *arguments: str, app: Path = APP, **environment: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "localhost", "--app", str(app), "--port", "0", *arguments,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1", **environment},
        )  # fmt: skip
        assert process.stdout is not None
        said: list[str] = []
        while not said or not said[-1].startswith("Key"):
            line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().rstrip()
            if not line:
                raise AssertionError((await process.communicate())[1].decode())
            said.append(line)
        found = re.search(r"http://\S+", said[0])
        assert found is not None
        return cls(process, said, found.group())

    async def end(self, number: int) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


async def test_sigkill_twice_during_twenty_calls_loses_none(tmp_path: Path, http: aiohttp.ClientSession):
    arguments = ("--database", str(tmp_path / "hub.db"), "--key", "secret")
    host = await Process.start(*arguments)
    length = 3
    try:
        for n in range(20):
            await tell(http, host, f"orchestrators/numbered/i{n}", json.dumps(length))
        for k in range(length):
            for n in range(20):
                await tell(http, host, f"instances/i{n}/raiseEvent/notification.{k}", json.dumps(k))
            if k < 2:
                assert await host.end(signal.SIGKILL) == -signal.SIGKILL
                host = await Process.start(*arguments)
        for n in range(20):
            status = await ended(http, host, f"i{n}")
            assert (status["runtimeStatus"], status["output"]) == ("Completed", list(range(length)))
    finally:
        await host.end(signal.SIGKILL)


async def tell(http: aiohttp.ClientSession, host: Process, path: str, value: str) -> None:
    async with http.post(f"{host.base_url}/durabletask/{path}", json=value) as response:
        assert response.status == 202, await response.text()


async def ended(http: aiohttp.ClientSession, host: Process, instance: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            async with http.get(f"{host.base_url}/durabletask/instances/{instance}") as response:
                if response.status == 200:
                    return await response.json()
            await asyncio.sleep(0.02)  # another process: there is no clock to drive


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_what_it_is_and_stops_cleanly(tmp_path: Path, number: int):
    host = await Process.start("--database", str(tmp_path / "hub.db"), "--key", "k")
    assert "For development, tests and demonstration; not a production host." in host.said
    assert any("incoming: POST" in line and "/api/calls/{call_id}" in line for line in host.said)
    assert host.said[-1].endswith(": k")
    assert await host.end(number) == 0


async def test_local_settings_are_read_before_the_app_and_the_environment_wins(
    tmp_path: Path, http: aiohttp.ClientSession
):
    (tmp_path / "local.settings.json").write_text(
        json.dumps({"Values": {"FROM_FILE": "file", "FROM_BOTH": "file", "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1"}})
    )
    (tmp_path / "function_app.py").write_text(
        "import os, sys\n"
        "import azure.functions as func\n"
        "app = func.FunctionApp(func.AuthLevel.ANONYMOUS)\n"
        "SEEN = os.environ['FROM_FILE'] + ' ' + os.environ['FROM_BOTH'] + ' ' + sys.path[-1]\n"
        "@app.route(route='seen')\n"
        "def seen(req: func.HttpRequest) -> str:\n"
        "    return SEEN\n"
    )
    host = await Process.start("--database", str(tmp_path / "hub.db"), app=tmp_path, FROM_BOTH="environment")
    try:
        async with http.get(f"{host.base_url}/api/seen") as response:
            assert await response.text() == f"file environment {tmp_path}"
    finally:
        await host.end(signal.SIGTERM)


@pytest.mark.parametrize(
    "environment, settings, complaint",
    [
        ({"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": ""}, "{}", "Set AZURE_FUNCTIONS_DURABLE_STRICT_TYPING=1"),
        ({}, "{", "local.settings.json is not JSON"),
        ({}, '{"Values": {"A": 1}}', "the value of A must be text, not 1"),
        ({}, "[]", 'whose "Values" is an object'),
        ({}, "{}", "holds no function_app.py"),
    ],
)
async def test_it_refuses_to_start_and_says_why(
    tmp_path: Path, environment: dict[str, str], settings: str, complaint: str
):
    (tmp_path / "local.settings.json").write_text(settings)
    with pytest.raises(AssertionError) as caught:
        await Process.start("--database", str(tmp_path / "hub.db"), app=tmp_path, **environment)
    assert complaint in str(caught.value)
    assert "Traceback" not in str(caught.value)

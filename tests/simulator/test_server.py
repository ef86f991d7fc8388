"""Serving inside a running loop and as a process, and leaving nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import aiohttp
import certifi
import httpx
import pytest

from clock import RealClock, VirtualClock
from simulator import Simulator, SimulatorSettings, serve
from simulator.__main__ import main

ROOT = Path(__file__).parents[2]


async def test_leaving_leaves_no_task_and_no_socket_behind(bot):
    before = asyncio.all_tasks()
    clock = VirtualClock()
    simulator = Simulator(clock, SimulatorSettings(bot_callback_url=f"{bot.url}/callbacks"))
    async with serve(simulator) as addresses:
        async with aiohttp.ClientSession() as http, http.get(f"{addresses.base_url}/simulator/calls") as answer:
            assert answer.status == 200
        idle = await asyncio.open_connection("127.0.0.1", int(addresses.base_url.rpartition(":")[2]))
        simulator.ring(script=[{"when": "established", "press": "1"}])
        await clock.advance(0.5)
        assert addresses.ca_file is not None
        assert addresses.ca_file.exists()
    assert asyncio.all_tasks() == before
    assert not addresses.ca_file.exists()
    assert await idle[0].read() == b""
    idle[1].close()
    await idle[1].wait_closed()


@pytest.mark.parametrize(("roots", "trusted"), [(True, len(certifi.contents().split("END CERT")) - 1), (False, 0)])
async def test_who_trusts_it_trusts_the_roots_of_the_system_only_if_asked_to(roots, trusted):
    async with serve(Simulator(VirtualClock()), roots=roots) as addresses:
        context = ssl.create_default_context(cafile=str(addresses.ca_file))
        assert context.cert_store_stats()["x509_ca"] == trusted + 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold one JSON object"),
        ('{"no_such": 1}', "no setting is called no_such"),
        ('{"beep_s": "long"}', "beep_s must be of type float, not 'long'"),
        ('{"anyone_else": {"outcome": "sleeps"}}', "anyone_else: outcomes must be some of"),
        (None, "No such file"),
    ],
)
def test_a_process_that_cannot_start_says_why_in_a_line(tmp_path, capsys, text, told):
    file = tmp_path / "settings.json"
    if text is not None:
        file.write_text(text)
    assert main(["--settings", str(file), "--port", "0", "--https-port", "0"]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith("simulator: ")
    assert told in err


def test_a_process_whose_port_is_taken_says_which(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--https-port", "0"]) == 2
    assert str(port) in capsys.readouterr().err


async def test_two_simulators_live_side_by_side():
    async with serve(Simulator(RealClock())) as one, serve(Simulator(RealClock())) as two:
        assert len({one.base_url, one.login_url, two.base_url, two.login_url}) == 4


async def test_a_test_that_fails_while_somebody_waits_still_ends():
    simulator = Simulator(VirtualClock())
    simulator.fault({"operation": "keys"}, "drop")
    async with aiohttp.ClientSession() as http:
        with pytest.raises(ZeroDivisionError):
            async with serve(simulator, https=False) as addresses:
                asked = asyncio.ensure_future(http.post(f"{addresses.base_url}/.well-known/keys"))
                while simulator.faults.pending():  # noqa: ASYNC110 (nothing announces that a fault has begun)
                    await asyncio.sleep(0)
                raise ZeroDivisionError
        with pytest.raises(aiohttp.ClientError):
            await asked


async def test_the_application_works_without_sockets():
    simulator = Simulator(VirtualClock())
    transport = httpx.ASGITransport(simulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator.test") as http:
        assert (await http.get("/simulator/calls")).json() == {"calls": []}
        metadata = (await http.get("/.well-known/openid-configuration")).json()
        assert len((await http.get(metadata["jwks_uri"])).json()["keys"]) == 1
    await simulator.close()


def test_it_runs_as_a_process_with_certificates_made_before(tmp_path):
    out = subprocess.run(
        [sys.executable, "-m", "simulator", "--write-certificates", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    ca = Path(out.strip())
    assert ca.read_bytes().startswith(Path(certifi.where()).read_bytes())
    assert (tmp_path / "server-key.pem").stat().st_mode & 0o77 == 0
    (tmp_path / "settings.json").write_text(json.dumps({"tone_sequence_start": 5}))
    arguments = ["--port", "0", "--https-port", "0", "--certificates", str(tmp_path), "--bot", "http://127.0.0.1:1/x"]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments, "--settings", str(tmp_path / "settings.json")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        asyncio.run(look(ready, ca))
    finally:
        process.send_signal(signal.SIGTERM if os.name != "nt" else signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0


async def look(ready, ca):
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{ready['base_url']}/simulator/settings") as answer:
            settings = await answer.json()
        assert (settings["tone_sequence_start"], settings["bot_callback_url"]) == (5, "http://127.0.0.1:1/x")
        url = f"{ready['login_url']}/{settings['tenant_id']}/v2.0/.well-known/openid-configuration"
        async with http.get(url, ssl=ssl.create_default_context(cafile=str(ca))) as answer:
            assert answer.status == 200

"""The bot as a process on Azurite, killed by SIGKILL under ten callers; the simulator lives on beside it.

All is real but Graph, whose time runs faster so that prompts take less of ours.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftermath import Aftermath
from caller import BUSY, Caller
from spelling import FLOWS, MENU

from clock import RealClock
from prompts.catalogue import Catalogue
from settings import STRICT_TYPING
from simulator import Addresses, Simulator, SimulatorSettings, Target, serve
from storage.account import StorageAccount
from storage.azure_blobs import AzureBlobs

ROOT = Path(__file__).parents[2]
CALLS = 10
KILLS = 2  # of each kind
AFTER_SEND = "Graph has acted, its answer is not there"
AFTER_POST = "a notification has been sent"
_DEVELOPMENT_KEY = "development"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


class FastClock(RealClock):
    """Runs several times as fast as the clock on the wall, and begins so far behind that tokens are valid on both."""

    SPEED = 8.0

    def __init__(self) -> None:
        self._began = time.time()

    def now(self) -> float:
        return self._began - 240.0 + self.SPEED * (time.time() - self._began)

    def at(self, when: float, action: Callable[[], object]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, when - self.now()) / self.SPEED, action)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.SPEED)


class Bot:
    """`python -m localhost` with all of Callwright; after each death it is started again at the same address."""

    def __init__(self, database: Path, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.base_url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._database = database
        self._environment = {**os.environ, **environment, "PUBLIC_BASE_URL": self.base_url}
        self._process: asyncio.subprocess.Process | None = None
        self.up_since = 0.0

    async def run(self) -> None:
        """Keep it alive until cancelled."""
        port = self.base_url.rpartition(":")[2]
        try:
            while True:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "localhost", "--port", port, "--database", str(self._database),
                    cwd=ROOT, env=self._environment,
                    stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                assert self._process.stdout is not None
                while line := await self._process.stdout.readline():
                    if line.startswith(b"Key"):
                        self.up_since = time.monotonic()
                code = await self._process.wait()
                assert code == -signal.SIGKILL, f"the bot ended by itself: {code}"
        finally:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    @property
    def up(self) -> bool:
        return self.up_since > 0.0

    def kill(self) -> None:
        """SIGKILL, now."""
        assert self._process is not None
        self.up_since = 0.0
        self._process.kill()


class Killer:
    """Kills the bot at what the simulator sees: a request it has acted on, a notification it sends."""

    def __init__(self, bot: Bot, simulator: Simulator, dice: random.Random) -> None:
        self._bot = bot
        self._dice = dice
        self.hits: Counter[str] = Counter()
        simulator.watchers.append(self._see)

    def _see(self, call_id: str, entry: dict[str, Any]) -> None:
        if entry["what"] == "request":  # seen before the answer leaves
            self._kill(AFTER_SEND, 0.0)
        elif entry["what"] == "notification" and not entry["attempts"]:
            self._kill(AFTER_POST, self._dice.uniform(0.0, 0.03))

    def _kill(self, kind: str, after_s: float) -> None:
        due = self._bot.up and time.monotonic() > self._bot.up_since + 0.7
        if due and self.hits[kind] < KILLS and self.hits[kind] <= min(self.hits[AFTER_SEND], self.hits[AFTER_POST]):
            self.hits[kind] += 1
            self._bot.up_since = 0.0
            if after_s:
                asyncio.get_running_loop().call_later(after_s, self._bot.kill)
            else:
                self._bot.kill()


async def test_ten_callers_do_not_notice_that_the_process_is_killed(azurite: str, tmp_path: Path) -> None:
    dice, key = random.Random(1), secrets.token_urlsafe(32)
    graph = SimulatorSettings(
        webhook_attempts=500,
        answer_window_s=600.0,
        recording_kept_s=1200.0,
        targets={BUSY: Target(outcome="busy")},
    )
    simulator = Simulator(FastClock(), graph)
    catalogue = Catalogue.load(ROOT / "prompts", key)
    async with serve(simulator) as addresses:
        bot = Bot(tmp_path / "hub.db", _environment(simulator, addresses, azurite, key))
        simulator.change_settings(bot_callback_url=f"{bot.base_url}/api/callbacks")
        killer = Killer(bot, simulator, dice)
        callers = [Caller(simulator, catalogue.prompt(MENU, "en-US").key, dice, more=0) for _ in range(CALLS)]
        keeper = asyncio.get_running_loop().create_task(bot.run())
        try:
            for caller in callers:
                simulator.clock.at(simulator.clock.now() + dice.uniform(0.0, 40.0), caller.ring)
            records = await _all_over(bot, keeper, callers)
            problems = [
                each
                for caller in callers
                for each in await _problems(simulator, caller, catalogue, records[caller.call_id], azurite)
            ]
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
    assert not problems, "\n".join(problems)
    print("killed:", *killer.hits.items())
    assert killer.hits == {AFTER_SEND: KILLS, AFTER_POST: KILLS}


def _environment(simulator: Simulator, addresses: Addresses, azurite: str, key: str) -> dict[str, str]:
    told = simulator.settings
    return {
        "BOT_APP_ID": told.bot_app_id,
        "BOT_TENANT_ID": told.tenant_id,
        "BOT_CLIENT_SECRET": told.bot_client_secret,
        "CALLBACK_KEYS": key,
        "GRAPH_BASE_URL": addresses.graph_url,
        "LOGIN_AUTHORITY": addresses.login_url,
        "CALLING_OPENID_METADATA": addresses.openid_metadata_url,
        "AzureWebJobsStorage": azurite,
        "DEVELOPMENT_KEY": _DEVELOPMENT_KEY,
        "FLOWS": str(FLOWS),
        # What is sent again while the bot is dead comes in any order, as far apart as the tries are: 125 ms of ours,
        # and more on a busy machine. A window must cover that, or keys are taken in the order of their arrival.
        "TONE_REORDER_MS": "1500",
        "SSL_CERT_FILE": str(addresses.ca_file),
        "REQUESTS_CA_BUNDLE": str(addresses.ca_file),
        STRICT_TYPING: "1",
    }


async def _all_over(bot: Bot, keeper: asyncio.Task[None], callers: list[Caller]) -> dict[str, tuple[Any, Any]]:
    """Record and events of each call, once all have ended."""
    found: dict[str, tuple[Any, Any]] = {}
    headers = {"x-development-key": _DEVELOPMENT_KEY}
    async with asyncio.timeout(120), httpx.AsyncClient(base_url=bot.base_url, headers=headers) as operator:
        while len(found) < len(callers):
            await asyncio.sleep(0.2)  # another process: there is no clock to drive
            assert not keeper.done(), keeper.exception()
            for caller in callers:
                if caller.call_id and caller.call_id not in found and bot.up:
                    path = f"/api/calls/call-{caller.call_id.replace('-', '')}"
                    try:
                        record = await operator.get(path)
                        if record.status_code == 200 and record.json()["state"] == "ended":
                            events = await operator.get(f"{path}/events")
                            found[caller.call_id] = record.json(), events.json()["events"]
                    except httpx.TransportError:
                        continue
    return found


async def _problems(
    simulator: Simulator, caller: Caller, catalogue: Catalogue, recorded: tuple[Any, Any], azurite: str
) -> list[str]:
    record, events = recorded
    recordings = AzureBlobs(StorageAccount(connection_string=azurite), "recordings")
    try:
        aftermath = Aftermath(
            typed=caller.typed,
            call=simulator.call(caller.call_id),
            record=record,
            events=events,
            names={catalogue.prompt(id, "en-US").key: id for id in catalogue.ids("en-US")},
            read_recording=recordings.read,
        )
        return await aftermath.problems()
    finally:
        await recordings.close()

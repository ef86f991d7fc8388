"""The whole of Callwright in one process: simulator, host and bot, on a real or a virtual clock.

The demonstration, the tests and the benchmarks are run on it. What the bot learns, it learns as in Azure: from
settings; what it says to Graph goes over sockets, with real tokens.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

import connections
from clock import Clock, VirtualClock
from connections import Connections
from localhost.host import Host
from localhost.knobs import Knobs
from localhost.memory_storage import MemoryStorage
from settings import STRICT_TYPING, Settings
from simulator import Addresses, Simulator, SimulatorSettings, serve
from simulator.certificates import CertificateFiles
from simulator.disruption import SENDER

APP_FOLDER = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "development"
_TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True, kw_only=True)
class BotOptions:
    """How the bot of a laptop is run."""

    database: str | Path = ":memory:"
    port: int = 0
    knobs: Knobs = field(default_factory=Knobs)
    #: Whether timer triggers run by themselves.
    schedules: bool = False
    #: How far the bot's own clock is from everybody else's, in seconds; asked whenever it looks at it.
    clock_error_s: Callable[[], float] = lambda: 0.0
    #: Over those that follow from the simulator.
    settings: Mapping[str, str] = field(default_factory=dict)
    callback_key: str = field(default_factory=partial(secrets.token_urlsafe, 32))


class Laptop:
    """A running simulator and bot; made by `open_laptop`."""

    def __init__(
        self,
        clock: Clock,
        simulator: Simulator,
        addresses: Addresses,
        storage: MemoryStorage | str,
        options: BotOptions,
    ) -> None:
        self.clock = clock
        self.simulator = simulator
        self.addresses = addresses
        #: The twin, or None when the bot uses an account by connection string.
        self.memory = storage if isinstance(storage, MemoryStorage) else None
        self._connection_string = storage if isinstance(storage, str) else "UseDevelopmentStorage=true"
        self._options = options
        self._port = options.port
        self.host: Host
        self.connections: Connections

    async def start_bot(self) -> None:
        """Start the bot, for the first time or again after `kill_bot`: same address, same task hub, same storage."""
        self.host = await Host.start(
            APP_FOLDER,
            database=self._options.database,
            clock=self.clock,
            port=self._port,
            knobs=self._options.knobs,
            schedules=self._options.schedules,
        )
        self._port = int(self.host.base_url.rpartition(":")[2])
        settings = Settings.from_mapping(self.environment(self.host.base_url))
        self.connections = Connections.from_settings(
            settings,
            now=lambda: self.clock.now() + self._options.clock_error_s(),
            sleep=self.clock.sleep,
            timeout=self.clock.timeout,
            together=self.clock.together,
            storage=self.memory,
        )
        connections.use(self.connections)
        self.connections.http.event_hooks["request"].append(self._sign)
        self.simulator.change_settings(bot_callback_url=f"{self.host.base_url}/api/callbacks")

    async def _sign(self, request: httpx.Request) -> None:
        """Tell the simulator who waits for its answer: they share a clock."""
        request.headers[SENDER] = self.clock.me()

    async def stop_bot(self) -> None:
        """Stop the bot in good order."""
        await self.host.stop()
        await self._disconnect()

    async def kill_bot(self) -> None:
        """End the bot as SIGKILL would: what it had in flight is lost, what it had acknowledged is not."""
        await self.host.kill()
        await self._disconnect()

    async def _disconnect(self) -> None:
        await self.connections.close()
        connections.use(None)

    def instance_of(self, call_id: str) -> str:
        """The orchestration instance of a call that the simulator rang."""
        return f"call-{call_id.replace('-', '').lower()}"

    def is_over(self, call_id: str) -> bool:
        """Whether the orchestration of a call has ended, however it did."""
        return self.host.engine.has_ended(self.instance_of(call_id))

    async def run_until_over(self, *call_ids: str, limit_s: float = 3600.0) -> None:
        """Let virtual time pass until the calls' orchestrations have ended."""
        assert isinstance(self.clock, VirtualClock)
        await self.clock.run_until(lambda: all(map(self.is_over, call_ids)), limit_s=limit_s)

    def environment(self, public_base_url: str) -> dict[str, str]:
        """The settings of the bot, as environment variables."""
        told = self.simulator.settings
        return {
            "BOT_APP_ID": told.bot_app_id,
            "BOT_TENANT_ID": told.tenant_id,
            "BOT_CLIENT_SECRET": told.bot_client_secret,
            "CALLBACK_KEYS": self._options.callback_key,
            "PUBLIC_BASE_URL": public_base_url,
            "GRAPH_BASE_URL": self.addresses.graph_url,
            "LOGIN_AUTHORITY": self.addresses.login_url,
            "CALLING_OPENID_METADATA": self.addresses.openid_metadata_url,
            "AzureWebJobsStorage": self._connection_string,
            "DEVELOPMENT_KEY": DEVELOPMENT_KEY,
            STRICT_TYPING: "1",
            **self._options.settings,
        }


@asynccontextmanager
async def open_laptop(
    clock: Clock,
    *,
    simulator_settings: SimulatorSettings | None = None,
    storage: MemoryStorage | str | None = None,
    options: BotOptions | None = None,
    certificates: CertificateFiles | None = None,
    simulator_port: int = 0,
) -> AsyncGenerator[Laptop]:
    """Run simulator and bot while the block lasts.

    `storage` is the in-memory twin (a new one when left out) or the connection string of Azurite. Without
    `certificates`, the simulator's own are trusted for the length of the block; in real time the system's roots are
    too, for in virtual time nobody else would answer in time, and reading them is a tenth of what a short call costs.
    """
    simulator = Simulator(clock, simulator_settings)
    roots = not isinstance(clock, VirtualClock)
    async with serve(simulator, port=simulator_port, certificates=certificates, roots=roots) as addresses:
        laptop = Laptop(clock, simulator, addresses, storage or MemoryStorage(), options or BotOptions())
        with _trusting(addresses.ca_file), _environ(laptop.environment("http://127.0.0.1:1")):
            await laptop.start_bot()  # function_app.py checks the settings of its environment on import
            try:
                yield laptop
            finally:
                await laptop.stop_bot()


@contextmanager
def _trusting(ca_file: Path | None) -> Generator[None]:
    """Let MSAL and httpx trust a certificate authority, which both of them learn from the environment."""
    with _environ({} if ca_file is None else dict.fromkeys(_TRUST, str(ca_file))):
        yield


@contextmanager
def _environ(values: Mapping[str, str]) -> Generator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

"""The Functions host of a laptop: `function_app.py`, Durable Functions and HTTP in one process, without Azure.

For development, tests and demonstration: one process, no scale-out, no leases, keys on loopback only.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from types import ModuleType

from clock import Clock
from localhost import sdk
from localhost.engine import Engine
from localhost.host_json import HostJson
from localhost.knobs import Knobs
from localhost.links import Links
from localhost.routes import RouteTable
from localhost.server import BODY_LIMIT, Doors, Server
from localhost.store import Store
from localhost.task_hub import TaskHub
from localhost.timers import TimerTriggers
from localhost.webhooks import DurableApi
from localhost.worker import InProcessWorker, Worker


class Host:
    """A running host; made by `Host.start`."""

    def __init__(
        self, *, worker: Worker, store: Store, clock: Clock, settings: HostJson, key: str, knobs: Knobs, body_limit: int
    ) -> None:
        self.key = key
        self.worker = worker
        self.engine = Engine(TaskHub(store, clock, knobs), worker, client_json=self._client_json, limits=settings)
        self._store = store
        self._hub_name = settings.hub
        self._client = ""
        self._timers = TimerTriggers(worker, clock, self._client_json)
        self.routes = RouteTable(list(worker.functions.values()), settings.route_prefix)
        doors = Doors(
            worker=worker,
            routes=self.routes,
            client_json=self._client_json,
            durable=DurableApi(self.engine, lambda: self.links).answer,
            fire_timer=self._timers.fire,
            key=key,
        )
        self._server = Server(doors, clock, body_limit=body_limit)
        self._running = False

    @classmethod
    async def start(
        cls,
        app_dir: Path,
        *,
        database: str | Path = ":memory:",
        clock: Clock,
        port: int = 0,
        key: str = "",
        knobs: Knobs = Knobs(),  # noqa: B008 - frozen
        schedules: bool = True,
        fast_timestamps: bool = True,
        body_limit: int = BODY_LIMIT,
        worker: Worker | None = None,
    ) -> Host:
        """Index the app in `app_dir`, open the database, listen on 127.0.0.1 and take up what was left undone.

        `key` opens functions that are not anonymous, the durable webhooks and /admin; without one, a random key is
        made. `schedules=False` leaves timer triggers to /admin. `body_limit` is in bytes. `worker` is another
        language worker than the one in this process.

        Raises:
            StrictTypingMissing: the SDK would decode classes named in data.
            AppUnusable: the app cannot be indexed.
            DatabaseInUse: another host has the file open.
            OSError: the port is taken.
        """
        sdk.require_strict_typing()
        sdk.use_timestamps(fast=fast_timestamps)
        host = cls(
            worker=worker or InProcessWorker(app_dir),
            store=Store(database),
            clock=clock,
            settings=HostJson.read(app_dir / "host.json"),
            key=key or secrets.token_urlsafe(16),
            knobs=knobs,
            body_limit=body_limit,
        )
        sdk.open_session()
        host._running = True
        try:
            await host._server.start(port)
        except BaseException:
            await host.kill()
            raise
        host.engine.start()
        if schedules:
            host._timers.start()
        return host

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def links(self) -> Links:
        """The durable addresses of this host."""
        return Links(base_url=self.base_url, hub=self._hub_name, key=self.key)

    @property
    def module(self) -> ModuleType:
        """The imported `function_app`; every host of this process shares it."""
        return self.worker.module

    async def fire_timer(self, name: str) -> bool:
        """Run a timer-triggered function now; False when there is none of that name."""
        return await self._timers.fire(name)

    async def stop(self, *, grace_s: float = 1.0) -> None:
        """Accept nothing more, let what runs end within `grace_s` of real time, close everything."""
        if self._running:
            self._timers.stop()
            await self._server.stop(grace_s=grace_s)
            await self.engine.stop(grace_s=grace_s)
            await self._close()

    async def kill(self) -> None:
        """What SIGKILL leaves behind: nothing in flight is committed, every task is gone, every socket closed.

        A coroutine of the app is cancelled where it stands, so its `finally` blocks do run, which a real SIGKILL would
        spare it; a sync function in its thread runs on, and nobody hears of its result.
        """
        if self._running:
            self._store.close()
            self._timers.stop()
            await self.engine.stop(grace_s=0)
            await self._server.stop(grace_s=0)
            await self._close()

    async def _close(self) -> None:
        self._running = False
        self._store.close()
        self.worker.close()
        await sdk.close_session()

    def _client_json(self) -> str:
        if not self._client:
            self._client = self.links.client_json()  # every request to a function needs it, and it never changes
        return self._client

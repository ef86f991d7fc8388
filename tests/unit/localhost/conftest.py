"""Hosts over the app in `app/`, on virtual time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from clock import Clock, VirtualClock
from localhost import Host
from localhost.worker import Worker

APP = Path(__file__).parent / "app"
StartHost = Callable[..., Awaitable[Host]]


@pytest.fixture(autouse=True)
def strict_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def chosen_worker(app: Path) -> Worker | None:
    """Microsoft's worker library where the conformance run asks for it, else the host's own worker."""
    if os.environ.get("LOCALHOST_TEST_WORKER") != "runtime":
        return None
    from localhost.worker_runtime import RuntimeWorker

    return RuntimeWorker(app)


@pytest.fixture
async def start_host(clock: VirtualClock) -> AsyncIterator[StartHost]:
    """`await start_host(database=..., knobs=...)`; what still runs at the end of the test is killed."""
    hosts: list[Host] = []

    async def start(app: Path = APP, **options: Any) -> Host:
        chosen: Clock = options.pop("clock", clock)
        host = await Host.start(
            app, clock=chosen, key="secret", **{"schedules": False, "worker": chosen_worker(app), **options}
        )
        if not hosts and hasattr(host.module, "forget"):
            host.module.forget()
        hosts.append(host)
        return host

    yield start
    for host in hosts:
        await host.kill()


@pytest.fixture
async def host(start_host: StartHost) -> Host:
    return await start_host()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """`await until(condition)`: let the event loop turn, virtual time standing still, until the condition holds."""

    async def wait(condition: Callable[[], bool]) -> None:
        for _ in range(20_000):
            if condition():
                return
            await asyncio.sleep(0)
        raise AssertionError("it did not come about")

    return wait

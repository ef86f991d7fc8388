"""A whole call through everything: real webhook, real tokens, real orchestration, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import connections
from clock import VirtualClock
from connections import Connections
from localhost.host import Host
from localhost.memory_storage import MemoryBlobs, MemoryTable
from settings import Settings
from simulator import Simulator, SimulatorSettings, serve

APP = Path(__file__).resolve().parent.parent.parent


class MemoryStorage:
    """Tables and containers by name, in memory."""

    def __init__(self) -> None:
        self.tables: dict[str, MemoryTable] = {}
        self.containers: dict[str, MemoryBlobs] = {}

    def table(self, name: str) -> MemoryTable:
        return self.tables.setdefault(name, MemoryTable())

    def blobs(self, container: str) -> MemoryBlobs:
        return self.containers.setdefault(container, MemoryBlobs())


def environment(graph_url: str, metadata_url: str, login_url: str, public_url: str) -> dict[str, str]:
    told = SimulatorSettings()
    return {
        "BOT_APP_ID": told.bot_app_id,
        "BOT_TENANT_ID": told.tenant_id,
        "BOT_CLIENT_SECRET": told.bot_client_secret,
        "CALLBACK_KEYS": "k" * 32,
        "PUBLIC_BASE_URL": public_url,
        "GRAPH_BASE_URL": graph_url,
        "LOGIN_AUTHORITY": login_url,
        "CALLING_OPENID_METADATA": metadata_url,
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
        "DEVELOPMENT_KEY": "development",
    }


@pytest.fixture
async def laptop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    clock = VirtualClock()
    simulator = Simulator(clock, SimulatorSettings())
    async with serve(simulator) as addresses:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(addresses.ca_file))
        env = environment(
            addresses.graph_url, addresses.openid_metadata_url, addresses.login_url, "http://127.0.0.1:7071"
        )
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        host = await Host.start(APP, clock=clock, schedules=False)
        settings = Settings.from_mapping({**env, "PUBLIC_BASE_URL": host.base_url})
        storage = MemoryStorage()
        here = Connections.from_settings(settings, now=clock.now, sleep=clock.sleep, storage=storage)
        connections.use(here)
        simulator.change_settings(bot_callback_url=f"{host.base_url}/api/callbacks")
        try:
            yield clock, simulator, host, storage
        finally:
            await host.stop()
            await here.close()
            connections.use(None)


async def test_a_caller_hears_the_menu_asks_for_the_hours_and_hangs_up(laptop):
    clock, simulator, host, _ = laptop
    call_id = simulator.ring({"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000a11c", "displayName": "Alice"}})
    instance_id = f"call-{call_id.replace('-', '').lower()}"
    await clock.advance(8)
    simulator.press(call_id, "1")
    await clock.advance(20)
    simulator.hang_up(call_id)
    await clock.advance(60)
    status = host.engine.status(instance_id)
    assert status is not None
    assert status["runtimeStatus"] == "Completed", status
    async with httpx.AsyncClient() as operator:
        headers = {"x-development-key": "development"}
        record = await operator.get(f"{host.base_url}/api/calls/{instance_id}", headers=headers)
        events = await operator.get(f"{host.base_url}/api/calls/{instance_id}/events", headers=headers)
    assert record.status_code == 200, record.text
    told = [entry["what"] for entry in events.json()["events"]]
    assert told[0] == "incoming"
    assert told[-1] == "state"  # terminated
    assert record.json()["outcome"] == "hung_up"
    heard = [entry["heard_ms"] for entry in simulator.call(call_id).transcript.entries if entry["what"] == "prompt"]
    assert len(heard) >= 3  # the greeting, the menu cut short by the key, the opening hours

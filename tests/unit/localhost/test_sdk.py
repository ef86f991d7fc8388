"""What the host sets in the SDK's globals."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.durable_functions.models.utils import http_utils

from clock import VirtualClock
from localhost import Host, sdk

APP = Path(__file__).parent / "app"


@pytest.mark.parametrize("value", [None, "", "0", "maybe"])
async def test_without_strict_typing_the_host_refuses_to_start(monkeypatch: pytest.MonkeyPatch, value: str | None):
    monkeypatch.delenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING")
    if value is not None:
        monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", value)
    with pytest.raises(sdk.StrictTypingMissing, match="AZURE_FUNCTIONS_DURABLE_STRICT_TYPING=1"):
        await Host.start(APP, clock=VirtualClock())


async def test_everything_runs_with_the_sdks_own_timestamps_too(start_host: Any):
    host = await start_host(fast_timestamps=False)
    parser = sys.modules["azure.durable_functions.models.history.HistoryEvent"].dt_parse  # type: ignore[attr-defined]
    assert parser.__module__.startswith("dateutil")
    host.engine.start_new("whole_call", "call-1")
    assert (await host.engine.wait_until_ended("call-1"))["output"] == {"outcome": "not established"}


def test_fast_timestamps_are_used_only_where_they_agree(monkeypatch: pytest.MonkeyPatch):
    sdk.use_timestamps(fast=True)
    module = sys.modules["azure.durable_functions.models.history.HistoryEvent"]
    assert module.dt_parse == datetime.fromisoformat  # type: ignore[attr-defined]
    monkeypatch.setattr("dateutil.parser.parse", lambda text: datetime(2000, 1, 1))
    with pytest.raises(AssertionError, match="the parsers differ"):
        sdk.use_timestamps(fast=True)


def test_each_event_loop_gets_its_own_session_and_leaves_none_behind():
    async def once() -> None:
        host = await Host.start(APP, clock=VirtualClock(), schedules=False)
        async with aiohttp.ClientSession() as http, http.post(f"{host.base_url}/api/calls/1") as response:
            assert response.status == 202
        assert http_utils._client_session is not None
        await host.stop()
        assert http_utils._client_session is None

    asyncio.run(once())
    asyncio.run(once())


async def test_the_session_lives_as_long_as_the_last_host_of_the_loop(start_host: Any, http: aiohttp.ClientSession):
    first, second = await start_host(), await start_host()
    await first.stop()
    async with http.post(f"{second.base_url}/api/calls/1") as response:
        assert response.status == 202

"""Test calls, every quarter of an hour: whether somebody can be called."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from callers import clock_of
from placing import BOB, behaves

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock

NUMBER = "+442079460123"
RESOURCE = "0c1f5b00-7777-4a2b-9c3d-0000000015f0"


@asynccontextmanager
async def told(**settings: str) -> AsyncIterator[Laptop]:
    async with open_laptop(VirtualClock(), options=BotOptions(settings=settings)) as laptop:
        yield laptop


async def turn(laptop: Laptop) -> None:
    """The timer, once, and a quarter of an hour."""
    assert await laptop.host.fire_timer("place_test_call")
    await clock_of(laptop).advance(900)


def metrics(caplog: pytest.LogCaptureFixture) -> list[tuple[float, str]]:
    facts = [record.__dict__.get("facts", {}) for record in caplog.records]
    return [(each["value"], each["outcome"]) for each in facts if each.get("metric") == "canary.reached"]


async def test_nobody_is_called_unless_a_setting_says_whom() -> None:
    async with told() as laptop:
        await turn(laptop)
        assert laptop.simulator.calls == {}


async def test_a_user_is_called_once_in_a_quarter_of_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "callwright")
    async with told(CANARY_TO=BOB) as laptop:
        behaves(laptop, BOB)
        assert await laptop.host.fire_timer("place_test_call")
        await turn(laptop)  # the host may run a timer twice
        assert len(laptop.simulator.calls) == 1
        await turn(laptop)
        assert len(laptop.simulator.calls) == 2
        assert metrics(caplog) == [(1.0, "completed")]
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("why", ["busy", "no_answer", "declines"])
async def test_a_test_call_that_reaches_nobody_is_an_error_in_the_log(
    why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "callwright")
    async with told(CANARY_TO=BOB) as laptop:
        behaves(laptop, BOB, why)
        await turn(laptop)
        await turn(laptop)
    outcome = {"declines": "declined"}.get(why, why)
    assert metrics(caplog) == [(0.0, outcome)]
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert errors[0].startswith("the canary call call-")
    assert errors[0].endswith(f"came to nothing: {outcome}")


async def test_a_number_is_dialled_by_the_resource_account_that_is_named() -> None:
    async with told(CANARY_TO=NUMBER, CANARY_FROM=RESOURCE, DIAL_ALLOW="+44") as laptop:
        behaves(laptop, NUMBER)
        await turn(laptop)
        (call,) = laptop.simulator.calls.values()
        placed = call.transcript.of("request")[0]
    assert NUMBER in str(placed)
    assert RESOURCE in str(placed)


async def test_a_number_that_may_not_be_dialled_is_not(caplog: pytest.LogCaptureFixture) -> None:
    async with told(CANARY_TO=NUMBER, CANARY_FROM=RESOURCE, DIAL_ALLOW="+1") as laptop:
        await turn(laptop)
        assert laptop.simulator.calls == {}
    assert "DIAL_ALLOW" in caplog.text

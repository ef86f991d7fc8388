"""Numbers of 1 to 16 digits, typed before, while and after they are asked for, are taken digit by digit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from interleaving import APP, COUNTERS, environment, processes
from line import Line, Orchestrations, Weather

import connections
from clock import VirtualClock
from clock._virtual import NothingLeftToHappen, TimeLimitPassed
from connections import Connections
from localhost.host import Host
from localhost.knobs import Knobs
from localhost.memory_storage import MemoryStorage
from settings import Settings
from simulator import SimulatorSettings
from simulator.far_end import Step

FLOWS = Path(__file__).parent / "keypad_flows"
PROMPT = "no-input"
NUMBERS, CHUNK = 5, 10  # in one call; calls in one test
# Within the window in which tones are put in order again, and with every fifth told twice.
WEATHER = Weather(late_s=0.14, duplicates=0.2, answers_within_s=0.3)


@pytest.fixture(scope="module")
def bot() -> Iterator[Connections]:
    told = {**environment(), "FLOWS": str(FLOWS), "HTTP_ALLOW": "numbers.example"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)  # function_app.py checks its settings on import
        yield Connections.from_settings(Settings.from_mapping(told), storage=MemoryStorage())
        connections.use(None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" in metafunc.fixturenames:
        calls = (metafunc.config.getoption("--delivery-runs", None) or 500) // NUMBERS
        chunks = [range(first, min(first + CHUNK, calls)) for first in range(0, calls, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=[f"{seeds.start}-{seeds.stop - 1}" for seeds in chunks])


def typed(dice: random.Random, menu: str) -> tuple[list[str], list[Step]]:
    """Numbers, and how they are typed: one by one, or some ahead."""
    numbers = ["".join(dice.choices("0123456789", k=dice.randint(1, 16))) for _ in range(NUMBERS)]
    steps: list[Step] = []
    at = 0
    while at < NUMBERS:
        together = min(dice.choice((1, 1, 2, 3)), NUMBERS - at)
        # After 16 digits the terminator is pressed out of habit, or not at all.
        ends = ["" if len(each) == 16 and dice.random() < 0.5 else "#" for each in numbers[at : at + together]]
        keys = "".join(f"{each}{end}" for each, end in zip(numbers[at : at + together], ends, strict=True))
        when = dice.choice(("prompt_started", "prompt_ended"))
        press: dict[str, Any] = {
            "press": keys,
            "after_s": dice.uniform(0.0, 2.0),
            "interval_ms": dice.choice((20, 60, 120, 250)),
        }
        steps.append(cast("Step", {"when": when, "prompt": menu, **press}))
        at += together
    return numbers, steps


async def call(bot: Connections, seed: int) -> tuple[list[str], list[str], str]:
    """The call of a seed: what was typed, what the service was told, and how it ended."""
    dice, clock, told = random.Random(seed), VirtualClock(), list[str]()

    def hear(request: httpx.Request) -> httpx.Response:
        told.append(json.loads(request.content)["number"])
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    start, stride = COUNTERS[seed % 3]
    knobs = Knobs(
        drop_event=lambda instance, name: dice.random() < 0.05,
        duplicate_event=lambda instance, name: dice.random() < 0.05,
        duplicate_activity=lambda instance, name: dice.random() < 0.1,
        delivery_delay_s=lambda instance: dice.choice((0.0, 0.0, dice.uniform(0.0, 0.3))),
    )
    host = await Host.start(APP, clock=clock, knobs=knobs, schedules=False)
    settings = SimulatorSettings(tone_sequence_start=start, tone_sequence_stride=stride)
    line = Line(clock, settings, WEATHER, dice)
    numbers, steps = typed(dice, bot.catalogue.prompt(PROMPT, "en-US").key)
    async with httpx.AsyncClient(transport=httpx.MockTransport(hear)) as http:
        try:
            line.ring(processes(replace(bot, http_elsewhere=http), clock, line, Orchestrations(host.engine)), steps)
            with suppress(NothingLeftToHappen, TimeLimitPassed):
                ended = lambda: host.engine.has_ended(line.instance_id) and not line.under_way  # noqa: E731
                await clock.run_until(ended, limit_s=900.0)
            output = (host.engine.status(line.instance_id) or {}).get("output")
        finally:
            await host.kill()
    return numbers, told, output["outcome"] if isinstance(output, dict) else str(output)


async def test_every_number_is_understood_and_told_once(bot: Connections, seeds: range) -> None:
    for seed in seeds:
        numbers, told, outcome = await call(bot, seed)
        assert (told, outcome) == (numbers, "completed"), f"seed {seed}"

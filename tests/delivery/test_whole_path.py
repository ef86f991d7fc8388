"""Many callers at once through everything: real webhooks, tokens, sockets, and a Graph that repeats and reorders."""

from __future__ import annotations

import random

import pytest
from spelling import FLOWS, MENU, Burst, Played, answers_among, answers_to, random_bursts

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from localhost.knobs import Knobs
from simulator import SimulatorSettings

# One of five runs is here; `test_interleavings.py` has the others.
SHARE = 1 / 5
AT_ONCE = 25
# Start and stride of Graph's counter of tones, and after how many it begins again.
COUNTERS = [(1, 1, None), (6, 1, None), (1, 3, None), (1, 1, 6)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        total = int((metafunc.config.getoption("--delivery-runs", None) or 500) * SHARE)
        metafunc.parametrize("seed", range(max(1, total // AT_ONCE)))


def cruel(dice: random.Random) -> Knobs:
    """Events lost, late or told twice, activities run twice."""
    return Knobs(
        drop_event=lambda instance, name: dice.random() < 0.1,
        duplicate_event=lambda instance, name: dice.random() < 0.05,
        duplicate_activity=lambda instance, name: dice.random() < 0.1,
        delivery_delay_s=lambda instance: dice.choice((0.0, 0.0, dice.uniform(0.0, 0.5))),
    )


async def test_what_was_typed_is_what_graph_was_asked_to_answer(seed: int) -> None:
    dice = random.Random(seed)
    start, stride, restart_after = COUNTERS[seed % len(COUNTERS)]
    graph = SimulatorSettings(
        tone_sequence_start=start,
        tone_sequence_stride=stride,
        tone_sequence_restart_after=restart_after,
        reorder_probability=0.15,
        webhook_attempts=3,
        seed=seed,
    )
    options = BotOptions(knobs=cruel(dice), settings={"FLOWS": str(FLOWS)})
    async with open_laptop(VirtualClock(), simulator_settings=graph, options=options) as laptop:
        repeat = {"match": {"notification": "*"}, "fail": "duplicate", "times": 1_000_000, "probability": 0.15}
        laptop.simulator.faults.add(repeat)
        menu = laptop.connections.catalogue.prompt(MENU, "en-US").key
        typed: dict[str, list[Burst]] = {}
        for _ in range(AT_ONCE):
            bursts = random_bursts(dice, 2 if restart_after else dice.choice((1, 1, 2, 3)), length=restart_after)
            typed[laptop.simulator.ring(script=[step for burst in bursts for step in burst.steps(menu)])] = bursts
        await laptop.run_until_over(*typed)
        wrong = [problem for call_id, bursts in typed.items() if (problem := _problem(laptop, call_id, bursts))]
    assert wrong == [], f"seed {seed}"


def _problem(laptop: Laptop, call_id: str, bursts: list[Burst]) -> str | None:
    catalogue = laptop.connections.catalogue
    names = {catalogue.prompt(id, "en-US").key: id for id in catalogue.ids("en-US")}
    played = Played.on(laptop.simulator.call(call_id).transcript.of("request"), names)
    expected, heard = answers_to("".join(burst.keys for burst in bursts)), answers_among(played.prompts)
    status = laptop.host.engine.status(laptop.instance_of(call_id)) or {}
    outcome = status["output"]["outcome"]
    if (heard, played.repeated, outcome) == (expected, [], "completed"):
        return None
    return f"typed for {expected}, heard {heard}, twice {played.repeated}, and the call ended as {outcome}"

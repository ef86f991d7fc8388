"""Late, repeated, reordered and lost: whatever happens on the way, the bot takes the keys that were typed.

Each run is one call and follows from its seed; a failure names the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from interleaving import environment, run
from line import Weather

import connections
from connections import Connections
from localhost.knobs import Knobs
from localhost.memory_storage import MemoryStorage
from settings import Settings

# Four of five runs are here; `test_whole_path.py` has the others.
SHARE = 4 / 5
CHUNK = 20
# Nothing is lost, late or repeated; Graph merely takes its time to answer.
MILD = Weather(answers_within_s=0.5)
TWINS = range(20)
# Of these: for the SDK each wait of a name that was ever early is over at once, over and over, until Python gives up.
TWINS_WRONG = 16


@pytest.fixture(scope="module")
def bot() -> Iterator[Connections]:
    """What all runs share of the bot; each has its own storage, clock and Graph."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)  # function_app.py checks its settings on import
        yield Connections.from_settings(Settings.from_mapping(environment()), storage=MemoryStorage())
        connections.use(None)


def runs(config: pytest.Config) -> int:
    """How many to try; the option is known only where pytest was pointed at this folder."""
    return config.getoption("--delivery-runs", None) or 500


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" in metafunc.fixturenames:
        total = int(runs(metafunc.config) * SHARE)
        chunks = [range(first, min(first + CHUNK, total)) for first in range(0, total, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=[f"{seeds.start}-{seeds.stop - 1}" for seeds in chunks])


def cruel(seed: int) -> tuple[Weather, Knobs]:
    """Notifications late by up to the window, some of them twice; events lost or late, activities run twice."""
    dice = random.Random(f"weather of {seed}")
    lost, slow_s = dice.choice((0.0, 0.05, 0.3)), dice.choice((0.05, 0.5))
    weather = Weather(late_s=0.14, duplicates=0.15, answers_within_s=dice.choice((0.05, 0.3, 1.0)))
    return weather, Knobs(
        drop_event=lambda instance, name: dice.random() < lost,
        duplicate_event=lambda instance, name: dice.random() < 0.05,
        duplicate_activity=lambda instance, name: dice.random() < 0.1,
        delivery_delay_s=lambda instance: dice.choice((0.0, 0.0, dice.uniform(0.0, slow_s))),
    )


async def test_what_was_typed_is_taken_once_and_in_order(bot: Connections, seeds: range) -> None:
    generations = 0
    for seed in seeds:
        weather, knobs = cruel(seed)
        done = await run(bot, seed, weather=weather, knobs=knobs)
        assert done.right, str(done)
        generations += done.generations
    assert generations >= len(seeds) // 5  # continue-as-new is among what was tried


async def test_a_twin_with_one_event_name_for_all_fails_where_the_real_one_does_not(bot: Connections) -> None:
    twins = [await run(bot, seed, weather=MILD, knobs=Knobs(), naive=True) for seed in TWINS]
    real = [await run(bot, seed, weather=MILD, knobs=Knobs()) for seed in TWINS]
    assert [str(done) for done in real if not done.right] == []
    wrong = [str(done) for done in twins if not done.right]
    assert len(wrong) == TWINS_WRONG, "\n".join(["these tests do not see what they are there for", *wrong])

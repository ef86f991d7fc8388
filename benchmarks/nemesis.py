"""A thousand calls on the storage twin and fifty on Azurite while everything around the bot fails; seeded."""

from __future__ import annotations

import secrets

from benchmarks.measuring import Result, progress
from benchmarks.suite import pytest_run

ROUNDS, AZURITE_ROUNDS = 40, 5


async def run() -> Result:
    """Run `tests/nemesis` for longer, with a seed of its own. Raises `AssertionError`, with what pytest said."""
    seed = secrets.randbelow(10**6)
    progress(f"seed {seed}\n")
    rounds = ["--nemesis-rounds", str(ROUNDS), "--nemesis-azurite-rounds", str(AZURITE_ROUNDS)]
    said, minutes = await pytest_run("tests/nemesis", "--nemesis-seed", str(seed), *rounds, "-s")
    return Result(
        title="calls in foul weather",
        counts={"seed": seed, "twin": ROUNDS * 25, "azurite": AZURITE_ROUNDS * 10, "faults": 0, "minutes": minutes},
        notes=[line.strip() for line in said.splitlines() if line.startswith(("  ", "they ended"))],
    )

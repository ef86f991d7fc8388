"""Ten times the interleavings of notifications that the test suite tries; takes a quarter of an hour."""

from __future__ import annotations

from benchmarks.measuring import Result, progress
from benchmarks.suite import pytest_run

RUNS = 5000


async def run() -> Result:
    """Run the delivery tests in two processes. Raises `AssertionError`, with what pytest said, when one fails."""
    progress(f"{RUNS} interleavings, this takes a while\n")
    words = ["tests/delivery", "--delivery-runs", str(RUNS), "-n", "2", "-k", "test_interleavings or test_whole_path"]
    _, minutes = await pytest_run(*words)
    return Result(
        title="interleavings of notifications, duplicates, losses and restarts",
        counts={"interleavings": RUNS, "failed": 0, "minutes": minutes},
        notes=[f"python -m pytest tests/delivery --delivery-runs {RUNS}"],
    )

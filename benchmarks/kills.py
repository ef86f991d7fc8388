"""Kills the bot at every event of every golden call's history, with three delays of redelivery: over 2,000 times."""

from __future__ import annotations

from benchmarks.measuring import Result
from benchmarks.suite import pytest_run

REDELIVERIES = "at once, after 5 s and after 30 s"


async def run() -> Result:
    """Run the test of `tests/delivery` at all kill points. Raises `AssertionError`, with what pytest said."""
    said, minutes = await pytest_run("tests/delivery/test_every_event.py", "--delivery-kills", "1.0", "-s")
    report = [line for line in said.splitlines() if " kills in " in line or line.startswith("  ")]
    return Result(
        title="deaths of the bot at every event of 15 golden calls",
        counts={"kills": int(report[0].split()[0]), "runs": int(report[0].split()[3]), "faults": 0, "minutes": minutes},
        notes=[f"redelivery {REDELIVERIES}", *(line.strip() for line in report if line.startswith("  at"))],
    )

"""Ten times the interleavings of notifications that the test suite tries; takes a quarter of an hour."""

from __future__ import annotations

import asyncio
import sys
import time

from benchmarks.measuring import Result, progress
from cli.laptop import APP_FOLDER

RUNS = 5000


async def run() -> Result:
    """Run the delivery tests in two processes. Raises `AssertionError`, with what pytest said, when one fails."""
    command = [sys.executable, "-m", "pytest", "tests/delivery", "--delivery-runs", str(RUNS), "-n", "2"]
    command += ["-k", "test_interleavings or test_whole_path", "--color", "no"]
    progress(f"{RUNS} interleavings, this takes a while\n")
    began = time.monotonic()
    pipe = asyncio.subprocess.PIPE
    together = asyncio.subprocess.STDOUT
    child = await asyncio.create_subprocess_exec(*command, cwd=APP_FOLDER, stdout=pipe, stderr=together)
    output, _ = await child.communicate()
    assert child.returncode == 0, output.decode(errors="replace")[-4000:]
    return Result(
        title="interleavings of notifications, duplicates, losses and restarts",
        counts={"interleavings": RUNS, "failed": 0, "minutes": round((time.monotonic() - began) / 60, 1)},
        notes=[f"python -m pytest tests/delivery --delivery-runs {RUNS}"],
    )

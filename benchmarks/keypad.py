"""Ten times the numbers that the test suite has typed on a keypad; takes some ten minutes."""

from __future__ import annotations

import asyncio
import sys
import time

from benchmarks.measuring import Result, progress
from cli.laptop import APP_FOLDER

NUMBERS = 5000


async def run() -> Result:
    """Run the keypad test in two processes. Raises `AssertionError`, with what pytest said, when a digit is wrong."""
    command = [sys.executable, "-m", "pytest", "tests/delivery/test_keypad.py", "--delivery-runs", str(NUMBERS)]
    progress(f"{NUMBERS} numbers, this takes a while\n")
    began = time.monotonic()
    pipe = asyncio.subprocess.PIPE
    together = asyncio.subprocess.STDOUT
    child = await asyncio.create_subprocess_exec(
        *command, "-n", "2", "--color", "no", cwd=APP_FOLDER, stdout=pipe, stderr=together
    )
    output, _ = await child.communicate()
    assert child.returncode == 0, output.decode(errors="replace")[-4000:]
    return Result(
        title="numbers of 1 to 16 digits, typed before, while and after they are asked for",
        counts={"numbers": NUMBERS, "wrong": 0, "minutes": round((time.monotonic() - began) / 60, 1)},
        notes=[f"python -m pytest tests/delivery/test_keypad.py --delivery-runs {NUMBERS}"],
    )

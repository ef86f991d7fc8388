"""Tests that are run for longer than the test suite runs them."""

from __future__ import annotations

import asyncio
import sys
import time

from cli.laptop import APP_FOLDER


async def pytest_run(*words: str) -> tuple[str, float]:
    """Run pytest; returns what it said and how many minutes it took.

    Raises `AssertionError`, with the end of what it said, when a test fails.
    """
    began = time.monotonic()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", *words, "--color", "no", "--show-capture", "no"),
        cwd=APP_FOLDER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await child.communicate()
    said = output.decode(errors="replace")
    assert child.returncode == 0, said[-4000:]
    return said, round((time.monotonic() - began) / 60, 1)

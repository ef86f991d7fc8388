"""Whole calls: simulator and bot in one process, in virtual time, on the storage twin.

Makes `callers` and the modules of `tests/contract` importable; `tests` itself is no package.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.laptop import Laptop, open_laptop
from clock import VirtualClock

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "contract")]


@pytest.fixture
async def laptop() -> AsyncIterator[Laptop]:
    async with open_laptop(VirtualClock()) as running:
        yield running

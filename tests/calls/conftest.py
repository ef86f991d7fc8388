"""Whole calls: simulator and bot in one process, in virtual time, on the storage twin."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cli.laptop import Laptop, open_laptop
from clock import VirtualClock


@pytest.fixture
async def laptop() -> AsyncIterator[Laptop]:
    async with open_laptop(VirtualClock()) as running:
        yield running

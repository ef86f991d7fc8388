"""The operators' API from outside, on a bot with a live call.

Makes the modules of `tests/calls` importable; `tests` itself is no package.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.laptop import BotOptions, open_laptop
from clock import VirtualClock

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "calls")]

from desk import DIALS, Desk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    options = BotOptions(settings=DIALS)
    async with open_laptop(VirtualClock(), options=options) as laptop, open_desk(laptop) as desk:
        yield desk

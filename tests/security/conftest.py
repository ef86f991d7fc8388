"""The webhook seen from outside: what anybody may post to it, and what that must never do.

Makes the modules of `tests/calls` and `tests/contract` importable; `tests` itself is no package.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.laptop import BotOptions, open_laptop
from clock import VirtualClock

sys.path += [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / name) for name in ("calls", "contract"))]

from doors import CALLBACK_KEY, Door, open_door


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A bot with a live call, and somebody at its door."""
    options = BotOptions(callback_key=CALLBACK_KEY)
    async with open_laptop(VirtualClock(), options=options) as laptop, open_door(laptop) as door:
        yield door

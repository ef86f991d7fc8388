"""Makes `bots` importable; `tests` itself is no package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from bots import Bot


@pytest.fixture
def bot() -> Bot:
    return Bot()

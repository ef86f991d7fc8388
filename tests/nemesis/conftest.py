"""Makes the modules beside this file, and of `tests/delivery` and `tests/calls`, importable.

`pytest tests/nemesis --nemesis-seed 7 --nemesis-rounds 40 --nemesis-azurite-rounds 5` tries others, and more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / name) for name in ("delivery", "calls"))]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nemesis-seed", type=int, default=None, help="of tests/nemesis; some fixed one when left out")
    parser.addoption("--nemesis-rounds", type=int, default=8, help="rounds of 25 calls on the storage twin")
    parser.addoption("--nemesis-azurite-rounds", type=int, default=2, help="rounds of 10 calls on Azurite")

"""Makes the modules beside this file importable, and says how many interleavings are tried.

`pytest tests/delivery --delivery-runs 5000` tries more than the suite does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "calls")]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--delivery-runs", type=int, default=None, help="how many interleavings tests/delivery tries")
    parser.addoption("--delivery-kills", type=float, default=0.33, help="the share of all kill points that is tried")

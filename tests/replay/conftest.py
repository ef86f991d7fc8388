"""Makes `golden` importable; `tests` itself is no package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from settings import STRICT_TYPING


@pytest.fixture(autouse=True)
def strict_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK decodes payloads as in every deployment."""
    monkeypatch.setenv(STRICT_TYPING, "1")

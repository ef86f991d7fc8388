"""The pages that are written from the code are not stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.documents import pages


@pytest.mark.parametrize("path", pages())
def test_a_page_is_what_the_code_says(root: Path, path: str) -> None:
    written = (root / path).read_text(encoding="utf-8")
    assert written == pages()[path], "stale: run python -m cli.documents"

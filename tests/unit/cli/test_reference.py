from __future__ import annotations

from pathlib import Path

from cli.__main__ import main
from cli.reference import FOLDER, files
from flows.kinds import KINDS
from flows.rules import RULES


def test_the_reference_in_the_repository_is_what_the_code_says() -> None:
    stale = [name for name, text in files().items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert stale == [], "write them again: python -m cli reference"


def test_it_has_every_kind_and_every_rule(tmp_path: Path) -> None:
    assert main(["reference", "--to", str(tmp_path)]) == 0
    page = (tmp_path / "flows.md").read_text(encoding="utf-8")
    assert [name for name in KINDS if f"\n### {name}\n" not in page] == []
    assert [name for name in RULES if f"| `{name}` |" not in page] == []

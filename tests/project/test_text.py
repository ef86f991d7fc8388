"""What must not stand in any file."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

# A path that only one machine has, or one that leaves the checkout.
ONE_MACHINE = re.compile(r"(?<![\w.~:/-])/(home|Users|root|work|workspace)/\w|\b[A-Z]:\\Users\\|\.\./shared\b")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):  # not text, or an editor's file that came and went
        return None


def found(root: Path, files: list[Path], pattern: re.Pattern[str]) -> list[str]:
    hits = []
    for path in files:
        for number, line in enumerate((text_of(root / path) or "").splitlines(), 1):
            if pattern.search(line) and path != Path("tests/project/test_text.py"):
                hits.append(f"{path}:{number}: {line.strip()[:100]}")
    return hits


def test_no_file_names_a_path_of_one_machine(root: Path, files: list[Path]) -> None:
    assert found(root, files, ONE_MACHINE) == []


@pytest.mark.parametrize("line", ["see /home/ann/notes", "cd /root/x", r"C:\Users\ann", "(../shared/design.md)"])
def test_a_path_of_one_machine_is_seen(line: str) -> None:
    assert ONE_MACHINE.search(line)


@pytest.mark.parametrize("line", ["https://host/work/1", "/api/calls", "docs/home/x", "~/work/x"])
def test_other_paths_are_left_alone(line: str) -> None:
    assert not ONE_MACHINE.search(line)


def test_nothing_is_marked_as_unfinished(root: Path, files: list[Path]) -> None:
    assert found(root, [path for path in files if path.suffix in {".py", ".yaml", ".toml", ".md"}], UNFINISHED) == []


def test_ci_runs_what_a_developer_runs(root: Path) -> None:
    script = root / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    text = script.read_text(encoding="utf-8")
    assert "dev.py check" in text
    assert "dev.py test" in text

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file of the project, relative to its root: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [Path(name) for name in sorted(set(listed)) if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def modules(files: list[Path]) -> list[Path]:
    """The Python files that are not tests."""
    return [path for path in files if path.suffix == ".py" and path.parts[0] != "tests"]


@pytest.fixture(scope="session")
def parse() -> Callable[[Path], ast.Module]:
    trees: dict[Path, ast.Module] = {}

    def parsed(path: Path) -> ast.Module:
        if path not in trees:
            trees[path] = ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))
        return trees[path]

    return parsed

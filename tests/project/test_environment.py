"""`settings.py` alone reads the environment; everything else takes arguments."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.deployment_zip import DEPLOYED

READERS = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


def reads_environment(tree: ast.Module) -> list[int]:
    """The lines on which a module touches `os.environ` and its like."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in READERS)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and READERS & {name.name for name in node.names})
    ]


def test_only_settings_reads_the_environment(modules: list[Path], parse: Callable[[Path], ast.Module]) -> None:
    deployed = [path for path in modules if path.parts[0] in DEPLOYED]
    found = {path.as_posix() for path in deployed if reads_environment(parse(path))}
    assert found == {"settings.py"}


@pytest.mark.parametrize("code", ["import os\nos.environ['A']", "from os import environ", "import os\nos.getenv('A')"])
def test_a_read_is_seen(code: str) -> None:
    assert reads_environment(ast.parse(code))

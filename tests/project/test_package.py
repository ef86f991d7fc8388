"""What goes to Azure is listed, not hoped for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.deployment_zip import DEPLOYED, ignored_names

# Three programs read .funcignore, each in its own way.
Reader = Callable[[str, str], bool]


def core_tools(pattern: str, path: str) -> bool:
    """`^(pattern)\\b` from the root; `*` does not cross a slash. Recent Azure Functions Core Tools."""
    return re.match(f"({_expression(pattern)})\\b", path) is not None


def older_core_tools(pattern: str, path: str) -> bool:
    """`^(pattern)`: a mere prefix.

    Source: https://github.com/Azure/azure-functions-core-tools/blob/v4.x/src/Azure.Functions.Cli/Common/GitIgnoreParser.cs
    """
    return re.match(_expression(pattern), path) is not None


def azd(pattern: str, path: str) -> bool:
    """gitignore: a bare name at any depth."""
    return any(re.fullmatch(_expression(pattern), part) for part in path.split("/"))


def _expression(pattern: str) -> str:
    escaped = re.sub(r"[-\[\]/{}()+?.\\^$|]", r"\\\g<0>", pattern.removeprefix("/"))
    return escaped.replace("**", "(.+)").replace("*", r"([^\/]+)")


READERS: list[Reader] = [core_tools, older_core_tools, azd]


def test_funcignore_holds_only_bare_names_each_once_and_in_order(root: Path) -> None:
    lines = (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+", name) for name in names)
    assert names == sorted(set(names))


def test_every_entry_of_the_root_is_deployed_or_kept_out(root: Path, files: list[Path]) -> None:
    ignored = ignored_names(root)
    assert ignored & set(DEPLOYED) == set()
    assert {path.parts[0] for path in files} - ignored == set(DEPLOYED)


@pytest.mark.parametrize("reader", READERS)
def test_every_file_that_is_deployed_passes_every_reader(root: Path, files: list[Path], reader: Reader) -> None:
    deployed = [path.as_posix() for path in files if path.parts[0] in DEPLOYED]
    lost = {path: name for path in deployed for name in ignored_names(root) if reader(name, path)}
    assert lost == {}


@pytest.mark.parametrize("reader", READERS)
def test_no_file_that_is_kept_out_passes_a_reader(root: Path, files: list[Path], reader: Reader) -> None:
    kept_out = [path.as_posix() for path in files if path.parts[0] not in DEPLOYED]
    ignored = ignored_names(root)
    assert [path for path in kept_out if not any(reader(name, path) for name in ignored)] == []


@pytest.mark.parametrize("name", ["local.settings.json", ".venv", ".local", "node_modules", ".git", "tests"])
def test_what_must_never_leave_the_machine_is_kept_out(root: Path, name: str) -> None:
    assert name in ignored_names(root)


def test_the_readers_differ_where_they_are_known_to() -> None:
    assert not core_tools("test", "tests/unit/test_a.py")
    assert older_core_tools("test", "tests/unit/test_a.py")
    assert azd("docs", "flows/docs/a.md")
    assert not core_tools("docs", "flows/docs/a.md")
    assert core_tools("*.md", "README.md")

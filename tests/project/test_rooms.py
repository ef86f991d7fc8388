"""The rooms: what they are called, and that README.md draws them as they are."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

from cli.deployment_zip import DEPLOYED

DEPLOYED_MODULES = sorted(name.removesuffix(".py") for name in DEPLOYED if "." not in name or name.endswith(".py"))
NOT_ROOMS = {"tests", "docs"}


def rooms_of(files: list[Path]) -> set[str]:
    """Folders and modules of Python at the root."""
    return {path.parts[0] for path in files if path.suffix == ".py"} - NOT_ROOMS


def rooms_in_readme(root: Path) -> dict[str, str]:
    rows = re.findall(r"^\| `([\w./]+?)/?` \|.*\| (yes|no) \|$", (root / "README.md").read_text("utf-8"), re.MULTILINE)
    return dict(rows)


@pytest.mark.parametrize("name", DEPLOYED_MODULES)
def test_a_deployed_room_is_not_hidden_by_the_standard_library_or_a_dependency(name: str) -> None:
    # The Functions worker puts the app's folder last on sys.path: whatever has the same name comes first.
    assert name not in sys.stdlib_module_names
    assert name not in importlib.metadata.packages_distributions()


def test_every_room_is_in_the_readme_and_every_room_in_the_readme_exists(root: Path, files: list[Path]) -> None:
    assert set(rooms_in_readme(root)) == rooms_of(files)


def test_the_readme_says_rightly_which_rooms_are_deployed(root: Path) -> None:
    deployed = {room for room, answer in rooms_in_readme(root).items() if answer == "yes"}
    assert {name.removesuffix(".py") for name in deployed} == set(DEPLOYED_MODULES)


def test_every_room_with_modules_is_a_package(root: Path, files: list[Path]) -> None:
    rooms = {room for room in rooms_of(files) if (root / room).is_dir()}
    assert {room for room in rooms if not (root / room / "__init__.py").exists()} == set()


def test_every_package_takes_part_in_the_import_rules(root: Path, files: list[Path]) -> None:
    configuration = (root / ".importlinter").read_text(encoding="utf-8")
    listed = re.search(r"root_packages =\n((?:    \w+\n)+)", configuration)
    assert listed is not None
    assert set(listed[1].split()) == {room for room in rooms_of(files) if (root / room).is_dir()}


def test_no_file_is_named_for_having_no_place(files: list[Path]) -> None:
    # A function that has no room is a missing word in the glossary.
    vague = re.compile(r"_?(utils?|utilities|helpers?|common|shared|misc|tools|stuff)", re.IGNORECASE)
    assert [str(path) for path in files if any(vague.fullmatch(part.split(".")[0]) for part in path.parts)] == []


def test_no_folder_of_tests_is_a_package(files: list[Path]) -> None:
    # A package tests/calls would be imported as `calls` and hide the room.
    assert [str(path) for path in files if path.parts[0] == "tests" and path.name == "__init__.py"] == []


def test_every_room_with_unit_tests_exists(root: Path) -> None:
    tested = {path.name for path in (root / "tests" / "unit").iterdir() if any(path.glob("test_*.py"))}
    assert {name for name in tested if not (root / name).is_dir() and not (root / f"{name}.py").is_file()} == set()

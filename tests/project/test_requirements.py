"""What is installed: pinned, each with the reason it is there, the runtime apart from the tools."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PINNED = re.compile(r"([A-Za-z0-9._-]+)==[0-9][0-9A-Za-z.]*(?:; *[^#]+?)?")
FIXED_BY_THE_OWNER = {"azure-functions", "azure-functions-durable", "msal", "httpx", "azure-storage-blob"}


def runtime_lines(root: Path) -> list[str]:
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def development_lines(root: Path) -> list[str]:
    """The lines of pyproject.toml that name a development package, with their comments."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    groups = text.split("[dependency-groups]")[1].split("\n[")[0]
    return [line.strip() for line in groups.splitlines() if line.strip().startswith('"')]


def name_of(requirement: str) -> str:
    return re.split(r"[=;\s]", requirement.strip().strip('",'))[0].lower()


def test_every_runtime_package_is_pinned_with_a_reason(root: Path) -> None:
    for line in runtime_lines(root):
        requirement, _, reason = line.partition("#")
        assert PINNED.fullmatch(requirement.strip()), line
        assert reason.strip(), line


def test_every_development_package_is_pinned_with_a_reason(root: Path) -> None:
    assert development_lines(root)
    for line in development_lines(root):
        requirement, _, reason = line.partition("#")
        assert PINNED.fullmatch(requirement.strip().strip('",')), line
        assert reason.strip(), line


def test_every_development_package_has_a_line_of_its_own(root: Path) -> None:
    groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    assert sum(len(group) for group in groups.values()) == len(development_lines(root))


def test_no_package_is_both_deployed_and_a_tool(root: Path) -> None:
    assert {name_of(line) for line in runtime_lines(root)} & {
        name_of(line) for line in development_lines(root)
    } == set()


def test_the_packages_that_the_project_is_built_on_are_there(root: Path) -> None:
    assert {name_of(line) for line in runtime_lines(root)} >= FIXED_BY_THE_OWNER
    assert "pytest" in {name_of(line) for line in development_lines(root)}


def test_the_npm_lock_installs_from_whatever_registry_the_machine_uses(root: Path) -> None:
    assert '"resolved"' not in (root / "package-lock.json").read_text(encoding="utf-8")

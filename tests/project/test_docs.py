"""What README and docs say is so."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import dev
from triggers.health import VERSION


def documents(files: list[Path]) -> list[Path]:
    return [path for path in files if path.suffix == ".md"]


def anchors_of(text: str) -> set[str]:
    """The fragments that a page's headings can be reached by."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_command_of_dev_py_is_in_the_readme_and_the_other_way_round(root: Path) -> None:
    named = set(re.findall(r"python dev\.py (\w+)", (root / "README.md").read_text(encoding="utf-8")))
    assert named == set(dev.COMMANDS)


def test_every_command_that_a_document_tells_to_run_exists(root: Path, files: list[Path]) -> None:
    for path in documents(files):
        text = (root / path).read_text(encoding="utf-8")
        assert set(re.findall(r"dev\.py (\w+)", text)) <= set(dev.COMMANDS), path
        for module in re.findall(r"python -m ([\w.]+)", text):
            if module.split(".")[0] in {"pip", "venv", "pytest"}:
                continue
            place = root / module.replace(".", "/")
            assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), f"{path}: {module}"


def test_every_link_leads_somewhere(root: Path, files: list[Path]) -> None:
    broken = []
    for path in documents(files):
        text = (root / path).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?://|mailto:", target):
                continue
            file, _, fragment = target.partition("#")
            there = (root / path).parent / file if file else root / path
            if not there.exists() or root not in [there.resolve(), *there.resolve().parents]:
                broken.append(f"{path}: {target}")
            elif fragment and fragment not in anchors_of(there.read_text(encoding="utf-8")):
                broken.append(f"{path}: {target} has no such heading")
    assert broken == []


def test_every_test_that_a_page_names_is_there(root: Path, files: list[Path]) -> None:
    named = {
        (path.as_posix(), name)
        for path in documents(files)
        for name in re.findall(r"`(tests/[\w./-]+)", (root / path).read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert [each for each in sorted(named) if not (root / each[1]).exists()] == []


def test_every_page_of_docs_is_linked_from_another(root: Path, files: list[Path]) -> None:
    linked = {
        ((root / path).parent / target.partition("#")[0]).resolve().relative_to(root)
        for path in documents(files)
        for target in re.findall(r"\]\(([^)\s:]+)\)", (root / path).read_text(encoding="utf-8"))
    }
    assert [str(path) for path in documents(files) if path.parts[0] == "docs" and path not in linked] == []


def test_every_setting_is_documented_and_every_documented_one_is_read(
    root: Path, parse: Callable[[Path], ast.Module]
) -> None:
    # Names of variables are the only all-capital (or AzureWebJobs...) string constants that settings.py has.
    name = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|FLOWS|PRICES|AzureWebJobsStorage\w*")
    constants = [node.value for node in ast.walk(parse(Path("settings.py"))) if isinstance(node, ast.Constant)]
    read = {value for value in constants if isinstance(value, str) and name.fullmatch(value)}
    page = (root / "docs/reference/settings.md").read_text(encoding="utf-8")
    documented = {
        word for row in re.findall(r"^\| (.+?) \|", page, re.MULTILINE) for word in re.findall(r"`(\w+)`", row)
    }
    assert documented == read


def test_every_setting_of_the_example_file_is_read(root: Path, parse: Callable[[Path], ast.Module]) -> None:
    constants = {node.value for node in ast.walk(parse(Path("settings.py"))) if isinstance(node, ast.Constant)}
    example = json.loads((root / "local.settings.example.json").read_text(encoding="utf-8"))
    assert set(example["Values"]) - {"FUNCTIONS_WORKER_RUNTIME"} <= constants


def test_every_route_is_documented_and_every_documented_one_exists(root: Path, files: list[Path]) -> None:
    served = set()
    for path in files:
        if path.parts[0] == "triggers" and path.suffix == ".py":
            for arguments in re.findall(r"\.route\((.+?)\)\n", (root / path).read_text(encoding="utf-8"), re.DOTALL):
                route = re.search(r'route="([^"]+)"', arguments)
                methods = re.search(r"methods=\[([^\]]+)\]", arguments)
                assert route is not None, path
                assert methods is not None, path
                served |= {f"{method} /api/{route[1]}" for method in re.findall(r"[A-Z]+", methods[1])}
    page = (root / "docs/reference/http.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z, ]+) (/\S+)` \|", page, re.MULTILINE)
    assert {f"{method} {route}" for methods, route in rows for method in methods.split(", ")} == served


def test_one_version_everywhere(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version == VERSION
    newest = re.search(r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] in (version, "Unreleased")

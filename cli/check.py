"""`callwright check`: everything that is wrong with flows and routes, before a caller finds it."""

from __future__ import annotations

import argparse
import ast
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flows.checker import START, Source, Voices, check
from flows.checks import Limits
from flows.problems import Place, Problem
from flows.rules import RULES, Rule
from flows.source import MAX_BYTES
from prompts.catalogue import Catalogue, PromptError
from triggers.health import VERSION

ROUTES = "routes.yaml"
FUNCTIONS = "functions.py"
PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="+", type=Path, help="a folder of flows with its routes.yaml, or single files")
    parser.add_argument("--format", choices=tuple(_FORMATS), default="text", help="how findings are printed")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="folder with audio/LOCALE/ID.wav")
    parser.add_argument("--dead-air", type=float, default=10.0, metavar="SECONDS", help="longest silence for a caller")
    parser.add_argument(
        "--dial-allow", default="", metavar="PREFIXES", help="what the deployment sets as DIAL_ALLOW: +44,+1202"
    )
    parser.add_argument(
        "--http-allow", metavar="HOSTS", help="what it sets as HTTP_ALLOW: api.example.com,crm.example.com:8443"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check; 0 when nothing is wrong, 1 when something is, 2 when there is nothing to check."""
    files = find(options.paths)
    if not files:
        print(f"check: no .yaml file in {', '.join(map(str, options.paths))}", file=sys.stderr)
        return 2
    try:
        voices = read_voices(options.prompts)
    except PromptError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    limits = Limits(
        dead_air_ms=round(options.dead_air * 1000),
        dial_allow=prefixes(options.dial_allow),
        http_allow=None if options.http_allow is None else hosts(options.http_allow),
        functions=read_functions(files),
    )
    findings = check_files(files, voices=voices, limits=limits)
    print(_FORMATS[options.format](findings))
    return 1 if findings else 0


def prefixes(dial_allow: str) -> tuple[str, ...]:
    """The setting DIAL_ALLOW: beginnings of numbers, with commas between them."""
    return tuple(each.strip() for each in dial_allow.split(",") if each.strip())


def hosts(http_allow: str) -> tuple[str, ...]:
    """The setting HTTP_ALLOW: hosts with commas between them, as `Settings` reads it."""
    return tuple(each.lower().removesuffix(":443") for each in prefixes(http_allow))


def find(paths: Sequence[Path]) -> list[Path]:
    """The files to check: those named, and the .yaml files of folders named, not those of folders below."""
    found = [each for path in paths for each in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    return list(dict.fromkeys(found))


def read_functions(files: Sequence[Path]) -> tuple[str, ...] | None:
    """The functions that `functions.py` beside the files has, read without running it; None where that cannot be."""
    names: list[str] = []
    for folder in dict.fromkeys(path.parent for path in files):
        if not (folder / FUNCTIONS).is_file():
            continue
        try:
            tree = ast.parse((folder / FUNCTIONS).read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            return None
        for each in tree.body:
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "FUNCTIONS":
                if not isinstance(each.value, ast.Dict):
                    return None
                names += [str(key.value) for key in each.value.keys if isinstance(key, ast.Constant)]
    return tuple(names)


def check_files(files: Sequence[Path], *, voices: Voices | None, limits: Limits | None = None) -> list[Problem]:
    """Check files; one that cannot be read is a finding of its own."""
    sources: list[Source] = []
    unreadable: list[Problem] = []
    for path in files:
        try:
            sources.append(_source(path))
        except OSError as error:
            message = f"the file cannot be read: {error.strerror or error}"
            unreadable.append(Problem(file=str(path), place=START, message=message, rule="unreadable"))
    return [*unreadable, *check(sources, voices=voices, limits=limits)]


def _source(path: Path) -> Source:
    with path.open("rb") as file:  # no more than is needed to see that it is too much
        text = file.read(MAX_BYTES + 1).decode("utf-8", "replace")
    routes = path.name == ROUTES
    return Source(file=str(path), text=text, routes=routes, id=None if routes else path.stem)


def read_voices(folder: Path) -> Voices:
    """The prompts of every locale, each with its length or with what is wrong with it. Raises `PromptError`."""
    catalogue = Catalogue.load(folder, "lengths only")
    return {
        locale: {name: _length(catalogue, name, locale) for name in catalogue.ids(locale)}
        for locale in catalogue.locales
    }


def _length(catalogue: Catalogue, name: str, locale: str) -> int | str:
    try:
        return catalogue.prompt(name, locale).duration_ms
    except PromptError as error:
        return str(error)


def _text(findings: Sequence[Problem]) -> str:
    lines = [f"{each} [{each.rule}]\n    {RULES[each.rule].mend}" for each in findings]
    return "\n".join([*lines, f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"])


def _json(findings: Sequence[Problem]) -> str:
    return json.dumps([_facts(each) for each in findings], indent=2, ensure_ascii=False)


def _facts(finding: Problem) -> dict[str, Any]:
    rule, place = RULES[finding.rule], finding.place
    return {
        "file": finding.file,
        "line": place.line,
        "column": place.column,
        "path": place.path,
        "rule": rule.id,
        "level": rule.level,
        "message": finding.message,
        "mend": rule.mend,
    }


def _sarif(findings: Sequence[Problem]) -> str:
    """SARIF 2.1.0, which code hosts show beside the lines of a change."""
    driver = {"name": "callwright", "version": VERSION, "rules": [_sarif_rule(rule) for rule in RULES.values()]}
    results = [
        {
            "ruleId": each.rule,
            "level": RULES[each.rule].level,
            "message": {"text": f"{each.message}. {RULES[each.rule].mend}"},
            "locations": [{"physicalLocation": _location(each.file, each.place)}],
        }
        for each in findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.mend},
        "defaultConfiguration": {"level": rule.level},
    }


def _location(file: str, place: Place) -> dict[str, Any]:
    uri = Path(file).as_posix()
    return {"artifactLocation": {"uri": uri}, "region": {"startLine": place.line, "startColumn": place.column}}


_FORMATS: dict[str, Callable[[Sequence[Problem]], str]] = {"text": _text, "json": _json, "sarif": _sarif}

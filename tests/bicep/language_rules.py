"""What must hold of any Bicep here: it parses, names resolve, modules fit, resources have the properties they can have.

`azure_types.json` says which properties and values there are, of the types and versions that are used: a new type or
version needs its lines there. The Bicep compiler knows more; it is not needed for this.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bicep_code import BicepFile, Code, loop_names, objects

_TYPES = json.loads((Path(__file__).parent / "azure_types.json").read_text(encoding="utf-8"))["types"]
# Of a resource whatever its type.
_EVERYWHERE = {"parent", "scope", "dependsOn", "name", "type", "location", "tags"}
_MODULE = {"name", "params", "scope", "dependsOn"}

Files = dict[str, BicepFile]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong; `rule` is the name of the function that found it."""

    rule: str
    file: str
    what: str


Rule = Callable[[Files], Iterator[tuple[str, str]]]


def findings(rules: list[Rule], files: Files) -> list[Finding]:
    """What the rules find."""
    return [Finding(rule=rule.__name__, file=file, what=what) for rule in rules for file, what in rule(files)]


def syntax(files: Files) -> Iterator[tuple[str, str]]:
    """tree-sitter takes no spread and no resourceInput either: every parser there is must read these files."""
    for name, file in files.items():
        yield from ((name, f"line {line} is not Bicep") for line in file.errors)


def described(files: Files) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        for declared in (file.parameters, file.outputs):
            yield from ((name, each) for each, one in declared.items() if "description" not in one.decorators)


def names(files: Files) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        yield from ((name, f"{each} is declared twice") for each in file.duplicates)
        yield from ((name, f"{each} is not declared") for each in file.used - file.declared - loop_names(file))
        yield from ((name, f"{each} is not used") for each in {*file.parameters, *file.variables} - file.used)
        yield from ((name, f"{each} is not camelCase") for each in file.declared if not re.fullmatch(r"[a-z]\w*", each))


def modules(files: Files) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        for symbol, module in file.modules.items():
            called = files.get(module.file)
            if called is None:
                yield name, f"{symbol}: there is no {module.file}"
                continue
            yield from ((name, f"{symbol}: modules have no {each}") for each in set(module.body) - _MODULE)
            given = set(module.body.get("params", {}))
            required = {each for each, one in called.parameters.items() if not one.has_default}
            yield from ((name, f"{symbol} takes no {each}") for each in given - set(called.parameters))
            yield from ((name, f"{symbol} needs {each}") for each in required - given)
        for symbol, output in re.findall(r"\b(\w+)!?\.outputs\.(\w+)", file.text):
            module = file.modules.get(symbol)
            called = files.get(module.file) if module else None
            if called is None or output not in called.outputs:
                yield name, f"{symbol} has no output {output}"


def every_module_is_used(files: Files) -> Iterator[tuple[str, str]]:
    called = {module.file for file in files.values() for module in file.modules.values()}
    yield from ((name, "no file calls it") for name in files if name != "main.bicep" and name not in called)


def resource_types(files: Files) -> Iterator[tuple[str, str]]:
    versions: dict[str, str] = {}
    for name, file in files.items():
        for symbol, resource in file.resources.items():
            if f"{resource.type}@{resource.version}" not in _TYPES:
                yield name, f"{symbol}: {resource.type}@{resource.version} is not a version that was checked"
            if versions.setdefault(resource.type, resource.version) != resource.version:
                yield name, f"{symbol}: {resource.type} has another version elsewhere"


def properties(files: Files) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        for symbol, resource in file.resources.items():
            known = _TYPES.get(f"{resource.type}@{resource.version}")
            if known is not None and not resource.existing:
                yield from ((name, f"{symbol}: {what}") for what in _wrong(resource.body, known))


def _wrong(body: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    for path, value in objects(body):
        shape = known["objects"].get(path)
        if shape is None:
            continue
        possible = {*shape["known"], *(_EVERYWHERE if not path else ())}
        for key in value:
            if key not in possible:
                meant = difflib.get_close_matches(key, possible, n=1)
                yield f"there is no {path}.{key}" + (f"; {meant[0]}?" if meant else "")
        yield from (f"{path}.{key} is missing" for key in shape.get("required", []) if key not in value)
        for key, given in value.items():
            allowed = known["values"].get(f"{path}.{key}".strip("."))
            if allowed and not isinstance(given, Code | dict | list) and given not in allowed:
                yield f"{path}.{key} is {given!r}, none of {allowed}"


def parameter_files(files: Files) -> Iterator[tuple[str, str]]:
    main = files["main.bicep"]
    for path in sorted(main.path.parent.rglob("*.parameters.json")):
        name = path.relative_to(main.path.parent).as_posix()
        given = json.loads(path.read_text(encoding="utf-8"))["parameters"]
        yield from ((name, f"main.bicep has no parameter {each}") for each in set(given) - set(main.parameters))
        required = {each for each, one in main.parameters.items() if not one.has_default}
        yield from ((name, f"{each} is missing") for each in required - set(given))
        for each, one in main.parameters.items():
            if each in given and "secure" in one.decorators:
                yield name, f"{each} is secret: it has no place in a file"
            allowed = re.findall(r"'([^']+)'", one.decorators.get("allowed", ""))
            if each in given and allowed and given[each]["value"] not in allowed:
                yield name, f"{each} must be one of {allowed}"


LANGUAGE: list[Rule] = [
    syntax,
    described,
    names,
    modules,
    every_module_is_used,
    resource_types,
    properties,
    parameter_files,
]

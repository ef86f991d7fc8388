"""Reads Bicep files into plain values, over tree-sitter's grammar: what is declared, and what it is set to.

Literals become Python's; objects and arrays become `dict` and `list`; everything else becomes `Code`, its own text.
Loops and conditions are looked through: what is repeated or conditional is read as if it were there once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_bicep

Node = tree_sitter.Node
_LANGUAGE = tree_sitter.Language(tree_sitter_bicep.language())
_DECLARATIONS = {
    "parameter_declaration",
    "variable_declaration",
    "resource_declaration",
    "module_declaration",
    "output_declaration",
}


class Code(str):
    """An expression that is known when it is deployed, not before; for strings with holes, without their quotes."""

    __slots__ = ()


@dataclass(kw_only=True)
class Parameter:
    type: str
    has_default: bool
    default: Any
    decorators: dict[str, str]


@dataclass(kw_only=True)
class Resource:
    type: str
    version: str
    existing: bool
    body: dict[str, Any]


@dataclass(kw_only=True)
class Module:
    file: str
    body: dict[str, Any]


@dataclass(kw_only=True)
class Output:
    value: Any
    decorators: dict[str, str]


@dataclass(kw_only=True)
class BicepFile:
    """One file; `used` are the names that its expressions mention, `calls` the functions."""

    path: Path
    text: str
    errors: list[int] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    duplicates: list[str] = field(default_factory=list)

    @property
    def declared(self) -> set[str]:
        return {*self.parameters, *self.variables, *self.resources, *self.modules}


def read(path: Path) -> BicepFile:
    """Read one file; what is no Bicep is in `errors`, by line."""
    text = path.read_text(encoding="utf-8")
    tree = tree_sitter.Parser(_LANGUAGE).parse(text.encode())
    file = BicepFile(path=path, text=text)
    file.errors = sorted(
        {node.start_point.row + 1 for node in _walk(tree.root_node) if node.is_error or node.is_missing}
    )
    decorators: dict[str, str] = {}
    for node in tree.root_node.children:
        if node.type == "decorators":
            decorators = dict(_decorator(each) for each in node.children if each.type == "decorator")
        elif node.type in _DECLARATIONS:
            _declare(file, node, decorators)
            decorators = {}
    for node in _walk(tree.root_node):
        if node.type == "call_expression" and (function := node.child_by_field_name("function")) is not None:
            file.calls.add(_text(function))
        elif node.type == "identifier" and _is_use(node):
            file.used.add(_text(node))
    return file


def read_folder(folder: Path) -> dict[str, BicepFile]:
    """Every file of a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): read(path) for path in sorted(folder.rglob("*.bicep"))}


def objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within a value with the path of properties that leads to it; arrays add nothing to a path."""
    if isinstance(value, dict):
        yield path, value
        for name, each in value.items():
            yield from objects(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each, path)


def at(value: Any, path: str) -> Any:
    """What a path of properties leads to; None where it leads nowhere."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def resolve(file: BicepFile, value: Any) -> Any:
    """The value with variables replaced by what they are set to, arrays joined by `concat` and chosen by `?:` too."""
    if isinstance(value, Code):
        if value in file.variables:
            return resolve(file, file.variables[value])
        if concatenated := re.fullmatch(r"concat\((.*)\)", value, re.DOTALL):
            parts = [resolve(file, _branch(each)) for each in _split(concatenated[1])]
            return [item for part in parts if isinstance(part, list) for item in part]
    return value


def _branch(text: str) -> Code:
    """The last name of `condition ? [] : name`."""
    return Code(re.split(r"\s:\s", text)[-1].strip())


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r",(?![^()]*\))", text)]


def _declare(file: BicepFile, node: Node, decorators: dict[str, str]) -> None:
    kind = node.type.removesuffix("_declaration")
    names = [each for each in node.children if each.type == "identifier"]
    name = _text(names[0])
    value = _value(node.children[-1])
    if name in file.declared and kind != "output":
        file.duplicates.append(name)
    if kind == "parameter":
        declared = next((_text(each) for each in node.children if each.type == "type"), "")
        has_default = any(each.type == "=" for each in node.children)
        file.parameters[name] = Parameter(
            type=declared, has_default=has_default, default=value if has_default else None, decorators=decorators
        )
    elif kind == "variable":
        file.variables[name] = value
    elif kind == "output":
        file.outputs[name] = Output(value=value, decorators=decorators)
    else:
        reference = _value(next(each for each in node.children if each.type == "string"))
        body = value if isinstance(value, dict) else {}
        if kind == "module":
            file.modules[name] = Module(file=str(reference), body=body)
        else:
            type_, _, version = str(reference).partition("@")
            existing = any(each.type == "existing" for each in node.children)
            file.resources[name] = Resource(type=type_, version=version, existing=existing, body=body)


def _decorator(node: Node) -> tuple[str, str]:
    call = node.children[-1]
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    return _text(function) if function else _text(call), _text(arguments)[1:-1] if arguments else ""


def _value(node: Node) -> Any:
    match node.type:
        case "object":
            properties = (each for each in node.children if each.type == "object_property")
            return {str(_value(each.named_children[0])): _value(each.named_children[-1]) for each in properties}
        case "array":
            return [_value(each) for each in node.named_children if each.type != "comment"]
        case "boolean":
            return _text(node) == "true"
        case "number":
            return int(_text(node))
        case "null":
            return None
        case "string":
            return _string(node)
        case "identifier" | "property_identifier" if node.parent is not None and node.parent.type == "object_property":
            return _text(node) if node == node.parent.named_children[0] else Code(_text(node))
        case "for_statement":
            repeated = _value(node.child_by_field_name("body") or node.named_children[-1])
            return repeated if node.parent is not None and node.parent.type == "resource_declaration" else [repeated]
        case "if_statement":
            return _value(node.named_children[-1])
        case _:
            return Code(_text(node))


def _string(node: Node) -> str:
    text = _text(node)[1:-1]
    literal = not any(each.type == "interpolation" for each in node.children)
    return text.replace("\\'", "'") if literal else Code(text)


def _is_use(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type == "decorator":
        return False
    if parent.type in _DECLARATIONS:
        return node != next(each for each in parent.children if each.type == "identifier")
    if parent.type == "object_property" and node == parent.named_children[0]:
        return False
    if parent.type == "call_expression":
        return node != parent.child_by_field_name("function")
    return not (parent.type == "for_statement" and node == parent.child_by_field_name("initializer"))


def loop_names(file: BicepFile) -> set[str]:
    """The names that loops give to what they go through."""
    return set(re.findall(r"\bfor (\w+) in\b", file.text)) | {
        name for pair in re.findall(r"\bfor \((\w+), (\w+)\) in\b", file.text) for name in pair
    }


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


@functools.cache
def read_cached(folder: Path) -> dict[str, BicepFile]:
    """`read_folder` for a folder that does not change meanwhile."""
    return read_folder(folder)

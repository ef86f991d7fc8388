"""Dataclasses that are read from a document field by field.

A field made by `parameter` has the key under which an author writes it, its shape, what it is for, and what holds
when it is absent: a default, or the flow's own `defaults` (`inherited`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast

from flows.problems import Place, Problems, Unreadable, unknown_name
from flows.shapes import Mention, Shape, mapping
from flows.source import Located

T = TypeVar("T")


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One field of a document: see `parameter`."""

    name: str
    key: str
    shape: Shape[Any]
    about: str
    default: Any
    inherited: bool
    missing: str


def parameter(
    key: str,
    shape: Shape[T],
    about: str,
    *,
    default: T = REQUIRED,
    inherited: bool = False,
    missing: str = "missing-key",
) -> T:
    """Declare a field. `default` is used when the key is absent; without one, or `inherited`, it is required.

    `missing` is the rule (`flows.rules`) that its absence breaks.
    """
    facts = {"parameter": (key, shape, about, default, inherited, missing)}
    if default is REQUIRED:
        return cast("T", dataclasses.field(metadata=facts))
    if isinstance(default, dict):
        return cast("T", dataclasses.field(default_factory=dict, metadata=facts))
    return cast("T", dataclasses.field(default=default, metadata=facts))


@cache
def parameters(kind: type[Any]) -> tuple[Parameter, ...]:
    """List the parameters of a dataclass, in the order of its fields."""
    found: list[Parameter] = []
    for field in dataclasses.fields(kind):
        if "parameter" in field.metadata:
            key, shape, about, default, inherited, missing = field.metadata["parameter"]
            found.append(
                Parameter(
                    name=field.name,
                    key=key,
                    shape=shape,
                    about=about,
                    default=default,
                    inherited=inherited,
                    missing=missing,
                )
            )
    return tuple(found)


def read_fields(
    kind: type[Any],
    source: Located,
    problems: Problems,
    *,
    inherited: Mapping[str, Any] | None = None,
    besides: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Read the fields of `kind` from a mapping; raises `Unreadable` after noting every problem in it.

    `inherited` gives the values of inherited fields by name; `besides` are keys that the caller reads.
    """
    entries = mapping(source, problems)
    declared = {each.key: each for each in parameters(kind)}
    sound = True
    for key in entries:
        if key not in declared and key not in besides:
            place = (source.keys or {})[key]
            problems.add(place, unknown_name("key", key, [*besides, *declared]), "unknown-key")
            sound = False
    values: dict[str, Any] = {}
    for key, each in declared.items():
        try:
            if key in entries:
                values[each.name] = each.shape.read(entries[key], problems)
            elif each.inherited and inherited is not None:
                values[each.name] = inherited[each.name]
            elif each.default is not REQUIRED:
                values[each.name] = each.default
            else:
                raise problems.refuse(_missing(source, key), f"the key '{key}' is missing: {each.about}", each.missing)
        except Unreadable:
            sound = False
    if not sound:
        raise Unreadable
    return values


def _missing(source: Located, key: str) -> Place:
    path = f"{source.place.path}.{key}" if source.place.path else key
    return dataclasses.replace(source.place, path=path)


@dataclass(frozen=True)
class Group(Shape[T], Generic[T]):
    """A mapping that becomes a dataclass of parameters."""

    kind: type[T]

    def read(self, source: Located, problems: Problems) -> T:
        """Read the dataclass."""
        return self.kind(**read_fields(self.kind, source, problems))

    def to_json(self, value: T) -> Any:
        """Give the fields by their keys."""
        return fields_to_json(value)

    def from_json(self, document: Any) -> T:
        """Read what `to_json` gave."""
        return self.kind(**fields_from_json(self.kind, document))

    def mentions(self, value: T) -> Iterator[Mention]:
        """Name what the fields refer to."""
        return mentions_of(value)

    def renamed(self, value: T, rename: Callable[[str], str]) -> T:
        """Rename in each field."""
        return renamed(value, rename)

    def schema(self) -> dict[str, Any]:
        """An object with these fields and no others."""
        return {"type": "object", **fields_schema(self.kind), "additionalProperties": False}


def fields_schema(kind: type[Any]) -> dict[str, Any]:
    """Give `properties` and `required` of JSON Schema for a dataclass's parameters."""
    properties: dict[str, Any] = {}
    for each in parameters(kind):
        form = each.shape.schema()
        about = each.about + (
            f" ({form['description']})" if form.get("description", "").startswith("a duration") else ""
        )
        properties[each.key] = {**form, "description": about}
        default = default_written(each)
        if default is not None:
            properties[each.key]["default"] = default
    required = [each.key for each in parameters(kind) if each.default is REQUIRED and not each.inherited]
    return {"properties": properties, **({"required": required} if required else {})}


def default_written(each: Parameter) -> Any:
    """Give the default as an author would write it; None where there is none, or it is nothing."""
    if each.default is REQUIRED or each.default in ("", (), None) or each.default == {}:
        return None
    return each.shape.written(each.default)


def fields_to_json(value: object) -> dict[str, Any]:
    """Give a dataclass's parameters by their keys."""
    return {each.key: each.shape.to_json(getattr(value, each.name)) for each in parameters(type(value))}


def fields_from_json(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Read what `fields_to_json` gave, as keyword arguments of `kind`.

    A field that is not there and has a default is newer than the document: a call keeps what it was pinned to.
    """
    there = [each for each in parameters(kind) if each.key in document or each.default is REQUIRED]
    return {each.name: each.shape.from_json(document[each.key]) for each in there}


def renamed(value: T, rename: Callable[[str], str]) -> T:
    """Give a copy of a dataclass of parameters with every node that these name renamed."""
    fields = {each.name: each.shape.renamed(getattr(value, each.name), rename) for each in parameters(type(value))}
    return dataclasses.replace(cast("Any", value), **fields)


def mentions_of(value: object) -> Iterator[Mention]:
    """Name everything that a dataclass's parameters refer to."""
    for each in parameters(type(value)):
        yield from each.shape.mentions(getattr(value, each.name))

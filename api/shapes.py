"""What a value of a request may be: read, with everything that is wrong with it, and told as JSON Schema.

The two must say the same: `tests/unit/api/test_shapes.py` tries documents on both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """One thing that is wrong with a request. `detail` never holds the value, which may be personal."""

    #: Where, as `to[0].phone`; empty for the body as a whole.
    field: str
    detail: str

    def to_json(self) -> dict[str, str]:
        """Give the member of a problem's `errors`."""
        return {"field": self.field, "detail": self.detail}


class Unreadable(Exception):
    """A value is not of its shape; what is wrong with it is in the list that was passed along."""


class Shape(Protocol):
    """What a value may be."""

    def read(self, value: object, at: str, wrong: list[Wrong]) -> Any:
        """The value in its one form; raises `Unreadable` once all that is wrong with it is in `wrong`."""
        ...

    def schema(self) -> JSON:
        """The same as JSON Schema (2020-12), which OpenAPI 3.1 takes as it is."""
        ...


def refuse(at: str, detail: str, wrong: list[Wrong]) -> Unreadable:
    """Note what is wrong; the caller raises what comes back."""
    wrong.append(Wrong(field=at, detail=detail))
    return Unreadable()


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text of one line that matches a pattern whole. `meaning` says what is wanted: "a number like +44..."."""

    meaning: str
    pattern: str = r"[^\x00-\x1f\x7f]+"
    most: int = 200
    example: str | None = None
    form: Callable[[str], str] = str

    def read(self, value: object, at: str, wrong: list[Wrong]) -> str:
        """The text in its one form."""
        if not isinstance(value, str) or len(value) > self.most or not re.fullmatch(self.pattern, value):
            raise refuse(at, f"must be {self.meaning}", wrong)
        return self.form(value)

    def schema(self) -> JSON:
        """A string with a pattern."""
        told: JSON = {"type": "string", "maxLength": self.most, "pattern": f"^{self.pattern}$"}
        if self.example is not None:
            told["examples"] = [self.example]
        return {**told, "description": _sentence(self.meaning)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One of a few words."""

    allowed: tuple[str, ...]

    def read(self, value: object, at: str, wrong: list[Wrong]) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.allowed:
            raise refuse(at, f"must be one of {', '.join(self.allowed)}", wrong)
        return value

    def schema(self) -> JSON:
        """An enumeration."""
        return {"type": "string", "enum": list(self.allowed)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A whole number within bounds."""

    least: int
    most: int

    def read(self, value: object, at: str, wrong: list[Wrong]) -> int:
        """The number; JSON's 60.0 is 60."""
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole or not self.least <= cast("float", value) <= self.most:
            raise refuse(at, f"must be a whole number from {self.least} to {self.most}", wrong)
        return int(cast("float", value))

    def schema(self) -> JSON:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: object, at: str, wrong: list[Wrong]) -> bool:
        """The flag."""
        if not isinstance(value, bool):
            raise refuse(at, "must be true or false", wrong)
        return value

    def schema(self) -> JSON:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Nullable:
    """Null, or something else."""

    shape: Shape

    def read(self, value: object, at: str, wrong: list[Wrong]) -> Any:
        """The value, or None."""
        return None if value is None else self.shape.read(value, at, wrong)

    def schema(self) -> JSON:
        """Its type, or null."""
        told = self.shape.schema()
        return {**told, "type": [told["type"], "null"]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """A list, each item once."""

    shape: Shape
    least: int = 1
    most: int

    def read(self, value: object, at: str, wrong: list[Wrong]) -> list[Any]:
        """The items, after whatever is wrong with any of them is noted."""
        if not isinstance(value, list) or not self.least <= len(cast("list[object]", value)) <= self.most:
            raise refuse(at, f"must be a list of {self.least} to {self.most}", wrong)
        items: list[Any] = []
        for index, item in enumerate(cast("list[object]", value)):
            place, before = f"{at}[{index}]", len(wrong)
            try:
                read = self.shape.read(item, place, wrong)
            except Unreadable:
                continue
            if read in items and len(wrong) == before:
                wrong.append(Wrong(field=place, detail="is in the list already"))
                continue
            items.append(read)
        if len(items) < len(cast("list[object]", value)):
            raise Unreadable
        return items

    def schema(self) -> JSON:
        """An array."""
        bounds = {"minItems": self.least, "maxItems": self.most, "uniqueItems": True}
        return {"type": "array", "items": self.shape.schema(), **bounds}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A member of an object."""

    name: str
    shape: Shape
    about: str
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What must hold between the fields of an object whose fields are each sound."""

    #: Where the fault lies, within the object.
    field: str
    detail: str
    holds: Callable[[JSON], bool]
    #: The same as JSON Schema.
    schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """An object with these members and no others."""

    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = field(default=())

    def read(self, value: object, at: str, wrong: list[Wrong]) -> JSON:
        """The members that are there, after whatever is wrong with any of them is noted."""
        given, before = _object(value, at, wrong), len(wrong)
        known = {each.name: each for each in self.fields}
        wrong.extend(Wrong(field=_within(at, name), detail=_unknown(name, known)) for name in given.keys() - known)
        read: JSON = {}
        for name, each in known.items():
            if name in given:
                try:
                    read[name] = each.shape.read(given[name], _within(at, name), wrong)
                except Unreadable:
                    continue
            elif each.required:
                wrong.append(Wrong(field=_within(at, name), detail=f"is missing: {each.about}"))
        if len(wrong) == before:
            broken = (rule for rule in self.rules if not rule.holds(read))
            wrong.extend(Wrong(field=_within(at, rule.field), detail=rule.detail) for rule in broken)
        if len(wrong) > before:
            raise Unreadable
        return read

    def schema(self) -> JSON:
        """An object that takes nothing else."""
        told: JSON = {
            "type": "object",
            "properties": {each.name: {"description": _sentence(each.about), **_of(each)} for each in self.fields},
            "additionalProperties": False,
        }
        if required := [each.name for each in self.fields if each.required]:
            told["required"] = required
        if self.rules:
            told["allOf"] = [dict(rule.schema) for rule in self.rules]
        return told


@dataclass(frozen=True, slots=True)
class Either:
    """One of several objects; each is told apart by a member that only it has, and that it always has."""

    kinds: Mapping[str, Group]

    def read(self, value: object, at: str, wrong: list[Wrong]) -> JSON:
        """The object."""
        given = _object(value, at, wrong)
        named = [name for name in self.kinds if name in given]
        if len(named) != 1:
            raise refuse(at, f"must have exactly one of {', '.join(self.kinds)}", wrong)
        return self.kinds[named[0]].read(given, at, wrong)

    def schema(self) -> JSON:
        """Exactly one of the objects."""
        return {"type": "object", "oneOf": [group.schema() for group in self.kinds.values()]}


def read(shape: Shape, document: object) -> tuple[Any, list[Wrong]]:
    """A document in its one form, or None with everything that is wrong with it, sorted by field."""
    wrong: list[Wrong] = []
    try:
        return shape.read(document, "", wrong), []
    except Unreadable:
        return None, sorted(wrong, key=lambda each: each.field)


def _object(value: object, at: str, wrong: list[Wrong]) -> JSON:
    if not isinstance(value, dict):
        raise refuse(at, "must be a JSON object", wrong)
    return cast("JSON", value)


def _of(member: Field) -> JSON:
    told = member.shape.schema()
    told.pop("description", None)
    return told


def _within(at: str, name: str) -> str:
    # A name that nobody declared may be anything: it is cut, and only ever told to who sent it.
    return f"{at}.{name[:60]}" if at else name[:60]


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"is not known here (known: {', '.join(known) or 'none'})"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."

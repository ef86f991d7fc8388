"""Shapes of single values that any document has: numbers, words, names, durations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flows import expressions
from flows.problems import Problems, unknown_name
from flows.shapes.shape import Mention, Shape, raw_text
from flows.source import Located

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_LOCALE = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_DURATION = re.compile(r"([0-9]{1,7})(ms|s|m|h)")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


class Flag(Shape[bool]):
    """True or false."""

    def read(self, source: Located, problems: Problems) -> bool:
        """Read `true` or `false`; YAML 1.1's `yes` and `on` are text."""
        if not isinstance(source.value, bool):
            raise problems.refuse(source.place, f"{source.kind} is not true or false")
        return source.value

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Integer(Shape[int]):
    """A whole number within bounds."""

    least: int
    most: int

    def read(self, source: Located, problems: Problems) -> int:
        """Read a whole number."""
        value = source.value
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise problems.refuse(source.place, f"{source.kind} is not a whole number from {self.least} to {self.most}")
        return value

    def schema(self) -> dict[str, Any]:
        """A bounded integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Duration(Shape[int]):
    """A length of time, held in milliseconds: `500ms`, `5s`, `2m`, `1h`."""

    least_ms: int
    most_ms: int
    whole_seconds: bool = False
    beyond: str = "wrong-value"  # the checker's rule that a value out of bounds breaks

    def read(self, source: Located, problems: Problems) -> int:
        """Read a number with its unit."""
        match = _DURATION.fullmatch(source.raw or "")
        value = int(match[1]) * _UNIT_MS[match[2]] if match else -1
        if not self.least_ms <= value <= self.most_ms:
            bounds = f"from {_duration(self.least_ms)} to {_duration(self.most_ms)}"
            rule = self.beyond if value > self.most_ms else "wrong-value"
            message = f"{source.kind} is not a duration {bounds}, such as 5s or 500ms"
            raise problems.refuse(source.place, message, rule)
        if self.whole_seconds and value % 1000:
            raise problems.refuse(source.place, f"{source.kind} is not whole seconds, which is all Graph takes here")
        return value

    def written(self, value: int) -> Any:
        """Give the number with its unit."""
        return _duration(value)

    def schema(self) -> dict[str, Any]:
        """The form; the bounds are in the description, for no pattern can hold them."""
        bounds = f"a duration from {_duration(self.least_ms)} to {_duration(self.most_ms)}"
        units = "s|m|h" if self.whole_seconds else "ms|s|m|h"
        return {"type": "string", "pattern": f"^[0-9]{{1,7}}({units})$", "description": bounds}


def _duration(ms: int) -> str:
    return f"{ms}ms" if ms % 1000 else f"{ms // 1000}s"


@dataclass(frozen=True)
class Word(Shape[str]):
    """One of a few words."""

    allowed: tuple[str, ...]
    what: str

    def read(self, source: Located, problems: Problems) -> str:
        """Read one of the allowed words."""
        raw = raw_text(source, problems)
        if raw not in self.allowed:
            raise problems.refuse(source.place, unknown_name(self.what, raw, self.allowed))
        return raw

    def schema(self) -> dict[str, Any]:
        """One of the words."""
        return {"enum": list(self.allowed)}


@dataclass(frozen=True)
class Name(Shape[str]):
    """A name: a letter, then letters, digits, `-` and `_`; 64 at most."""

    what: str = "name"

    def read(self, source: Located, problems: Problems) -> str:
        """Read a name."""
        raw = raw_text(source, problems)
        if not _NAME.fullmatch(raw):
            rule = "a letter, then at most 63 letters, digits, - or _"
            raise problems.refuse(source.place, f"'{raw[:60]}' is no {self.what}: {rule}")
        return raw

    def schema(self) -> dict[str, Any]:
        """The form of a name."""
        return {"type": "string", "pattern": f"^{_NAME.pattern}$", "description": "a name"}


class Text(Shape[str]):
    """A short text."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read up to 200 characters."""
        raw = raw_text(source, problems)
        if not 0 < len(raw) <= 200:
            raise problems.refuse(source.place, "a text of 1 to 200 characters is wanted here")
        return raw

    def schema(self) -> dict[str, Any]:
        """A text of some length."""
        return {"type": ["string", "number"], "minLength": 1, "maxLength": 200}


class Locale(Shape[str]):
    """A locale such as `en-US`."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a language and region."""
        raw = raw_text(source, problems)
        if not _LOCALE.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:20]}' is not a locale such as en-US")
        return raw

    def schema(self) -> dict[str, Any]:
        """Language and region."""
        return {"type": "string", "pattern": f"^{_LOCALE.pattern}$"}


class NodeName(Shape[str]):
    """The name of a node of the same flow."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a node's name; that it exists is checked when all nodes are read."""
        return Name("name of a node").read(source, problems)

    def renamed(self, value: str, rename: Callable[[str], str]) -> str:
        """Give the new name."""
        return rename(value)

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the node."""
        return (Mention(kind="node", name=value),)

    def schema(self) -> dict[str, Any]:
        """The form of a name; which ones exist, the checker knows."""
        return {"$ref": "#/$defs/nodeName"}


class PromptName(Shape[str]):
    """The id of a prompt of the catalogue."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a prompt id."""
        return Name("prompt id").read(source, problems)

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the prompt."""
        return (Mention(kind="prompt", name=value),)

    def schema(self) -> dict[str, Any]:
        """The form of an id; which ones exist, the checker knows."""
        return {"$ref": "#/$defs/promptName"}


@dataclass(frozen=True)
class Variable(Shape[str]):
    """The name of a variable that gets a value here."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a variable's name."""
        raw = raw_text(source, problems)
        if not _VARIABLE.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:60]}' is no variable: letters, digits and _, 40 at most")
        return raw

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the variable that is set."""
        return (Mention(kind="sets", name=value),)

    def schema(self) -> dict[str, Any]:
        """The form of a variable's name."""
        return {"type": "string", "pattern": f"^{_VARIABLE.pattern}$", "description": "a variable"}


class Formula(Shape[str]):
    """An expression, held as text (`flows.expressions`)."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read an expression and check that it can be evaluated."""
        raw = raw_text(source, problems)
        try:
            return expressions.parse(raw).text
        except expressions.ExpressionError as error:
            raise problems.refuse(source.place, f"not an expression: {error}", "bad-expression") from None

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the variables it uses."""
        return (Mention(kind="uses", name=name) for name in sorted(expressions.parse(value).variables))

    def schema(self) -> dict[str, Any]:
        """A text, or a number or boolean that YAML makes of it."""
        return {"$ref": "#/$defs/expression"}


class Constant(Shape[expressions.Value]):
    """A text, number, true, false or null."""

    def read(self, source: Located, problems: Problems) -> expressions.Value:
        """Read a scalar."""
        if isinstance(source.value, dict | list):
            raise problems.refuse(source.place, f"{source.kind} is not a text, number, true, false or null")
        return source.value

    def schema(self) -> dict[str, Any]:
        """A scalar."""
        return {"type": ["string", "number", "boolean", "null"]}

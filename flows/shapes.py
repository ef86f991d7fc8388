"""The shapes a value in a document can have: how it is read, written as JSON, and what it refers to.

A node kind is a dataclass whose fields are `parameter`s, each with one of these shapes. Reading a document, writing
and reading JSON, listing the prompts of a flow and checking its references all follow from the fields, so a new kind
needs no code for any of them. Plain frozen dataclasses rather than msgspec or pydantic: every value must report its
line, column and key with all other errors, which neither does, and durations, keys and references need their own
readers anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, Literal, TypeVar

from flows import expressions
from flows.acts import Target
from flows.problems import Problems, Unreadable, unknown_name
from flows.source import Located

T = TypeVar("T")

MentionKind = Literal["prompt", "node", "uses", "sets"]
KEYS = "0123456789*#ABCD"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_DURATION = re.compile(r"([0-9]{1,7})(ms|s|m|h)")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_IDENTITY = re.compile(r"[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A name that a value refers to: a prompt, a node, a variable it uses or one it sets."""

    kind: MentionKind
    name: str


class Shape(Generic[T]):
    """How one kind of value is read. `read` raises `Unreadable` once the problem is noted."""

    def read(self, source: Located, problems: Problems) -> T:
        """Read a value of a document."""
        raise NotImplementedError

    def to_json(self, value: T) -> Any:
        """Give the value as JSON."""
        return value

    def from_json(self, document: Any) -> T:
        """Read what `to_json` gave."""
        return document

    def mentions(self, value: T) -> Iterable[Mention]:
        """Name what the value refers to."""
        return ()


class Flag(Shape[bool]):
    """True or false."""

    def read(self, source: Located, problems: Problems) -> bool:
        """Read `true` or `false`; YAML 1.1's `yes` and `on` are text."""
        if not isinstance(source.value, bool):
            raise problems.refuse(source.place, f"{source.kind} is not true or false")
        return source.value


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


@dataclass(frozen=True)
class Duration(Shape[int]):
    """A length of time, held in milliseconds: `500ms`, `5s`, `2m`, `1h`."""

    least_ms: int
    most_ms: int
    whole_seconds: bool = False

    def read(self, source: Located, problems: Problems) -> int:
        """Read a number with its unit."""
        match = _DURATION.fullmatch(source.raw or "")
        value = int(match[1]) * _UNIT_MS[match[2]] if match else -1
        if not self.least_ms <= value <= self.most_ms:
            bounds = f"from {_duration(self.least_ms)} to {_duration(self.most_ms)}"
            raise problems.refuse(source.place, f"{source.kind} is not a duration {bounds}, such as 5s or 500ms")
        if self.whole_seconds and value % 1000:
            raise problems.refuse(source.place, f"{source.kind} is not whole seconds, which is all Graph takes here")
        return value


def _duration(ms: int) -> str:
    return f"{ms}ms" if ms % 1000 else f"{ms // 1000}s"


@dataclass(frozen=True)
class Word(Shape[str]):
    """One of a few words."""

    allowed: tuple[str, ...]
    what: str

    def read(self, source: Located, problems: Problems) -> str:
        """Read one of the allowed words."""
        raw = _raw(source, problems)
        if raw not in self.allowed:
            raise problems.refuse(source.place, unknown_name(self.what, raw, self.allowed))
        return raw


@dataclass(frozen=True)
class Name(Shape[str]):
    """A name: a letter, then letters, digits, `-` and `_`; 64 at most."""

    what: str = "name"

    def read(self, source: Located, problems: Problems) -> str:
        """Read a name."""
        raw = _raw(source, problems)
        if not _NAME.fullmatch(raw):
            rule = "a letter, then at most 63 letters, digits, - or _"
            raise problems.refuse(source.place, f"'{raw[:60]}' is no {self.what}: {rule}")
        return raw


class Text(Shape[str]):
    """A short text."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read up to 200 characters."""
        raw = _raw(source, problems)
        if not 0 < len(raw) <= 200:
            raise problems.refuse(source.place, "a text of 1 to 200 characters is wanted here")
        return raw


class Locale(Shape[str]):
    """A locale such as `en-US`."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a language and region."""
        raw = _raw(source, problems)
        if not re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", raw):
            raise problems.refuse(source.place, f"'{raw[:20]}' is not a locale such as en-US")
        return raw


class NodeName(Shape[str]):
    """The name of a node of the same flow."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a node's name; that it exists is checked when all nodes are read."""
        return Name("name of a node").read(source, problems)

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the node."""
        return (Mention(kind="node", name=value),)


class PromptName(Shape[str]):
    """The id of a prompt of the catalogue."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a prompt id."""
        return Name("prompt id").read(source, problems)

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the prompt."""
        return (Mention(kind="prompt", name=value),)


@dataclass(frozen=True)
class Variable(Shape[str]):
    """The name of a variable that gets a value here."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a variable's name."""
        raw = _raw(source, problems)
        if not _VARIABLE.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:60]}' is no variable: letters, digits and _, 40 at most")
        return raw

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the variable that is set."""
        return (Mention(kind="sets", name=value),)


class Formula(Shape[str]):
    """An expression, held as text (`flows.expressions`)."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read an expression and check that it can be evaluated."""
        raw = _raw(source, problems)
        try:
            return expressions.parse(raw).text
        except expressions.ExpressionError as error:
            raise problems.refuse(source.place, f"not an expression: {error}") from None

    def mentions(self, value: str) -> Iterable[Mention]:
        """Name the variables it uses."""
        return (Mention(kind="uses", name=name) for name in sorted(expressions.parse(value).variables))


class Constant(Shape[expressions.Value]):
    """A text, number, true, false or null."""

    def read(self, source: Located, problems: Problems) -> expressions.Value:
        """Read a scalar."""
        if isinstance(source.value, dict | list):
            raise problems.refuse(source.place, f"{source.kind} is not a text, number, true, false or null")
        return source.value


@dataclass(frozen=True)
class Keys(Shape[str]):
    """Telephone keys, each once: `"#"`, `"*#"`; `none` for no key."""

    most: int = 16

    def read(self, source: Located, problems: Problems) -> str:
        """Read a string of keys."""
        raw = "" if source.raw == "none" else _raw(source, problems).upper()
        if len(set(raw)) != len(raw) or not set(raw) <= set(KEYS) or len(raw) > self.most:
            raise problems.refuse(source.place, f"'{raw[:20]}' is not at most {self.most} different keys of {KEYS}")
        return raw


class OneKey(Shape[str]):
    """One telephone key."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a key."""
        raw = _raw(source, problems).upper()
        if len(raw) != 1 or raw not in KEYS:
            raise problems.refuse(source.place, f"'{raw[:20]}' is not one key of {KEYS}")
        return raw


class DigitPattern(Shape[str]):
    r"""A regular expression over keys, of a form that cannot run long: `\d{4}`, `0?[1-9]\d*`, `1|2|30`.

    Allowed are keys, `.`, `\d`, `[...]`, `{m,n}`, `?`, `*`, `+`, `|` and groups that are not repeated; at most four of
    the parts may vary in length, which keeps the worst case on 32 keys under 60,000 steps.
    """

    _ELEMENT = re.compile(r"[0-9#A-D.()|]|\\[d*#]|\[\^?[0-9*#A-D-]+\]|[?*+]|\{[0-9]{1,2}(,[0-9]{0,2})?\}")

    def read(self, source: Located, problems: Problems) -> str:
        """Read a pattern and check its form."""
        raw = _raw(source, problems)
        elements = [match[0] for match in self._ELEMENT.finditer(raw)]
        complaint = ""
        if "".join(elements) != raw or not 0 < len(raw) <= 100:
            complaint = r"use keys, \d, [...], ., ?, *, +, {m,n}, | and (...), 100 characters at most"
        elif any(a == ")" and b[0] in "*+{?" for a, b in pairwise(elements)):
            complaint = "a group cannot be repeated"
        elif sum(element[0] in "?*+|" or "," in element for element in elements) > 4:
            complaint = "at most four parts may vary: ? * + {m,n} |"
        else:
            try:
                re.compile(raw)
            except re.error as error:
                complaint = str(error)
        if complaint:
            raise problems.refuse(source.place, f"'{raw[:60]}' is no digit pattern: {complaint}")
        return raw


class Identity(Shape[str]):
    """The id of something in Microsoft Entra: a GUID."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a GUID."""
        raw = _raw(source, problems)
        if not _IDENTITY.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:40]}' is not an Entra object id (a GUID)")
        return raw.lower()


class PhoneNumber(Shape[str]):
    """A number with its country code: `+442071234567`."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a number in E.164 form."""
        raw = _raw(source, problems)
        if not _NUMBER.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:20]}' is not a number in the form +442071234567")
        return raw


class TargetShape(Shape[Target]):
    """Where to send a call: `{user: id}`, `{phone: "+..."}` or `{applicationInstance: id}`."""

    _KINDS = ("user", "phone", "applicationInstance")

    def read(self, source: Located, problems: Problems) -> Target:
        """Read a mapping with exactly one of the three keys."""
        if not isinstance(source.value, dict) or len(source.value) != 1:
            allowed = ", ".join(f"{kind}: ..." for kind in self._KINDS)
            raise problems.refuse(source.place, f"{source.kind} is not one target (allowed: {allowed})")
        ((kind, identity),) = source.value.items()
        if kind not in self._KINDS:
            raise problems.refuse(source.place, unknown_name("kind of target", kind, self._KINDS))
        if kind == "phone":
            return Target(kind="phone", id=PhoneNumber().read(identity, problems))
        wanted = "user" if kind == "user" else "application_instance"
        return Target(kind=wanted, id=Identity().read(identity, problems))

    def to_json(self, value: Target) -> Any:
        """Give `{"user" | "phone" | "application_instance": id}`."""
        return value.to_json()

    def from_json(self, document: Any) -> Target:
        """Read what `to_json` gave."""
        return Target.from_json(document)


@dataclass(frozen=True)
class Items(Shape[tuple[T, ...]], Generic[T]):
    """A list; a single value stands for a list of one."""

    item: Shape[T]
    least: int
    most: int

    def read(self, source: Located, problems: Problems) -> tuple[T, ...]:
        """Read every item, noting the problems of each."""
        sources = source.value if isinstance(source.value, list) else [source]
        if source.value is None:
            sources = []
        if not self.least <= len(sources) <= self.most:
            raise problems.refuse(source.place, f"{len(sources)} values, where {self.least} to {self.most} are allowed")
        read: list[T] = []
        for each in sources:
            try:
                read.append(self.item.read(each, problems))
            except Unreadable:
                continue
        if len(read) < len(sources):
            raise Unreadable
        return tuple(read)

    def to_json(self, value: tuple[T, ...]) -> Any:
        """Give a list."""
        return [self.item.to_json(each) for each in value]

    def from_json(self, document: Any) -> tuple[T, ...]:
        """Read what `to_json` gave."""
        return tuple(self.item.from_json(each) for each in document)

    def mentions(self, value: tuple[T, ...]) -> Iterator[Mention]:
        """Name what each item refers to."""
        for each in value:
            yield from self.item.mentions(each)


@dataclass(frozen=True)
class Table(Shape[dict[str, T]], Generic[T]):
    """A mapping whose keys have a shape of their own."""

    key: Shape[str]
    item: Shape[T]
    least: int = 0
    most: int = 500

    def read(self, source: Located, problems: Problems) -> dict[str, T]:
        """Read every entry, noting the problems of each."""
        entries = mapping(source, problems)
        if not self.least <= len(entries) <= self.most:
            raise problems.refuse(
                source.place, f"{len(entries)} entries, where {self.least} to {self.most} are allowed"
            )
        read: dict[str, T] = {}
        for name, each in entries.items():
            place = (source.keys or {})[name]
            try:
                key = self.key.read(Located(value=name, raw=name, place=place), problems)
                read[key] = self.item.read(each, problems)
            except Unreadable:
                continue
        if len(read) < len(entries):
            raise Unreadable
        return read

    def to_json(self, value: dict[str, T]) -> Any:
        """Give a mapping."""
        return {name: self.item.to_json(each) for name, each in value.items()}

    def from_json(self, document: Any) -> dict[str, T]:
        """Read what `to_json` gave."""
        return {name: self.item.from_json(each) for name, each in document.items()}

    def mentions(self, value: dict[str, T]) -> Iterator[Mention]:
        """Name what each key and each item refers to."""
        for name, each in value.items():
            yield from self.key.mentions(name)
            yield from self.item.mentions(each)


def mapping(source: Located, problems: Problems) -> dict[str, Located]:
    """Give the entries of a mapping, none for nothing."""
    if source.value is None:
        return {}
    if not isinstance(source.value, dict):
        raise problems.refuse(source.place, f"{source.kind} is not a mapping of keys to values")
    return source.value


def _raw(source: Located, problems: Problems) -> str:
    if source.raw is None or source.value is None:
        raise problems.refuse(source.place, f"{source.kind} is not a text")
    return source.raw

"""YAML text -> a tree in which every value knows its line, column and path.

Only a plain subset of YAML is a flow document: mappings with text keys, lists and scalars. Aliases, explicit tags,
several documents, deep nesting and large files are refused while libyaml still streams events, before anything is
built, so that a hostile file costs milliseconds.

Scalars follow the YAML 1.2 core schema, not PyYAML's 1.1: `no`, `on`, `1:30` and `2024-01-01` are text, and a number
with a leading zero or plus is text too, because in a telephone system `0123` and `+44...` are keys, not quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml

from flows.problems import Place, Problems, Unreadable

MAX_BYTES = 512 * 1024
MAX_DEPTH = 30

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """A value and its place. `value` is a scalar, a list of `Located`, or a dict of key -> (`Located`).

    `raw` is a scalar's text as written (the keys `0` and `*` are wanted as text, not as numbers). `keys` holds the
    place of each key of a mapping.
    """

    value: Scalar | list[Located] | dict[str, Located]
    place: Place
    raw: str | None = None
    keys: dict[str, Place] | None = None

    @property
    def kind(self) -> str:
        """What the value is, in an author's words."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else f"'{(self.raw or '')[:60]}'"

    def find(self, name: str) -> Place:
        """Where a name stands inside the value; the value's own place when it is spelt differently there."""
        for each in self._inner():
            if each.contains(name):
                return each.find(name)
        return self.place

    def contains(self, name: str) -> bool:
        """Whether a name stands anywhere inside the value."""
        if isinstance(self.value, dict | list):
            return any(each.contains(name) for each in self._inner())
        return self.raw is not None and (self.raw == name or (" " in self.raw and name in self.raw))

    def _inner(self) -> list[Located]:
        if isinstance(self.value, dict):
            return [*self.value.values()]
        return self.value if isinstance(self.value, list) else []


def resolve_scalar(text: str) -> Scalar:
    """Give a plain (unquoted) scalar its type."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def read_document(text: str, problems: Problems) -> Located:
    """Parse `text`; problems of single values are collected, what makes the whole unusable raises `FlowErrors`."""
    start = Place(line=1, column=1, path="")
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        problems.add(
            start, f"the file is larger than {MAX_BYTES // 1024} KiB; split it into several flows", "too-large"
        )
        problems.raise_if_any()
    try:
        return _Builder(text, problems).document()
    except Unreadable:
        pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(line=mark.line + 1, column=mark.column + 1, path="") if mark else start
        hint = " (quote the key '*' and other texts that begin with * & ! % @ or `)" if _is_alias(error) else ""
        problems.add(place, f"this is not YAML: {error.problem or error.context}{hint}", "not-yaml")
    except (yaml.YAMLError, UnicodeError) as error:
        problems.add(start, f"this is not YAML: {str(error).splitlines()[0]}", "not-yaml")
    problems.raise_if_any()
    raise AssertionError("an unreadable document has a problem")


def _is_alias(error: yaml.MarkedYAMLError) -> bool:
    return "alias" in str(error.context) or "anchor" in str(error.context) or "character that cannot" in str(error)


class _Builder:
    """Builds the tree from libyaml's events, with no recursion deeper than `MAX_DEPTH`."""

    def __init__(self, text: str, problems: Problems) -> None:
        self._events = cast("Iterator[yaml.Event]", cast("Any", yaml).parse(text, Loader=yaml.CSafeLoader))
        self._problems = problems

    def document(self) -> Located:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise self._problems.refuse(Place(line=1, column=1, path=""), "the document is empty", "not-yaml")
        root = self._value(next(self._events), "", 0)
        next(self._events)
        extra = next(self._events)
        if not isinstance(extra, yaml.StreamEndEvent):
            raise self._problems.refuse(
                _place(extra, ""), "a file holds one document; remove this '---'", "several-documents"
            )
        return root

    def _value(self, event: yaml.Event, path: str, depth: int) -> Located:
        place = _place(event, path)
        if depth > MAX_DEPTH:
            raise self._problems.refuse(place, f"nested deeper than {MAX_DEPTH} levels", "too-deep")
        if isinstance(event, yaml.AliasEvent):
            hint = "aliases are not used in flows; write the value out, or quote a text that begins with *"
            raise self._problems.refuse(place, hint, "alias")
        tagged = cast("Any", event)
        if isinstance(event, yaml.ScalarEvent):
            plain = bool(cast("tuple[bool, bool]", tagged.implicit)[0])
            if event.tag is not None:
                raise self._problems.refuse(
                    place, f"the tag {event.tag[:60]} is not allowed; write the value plainly", "tag"
                )
            return Located(value=resolve_scalar(event.value) if plain else event.value, place=place, raw=event.value)
        if tagged.tag is not None:
            raise self._problems.refuse(place, f"the tag {str(tagged.tag)[:60]} is not allowed", "tag")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, path, depth)
        return self._mapping(place, path, depth)

    def _list(self, place: Place, path: str, depth: int) -> Located:
        items: list[Located] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, f"{path}[{len(items)}]", depth + 1))
        return Located(value=items, place=place)

    def _mapping(self, place: Place, path: str, depth: int) -> Located:
        entries: dict[str, Located] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                raise self._problems.refuse(_place(event, path), "a key must be plain text", "not-yaml")
            name = event.value
            inner = f"{path}.{name}" if path else name
            key_place = _place(event, inner)
            value = self._value(next(self._events), inner, depth + 1)
            if name in entries:
                self._problems.add(
                    key_place, f"the key is here twice; the first is on line {keys[name].line}", "duplicate-key"
                )
                continue
            entries[name], keys[name] = value, key_place
        return Located(value=entries, place=place, keys=keys)


def _place(event: yaml.Event, path: str) -> Place:
    mark = cast("Any", event).start_mark
    return Place(line=mark.line + 1, column=mark.column + 1, path=path[:200])

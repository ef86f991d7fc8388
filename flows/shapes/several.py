"""Shapes made of other shapes: lists and mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flows.problems import Problems, Unreadable
from flows.shapes.shape import Mention, Shape, mapping
from flows.source import Located

T = TypeVar("T")


@dataclass(frozen=True)
class Items(Shape[tuple[T, ...]], Generic[T]):
    """A list; a single value stands for a list of one."""

    item: Shape[T]
    least: int
    most: int
    beyond: str = "wrong-value"  # the checker's rule that too many items break

    def read(self, source: Located, problems: Problems) -> tuple[T, ...]:
        """Read every item, noting the problems of each."""
        sources = source.value if isinstance(source.value, list) else [source]
        if source.value is None:
            sources = []
        if not self.least <= len(sources) <= self.most:
            message = f"{len(sources)} values, where {self.least} to {self.most} are allowed"
            raise problems.refuse(source.place, message, self.beyond if len(sources) > self.most else "wrong-value")
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

    def renamed(self, value: tuple[T, ...], rename: Callable[[str], str]) -> tuple[T, ...]:
        """Rename in each item."""
        return tuple(self.item.renamed(each, rename) for each in value)

    def mentions(self, value: tuple[T, ...]) -> Iterator[Mention]:
        """Name what each item refers to."""
        for each in value:
            yield from self.item.mentions(each)

    def schema(self) -> dict[str, Any]:
        """A list, or the one item of it."""
        item = self.item.schema()
        several = {"type": "array", "items": item, "minItems": self.least, "maxItems": self.most}
        alone = [item] if self.most else []
        nothing = [] if self.least else [{"type": "null"}]
        return {"anyOf": [*alone, several, *nothing]}


@dataclass(frozen=True)
class Maybe(Shape[T | None], Generic[T]):
    """A value of a shape, or none (null)."""

    item: Shape[T]

    def read(self, source: Located, problems: Problems) -> T | None:
        """Read the value, if there is one."""
        return None if source.value is None else self.item.read(source, problems)

    def to_json(self, value: T | None) -> Any:
        """Give the value, or null."""
        return None if value is None else self.item.to_json(value)

    def from_json(self, document: Any) -> T | None:
        """Read what `to_json` gave."""
        return None if document is None else self.item.from_json(document)

    def renamed(self, value: T | None, rename: Callable[[str], str]) -> T | None:
        """Rename in the value."""
        return None if value is None else self.item.renamed(value, rename)

    def mentions(self, value: T | None) -> Iterable[Mention]:
        """Name what the value refers to."""
        return () if value is None else self.item.mentions(value)

    def schema(self) -> dict[str, Any]:
        """The value's form, or null."""
        return {"anyOf": [self.item.schema(), {"type": "null"}]}


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

    def renamed(self, value: dict[str, T], rename: Callable[[str], str]) -> dict[str, T]:
        """Rename in each item."""
        return {name: self.item.renamed(each, rename) for name, each in value.items()}

    def mentions(self, value: dict[str, T]) -> Iterator[Mention]:
        """Name what each key and each item refers to."""
        for name, each in value.items():
            yield from self.key.mentions(name)
            yield from self.item.mentions(each)

    def schema(self) -> dict[str, Any]:
        """An object whose keys have their form."""
        return {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.item.schema(),
            "minProperties": self.least,
            "maxProperties": self.most,
        }

"""What every shape has, and the names that a value can refer to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from flows.problems import Problems
from flows.source import Located

T = TypeVar("T")

MentionKind = Literal["prompt", "node", "uses", "sets"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A name that a value refers to: a prompt, a node, a variable it uses or one it sets."""

    kind: MentionKind
    name: str


class Shape(ABC, Generic[T]):
    """How one kind of value is read. `read` raises `Unreadable` once the problem is noted."""

    @abstractmethod
    def read(self, source: Located, problems: Problems) -> T:
        """Read a value of a document."""

    def to_json(self, value: T) -> Any:
        """Give the value as JSON."""
        return value

    def from_json(self, document: Any) -> T:
        """Read what `to_json` gave."""
        return document

    def mentions(self, value: T) -> Iterable[Mention]:
        """Name what the value refers to."""
        return ()

    def renamed(self, value: T, rename: Callable[[str], str]) -> T:
        """Give the value with every node it names renamed."""
        return value

    def written(self, value: T) -> Any:
        """Give the value as an author writes it, or None where it stands for nothing written."""
        return self.to_json(value)

    def schema(self) -> dict[str, Any]:
        """Say in JSON Schema what an author may write; `{}` where it allows whatever `read` allows."""
        return {}


def mapping(source: Located, problems: Problems) -> dict[str, Located]:
    """Give the entries of a mapping, none for nothing."""
    if source.value is None:
        return {}
    if not isinstance(source.value, dict):
        raise problems.refuse(source.place, f"{source.kind} is not a mapping of keys to values")
    return source.value


def raw_text(source: Located, problems: Problems) -> str:
    """Give the text of a scalar as it was written."""
    if source.raw is None or source.value is None:
        raise problems.refuse(source.place, f"{source.kind} is not a text")
    return source.raw

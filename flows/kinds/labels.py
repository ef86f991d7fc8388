"""What `branch`, `menu` and `hours` share: ways that a node can go, and the labels by which records know them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from flows.parameters import Group

Way = TypeVar("Way", bound="Labelled")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A way to a node. `label` names the outcome; the target's name when left out."""

    next: str
    label: str = ""

    @property
    def outcome(self) -> str:
        """The outcome that this way is."""
        return self.label or self.next.lstrip("@")


class Labels(Group[Way]):
    """Such a way, whose outcome keeps its name when the node it leads to gets another."""

    def renamed(self, value: Way, rename: Callable[[str], str]) -> Way:
        """Rename the target, and keep the name that records know."""
        return replace(super().renamed(value, rename), label=value.outcome)


def taken(ways: Iterable[tuple[str, str | None]], reserved: Collection[str] = ()) -> int | None:
    """Which of the ways (outcome, target) is the first that shares its outcome with one that leads elsewhere."""
    chosen: dict[str, str | None] = {}
    for at, (outcome, target) in enumerate(ways):
        if outcome in reserved or chosen.setdefault(outcome, target) != target:
            return at
    return None

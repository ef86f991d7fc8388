"""What is wrong with a document: every problem at once, each with its place.

A problem prints as `file:line:column: key.path: what is wrong, what is allowed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_SHOWN = 100
_ALLOWED_SHOWN = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where in a document: 1-based line and column, and the path of keys that leads there."""

    line: int
    column: int
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong at one place of one file. `rule` is the id of the rule that is broken (`flows.rules`)."""

    file: str
    place: Place
    message: str
    rule: str = "wrong-value"

    def __str__(self) -> str:
        path = f"{self.place.path}: " if self.place.path else ""
        return f"{self.file}:{self.place.line}:{self.place.column}: {path}{self.message}"


class FlowErrors(Exception):
    """A document that cannot be used; `problems` holds everything found, in the order of the document."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            shown.append(f"... and {len(self.problems) - _SHOWN} more")
        super().__init__("\n".join(shown))


class Unreadable(Exception):
    """The value just read is no use; the reader goes on with the next one."""


class Problems:
    """Collects the problems of one file while it is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[Problem] = []

    def add(self, place: Place, message: str, rule: str = "wrong-value") -> None:
        """Note a problem and go on."""
        self._found.append(Problem(file=self._file, place=place, message=message, rule=rule))

    def refuse(self, place: Place, message: str, rule: str = "wrong-value") -> Unreadable:
        """Note a problem; the caller raises what this returns."""
        self.add(place, message, rule)
        return Unreadable()

    def raise_if_any(self) -> None:
        """Raise `FlowErrors` with everything found so far, if anything was."""
        if self._found:
            raise FlowErrors(sorted(self._found, key=lambda problem: (problem.place.line, problem.place.column)))

    @property
    def found(self) -> tuple[Problem, ...]:
        """Everything found so far."""
        return tuple(self._found)


def unknown_name(what: str, name: str, allowed: Iterable[str]) -> str:
    """Say that `name` is no `what`, name the nearest one that is, and list some that are."""
    names = list(allowed)
    shown = ", ".join(names[:_ALLOWED_SHOWN]) + (", ..." if len(names) > _ALLOWED_SHOWN else "")
    near = get_close_matches(name[:100], names, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"no {what} is named '{name[:100]}'{hint}" + (f" (allowed: {shown})" if shown else "")

"""`branch`: the first condition that holds chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flows import expressions
from flows.kinds.labels import Labelled, Labels, taken
from flows.nodes import Frame, Leave, Outcome, Silent, Step
from flows.parameters import parameter
from flows.problems import Problems
from flows.shapes import Formula, Items, Name, NodeName
from flows.source import Located


@dataclass(frozen=True, kw_only=True)
class Case(Labelled):
    """A condition and where it leads."""

    when: str = parameter("when", Formula(), "the condition")
    next: str = parameter("next", NodeName(), "the node that follows when it holds")
    label: str = parameter("label", Name("label"), "what records call this case", default="")


class _Cases(Items[Case]):
    """Cases; two share a label only when they share the target."""

    def read(self, source: Located, problems: Problems) -> tuple[Case, ...]:
        cases = super().read(source, problems)
        at = taken(((case.outcome, case.next) for case in cases), ("default",))
        if at is not None:
            message = f"the label '{cases[at].outcome}' is taken by 'default' or by a case that leads elsewhere"
            raise problems.refuse(source.place, message, "label-taken")
        return cases


@dataclass(frozen=True, kw_only=True)
class Branch(Silent):
    """Tries `cases` in their order; `default` when none holds."""

    KIND: ClassVar[str] = "branch"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = ()
    NEXT: ClassVar[str | None] = None

    cases: tuple[Case, ...] = parameter("cases", _Cases(Labels(Case), 1, 50), "conditions, the first that holds wins")
    default: str = parameter("default", NodeName(), "the node that follows when no case holds")

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """One outcome per label, and `default`."""
        return tuple(Outcome(name, to) for name, to in self.own_targets.items())

    @property
    def own_targets(self) -> Mapping[str, str]:
        """What the cases say."""
        return {**{case.outcome: case.next for case in self.cases}, "default": self.default}

    def enter(self, frame: Frame) -> Step:
        """Choose."""
        for case in self.cases:
            if expressions.parse(case.when).value(frame.variables):
                return Leave(case.outcome)
        return Leave("default")

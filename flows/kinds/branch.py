"""`branch`: the first condition that holds chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from flows import acts, expressions
from flows.nodes import Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import Group, parameter
from flows.problems import Problems
from flows.shapes import Formula, Items, Name, NodeName
from flows.source import Located


@dataclass(frozen=True, kw_only=True)
class Case:
    """A condition and where it leads. `label` names the outcome; the target's name when left out."""

    when: str = parameter("when", Formula(), "the condition")
    next: str = parameter("next", NodeName(), "the node that follows when it holds")
    label: str = parameter("label", Name("label"), "what records call this case", default="")

    @property
    def outcome(self) -> str:
        """The outcome that this case is."""
        return self.label or self.next


class _CaseShape(Group[Case]):
    """A case, which keeps its name when the node it leads to gets another."""

    def renamed(self, value: Case, rename: Callable[[str], str]) -> Case:
        return replace(super().renamed(value, rename), label=value.outcome)


class _Cases(Items[Case]):
    """Cases; two share a label only when they share the target."""

    def read(self, source: Located, problems: Problems) -> tuple[Case, ...]:
        cases = super().read(source, problems)
        chosen: dict[str, str] = {}
        for case in cases:
            if case.outcome == "default" or chosen.setdefault(case.outcome, case.next) != case.next:
                taken = f"the label '{case.outcome}' is taken by 'default' or by a case that leads elsewhere"
                raise problems.refuse(source.place, taken, "label-taken")
        return cases


@dataclass(frozen=True, kw_only=True)
class Branch(Node):
    """Tries `cases` in their order; `default` when none holds."""

    KIND: ClassVar[str] = "branch"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = ()
    NEXT: ClassVar[str | None] = None
    NEEDS_CALL: ClassVar[bool] = False

    cases: tuple[Case, ...] = parameter(
        "cases", _Cases(_CaseShape(Case), 1, 50), "conditions, the first that holds wins"
    )
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

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Never asked: the node wants nothing of the call."""
        return unexpected(result)

"""`subflow`: another flow, as if its nodes stood here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flows.nodes import Frame, Leave, Outcome, Silent, Step
from flows.parameters import parameter
from flows.shapes import Formula, Name, Table, Variable


@dataclass(frozen=True, kw_only=True)
class Subflow(Silent):
    """Goes through another flow, and on by the outcome of the `return` that it comes to.

    The other flow's nodes are put into this one when a call is pinned to it, so a call keeps the version it began with.
    Both share their variables; `give` sets some on the way in. What the other flow does not handle, this one does.
    """

    KIND: ClassVar[str] = "subflow"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"),)
    NEXT: ClassVar[str | None] = "done"
    REACHES_PEOPLE: ClassVar[bool] = True  # or not: that is the other flow's to answer for
    NAMES_OUTCOMES: ClassVar[bool] = True

    flow: str = parameter("flow", Name("flow id"), "the other flow's id")
    give: dict[str, str] = parameter(
        "give", Table(Variable(), Formula(), most=50), "variable: expression, set on the way in", default={}
    )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Those that the author gave targets."""
        return tuple(Outcome(name, to) for name, to in self.targets.items()) or self.OUTCOMES

    @property
    def own_targets(self) -> Mapping[str, str]:
        """What the author wrote."""
        return self.targets

    def enter(self, frame: Frame) -> Step:
        """Never entered: `flows.linker` puts the other flow in its place."""
        raise AssertionError(f"'{self.id}' is a subflow that was not linked")


@dataclass(frozen=True, kw_only=True)
class Return(Silent):
    """Goes back to the flow whose subflow this is; a flow with such a node is one for others, and always answered."""

    KIND: ClassVar[str] = "return"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("returned", "@end"),)
    NEXT: ClassVar[str | None] = None
    REACHES_PEOPLE: ClassVar[bool] = True  # whoever uses the flow has to see to it

    outcome: str = parameter("outcome", Name("outcome"), "by which the subflow is left", default="done")

    def enter(self, frame: Frame) -> Step:
        """End, when the flow is walked by itself."""
        return Leave("returned")

"""`set`: give variables values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import expressions
from flows.nodes import Frame, Leave, Outcome, Silent, Step
from flows.parameters import parameter
from flows.shapes import Formula, Table, Variable


@dataclass(frozen=True, kw_only=True)
class Set(Silent):
    """Evaluates expressions in their order; each sees what those before it have set."""

    KIND: ClassVar[str] = "set"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"),)

    values: dict[str, str] = parameter("values", Table(Variable(), Formula(), least=1, most=50), "variable: expression")

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nothing is waited for."""
        return ("done",)

    def enter(self, frame: Frame) -> Step:
        """Set them all."""
        for name, formula in self.values.items():
            frame.variables[name] = expressions.parse(formula).value(frame.variables)
        return Leave("done")

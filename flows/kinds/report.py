"""`report`: say what came of a call that is a leg of something larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import Frame, Leave, Node, Outcome, Step
from flows.parameters import parameter
from flows.shapes import Word

STATUSES = ("accepted", "declined")


@dataclass(frozen=True, kw_only=True)
class Report(Node):
    """Tells the consultation or the gathering whose leg this call is. In any other call it does nothing."""

    KIND: ClassVar[str] = "report"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"),)
    REACHES_PEOPLE: ClassVar[bool] = True

    status: str = parameter("status", Word(STATUSES, "status of a leg"), "what came of it")

    def enter(self, frame: Frame) -> Step:
        """Report."""
        return acts.Report(status=self.status)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on however the report went: nothing here depends on it."""
        return Leave("done")

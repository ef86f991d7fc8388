"""`goto`: go on elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import Frame, Leave, Node, Outcome, Step, unexpected


@dataclass(frozen=True, kw_only=True)
class Goto(Node):
    """Does nothing but go on: a name for a place that many nodes lead to."""

    KIND: ClassVar[str] = "goto"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"),)
    NEEDS_CALL: ClassVar[bool] = False

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nothing is waited for."""
        return ("done",)

    def enter(self, frame: Frame) -> Step:
        """Go on."""
        return Leave("done")

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Never asked: the node wants nothing of the call."""
        return unexpected(result)

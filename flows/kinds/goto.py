"""`goto`: go on elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.nodes import Frame, Leave, Outcome, Silent, Step


@dataclass(frozen=True, kw_only=True)
class Goto(Silent):
    """Does nothing but go on: a name for a place that many nodes lead to."""

    KIND: ClassVar[str] = "goto"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"),)

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nothing is waited for."""
        return ("done",)

    def enter(self, frame: Frame) -> Step:
        """Go on."""
        return Leave("done")

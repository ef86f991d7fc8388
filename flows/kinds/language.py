"""`language`: from here on in another language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.nodes import LANGUAGE, Frame, Leave, Outcome, Silent, Step
from flows.parameters import parameter
from flows.shapes import Locale


@dataclass(frozen=True, kw_only=True)
class Language(Silent):
    """Has every prompt that is played from here on said in another language. A menu before it lets callers choose."""

    KIND: ClassVar[str] = "language"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"),)

    to: str = parameter("to", Locale(), "the language, such as fr-FR; it needs every prompt of the flow")

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nothing is waited for."""
        return ("done",)

    def enter(self, frame: Frame) -> Step:
        """Change the language."""
        frame.variables[LANGUAGE] = self.to
        return Leave("done")

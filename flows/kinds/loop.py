"""`loop`: so many times, and then on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.nodes import Frame, Leave, Outcome, Silent, Step
from flows.parameters import parameter
from flows.shapes import Integer


@dataclass(frozen=True, kw_only=True)
class Loop(Silent):
    """Leads to `again` the first `times` times that the call comes here, then to `done`, and counts anew."""

    KIND: ClassVar[str] = "loop"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("again"), Outcome("done"))

    times: int = parameter("times", Integer(1, 100), "how often it leads to 'again'")

    def enter(self, frame: Frame) -> Step:
        """Count."""
        counter = f"@{self.id}"  # no name that an author can write
        count = frame.variables.get(counter, 0)
        assert isinstance(count, int)
        if count >= self.times:
            frame.variables.pop(counter, None)
            return Leave("done")
        frame.variables[counter] = count + 1
        return Leave("again")

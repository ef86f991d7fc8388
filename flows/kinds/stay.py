"""`stay`: stay on the line while others talk, or until somebody says how it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import END, HANGUP, Frame, Leave, Node, Outcome, Step
from flows.parameters import parameter
from flows.shapes import Duration, Items, PromptName


@dataclass(frozen=True, kw_only=True)
class Stay(Node):
    """Keeps the call: in a meeting, or with somebody who waits to be brought into one.

    An operator, or the orchestration whose leg the call is, releases it; then, and after `atMost`, the flow goes on.
    """

    KIND: ClassVar[str] = "stay"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("released", END), Outcome("timeout", END), HANGUP)
    NEXT: ClassVar[str | None] = "released"
    REACHES_PEOPLE: ClassVar[bool] = True

    hold: tuple[str, ...] = parameter("hold", Items(PromptName(), 0, 5), "heard over and over", default=())
    at_most_ms: int = parameter("atMost", Duration(1000, 14_400_000), "how long at most", default=14_400_000)

    def enter(self, frame: Frame) -> Step:
        """Stay."""
        return acts.Stay(hold=self.hold, timeout_ms=self.at_most_ms)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on once released, or when the time is up."""
        return Leave("released" if isinstance(result, acts.Released) else "timeout")

"""`wait`: let a time pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import HANGUP, Frame, Leave, Node, Outcome, Step
from flows.parameters import parameter
from flows.shapes import Duration, Items, PromptName


@dataclass(frozen=True, kw_only=True)
class Wait(Node):
    """Waits, with something to hear meanwhile; an operator can end the wait. Keys are kept for whoever asks next."""

    KIND: ClassVar[str] = "wait"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"), Outcome("released", "done"), HANGUP)

    for_ms: int = parameter("for", Duration(500, 600_000), "how long")
    hold: tuple[str, ...] = parameter("hold", Items(PromptName(), 0, 5), "heard over and over", default=())

    @property
    def unattended(self) -> tuple[str, ...]:
        """Time passes."""
        return ("done",)

    @property
    def silence_ms(self) -> int:
        """All of it, unless something is played."""
        return 0 if self.hold else self.for_ms

    def enter(self, frame: Frame) -> Step:
        """Wait."""
        return acts.Stay(hold=self.hold, timeout_ms=self.for_ms)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on when the time is up, or somebody says so."""
        return Leave("released" if isinstance(result, acts.Released) else "done")

"""`redirect`: send the call elsewhere without answering it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import END, FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Duration, Items, TargetShape


@dataclass(frozen=True, kw_only=True)
class Redirect(Node):
    """Rings up to 25 targets at once instead of answering; the first to answer has the call."""

    KIND: ClassVar[str] = "redirect"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done", END), FAILED, HANGUP)
    NEXT: ClassVar[str | None] = None
    NEEDS_CALL: ClassVar[bool] = False
    BEFORE_ANSWER: ClassVar[bool] = True
    REACHES_PEOPLE: ClassVar[bool] = True

    targets_to_ring: tuple[acts.Target, ...] = parameter("to", Items(TargetShape(), 1, 25), "who is rung")
    timeout_ms: int = parameter(
        "timeout", Duration(15_000, 90_000, whole_seconds=True), "how long they ring", default=55_000
    )

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of the targets that are phone numbers."""
        return tuple(target.id for target in self.targets_to_ring if target.kind == "phone")

    def enter(self, frame: Frame) -> Step:
        """Redirect."""
        return acts.Redirect(targets=self.targets_to_ring, timeout_s=self.timeout_ms // 1000)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """The call is gone, or Graph would not."""
        return Leave("done") if isinstance(result, acts.Declined) else unexpected(result)

"""`reject`: refuse the call without answering it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import END, FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Word


@dataclass(frozen=True, kw_only=True)
class Reject(Node):
    """Refuses the call with one of Graph's reasons."""

    KIND: ClassVar[str] = "reject"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done", END), FAILED, HANGUP)
    NEXT: ClassVar[str | None] = None
    NEEDS_CALL: ClassVar[bool] = False
    BEFORE_ANSWER: ClassVar[bool] = True

    reason: str = parameter(
        "reason", Word(("none", "busy", "forbidden"), "reason"), "what the caller's client is told", default="none"
    )

    def enter(self, frame: Frame) -> Step:
        """Reject."""
        return acts.Reject(reason=self.reason)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """The call is gone, or Graph would not."""
        return Leave("done") if isinstance(result, acts.Declined) else unexpected(result)

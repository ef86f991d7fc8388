"""`answer`: accept the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected


@dataclass(frozen=True, kw_only=True)
class Answer(Node):
    """Accepts the call and waits until the caller can hear and be heard. Graph allows 15 s for it."""

    KIND: ClassVar[str] = "answer"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("answered"), FAILED, HANGUP)
    NEXT: ClassVar[str | None] = "answered"
    NEEDS_CALL: ClassVar[bool] = False
    BEFORE_ANSWER: ClassVar[bool] = True

    def enter(self, frame: Frame) -> Step:
        """Answer, naming the prompts that Graph may fetch meanwhile."""
        return acts.Answer(prefetch=frame.prefetch)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on once the call is established."""
        return Leave("answered") if isinstance(result, acts.Answered) else unexpected(result)

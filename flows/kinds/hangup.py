"""`hangup`: end the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import END, Frame, Node, Outcome, Step
from flows.parameters import parameter
from flows.shapes import Items, PromptName, Word


@dataclass(frozen=True, kw_only=True)
class HangUp(Node):
    """Says goodbye, if there is something to say, and ends the call. `outcome` is how records remember it."""

    KIND: ClassVar[str] = "hangup"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("end", END), Outcome("hangup", END))
    NEXT: ClassVar[str | None] = None
    NEEDS_CALL: ClassVar[bool] = False

    prompts: tuple[str, ...] = parameter(
        "prompts", Items(PromptName(), 0, 20, beyond="too-many-prompts"), "said before", default=()
    )
    outcome: str = parameter(
        "outcome", Word(("completed", "failed"), "outcome of a call"), "how the call is recorded", default="completed"
    )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Nobody can leave before it is over when nothing is said."""
        return tuple(each for each in self.OUTCOMES if self.prompts or each.name == "end")

    def enter(self, frame: Frame) -> Step:
        """Say goodbye."""
        return acts.Play(prompts=self.prompts) if self.prompts else self._hang_up()

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Hang up however the goodbye went."""
        return self._hang_up()

    def _hang_up(self) -> acts.HangUp:
        return acts.HangUp(outcome="failed" if self.outcome == "failed" else "completed")

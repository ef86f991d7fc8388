"""`play`: prompts, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Flag, Items, PromptName


@dataclass(frozen=True, kw_only=True)
class Play(Node):
    """Plays up to 20 prompts. With `bargeIn` a key ends them, and that key counts for the next menu or collect."""

    KIND: ClassVar[str] = "play"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"), Outcome("interrupted", "done"), FAILED, HANGUP)

    prompts: tuple[str, ...] = parameter(
        "prompts", Items(PromptName(), 1, 20, beyond="too-many-prompts"), "what the caller hears, in order"
    )
    barge_in: bool = parameter("bargeIn", Flag(), "a key ends the prompts", inherited=True)
    flush_buffer: bool = parameter("flushBuffer", Flag(), "forget keys pressed before", default=False)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Only what can be interrupted is."""
        return tuple(each for each in self.OUTCOMES if self.barge_in or each.name != "interrupted")

    @property
    def hears_keys(self) -> bool:
        """Only what can be interrupted needs keys."""
        return self.barge_in

    @property
    def unattended(self) -> tuple[str, ...]:
        """The prompts end by themselves."""
        return ("done",)

    def enter(self, frame: Frame) -> Step:
        """Play."""
        return acts.Play(prompts=self.prompts, barge_in=self.barge_in, flush=self.flush_buffer)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on when the prompts have ended, of themselves or by a key."""
        if isinstance(result, acts.Finished):
            return Leave("done")
        return Leave("interrupted") if isinstance(result, acts.Interrupted) else unexpected(result)

"""`say`: a value, aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts, expressions, sayings
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Flag, Formula, Items, PromptName, Word


@dataclass(frozen=True, kw_only=True)
class Say(Node):
    """Says what an expression comes to, between prompts: it is put together of prompts that are there already.

    `digits` are up to 16 keys, `number` and `money` go up to 999,999 (and 99 cents), a `date` is text such as
    `2026-01-05`, a `time` such as `15:30`. What has no such form leads out as `unsayable`.
    """

    KIND: ClassVar[str] = "say"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (
        Outcome("done"),
        Outcome("interrupted", "done"),
        Outcome("unsayable", "failed"),
        FAILED,
        HANGUP,
    )

    value: str = parameter("value", Formula(), "an expression")
    form: str = parameter("as", Word(sayings.FORMS, "form of a value"), "how it is said")
    currency: str = parameter("currency", Word(sayings.CURRENCIES, "currency"), "of money", default="USD")
    before: tuple[str, ...] = parameter("before", Items(PromptName(), 0, 2), "said before it", default=())
    after: tuple[str, ...] = parameter("after", Items(PromptName(), 0, 2), "said after it", default=())
    barge_in: bool = parameter("bargeIn", Flag(), "a key ends it", inherited=True)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Only what can be interrupted is."""
        return tuple(each for each in self.OUTCOMES if self.barge_in or each.name != "interrupted")

    @property
    def sayings(self) -> tuple[str, ...]:
        """The one form."""
        return (f"money-{self.currency}" if self.form == "money" else self.form,)

    @property
    def hears_keys(self) -> bool:
        """Only what can be interrupted needs keys."""
        return self.barge_in

    @property
    def unattended(self) -> tuple[str, ...]:
        """It ends by itself."""
        return ("done",)

    def enter(self, frame: Frame) -> Step:
        """Say it."""
        value = expressions.parse(self.value).value(frame.variables)
        saying = sayings.saying(self.form, value, self.currency)
        if saying is None:
            return Leave("unsayable")
        return acts.Play(prompts=(*self.before, saying, *self.after), barge_in=self.barge_in)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on when it has been said, or a key ended it."""
        if isinstance(result, acts.Finished):
            return Leave("done")
        return Leave("interrupted") if isinstance(result, acts.Interrupted) else unexpected(result)

"""`collect`: a number of keys into a variable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.kinds.asking import Asking
from flows.nodes import Frame, Leave, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import DigitPattern, Duration, Integer, Keys, Variable


@dataclass(frozen=True, kw_only=True)
class Collect(Asking):
    """Collects keys until `max`, a terminator, or a pause; too few, or not of the `pattern`, is a `noMatch`.

    A terminator pressed out of habit right after the last key is swallowed. In a call of which any node is `sensitive`
    the variable gets a token that stands for the keys, and is of use only where a node says that it accepts one.
    """

    KIND: ClassVar[str] = "collect"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("ok"), *Asking.MISSES)
    NEXT: ClassVar[str | None] = "ok"

    into: str = parameter("into", Variable(), "the variable that gets the keys")
    minimum: int = parameter("min", Integer(1, 32), "fewest keys", default=1)
    maximum: int = parameter("max", Integer(1, 32), "most keys; reaching it ends the entry", default=32)
    terminators: str = parameter("terminators", Keys(4), "keys that end the entry", inherited=True)
    inter_digit_ms: int = parameter(
        "interDigitTimeout", Duration(200, 60_000), "pause between keys that ends the entry", inherited=True
    )
    pattern: str = parameter("pattern", DigitPattern(), "what the whole entry must look like", default="")

    def listen(self, frame: Frame, prompts: tuple[str, ...]) -> acts.Listen:
        """Ask for keys."""
        return acts.Listen(
            prompts=prompts,
            barge_in=self.barge_in,
            flush=self.flush_buffer,
            maximum=self.maximum,
            terminators=self.terminators,
            first_digit_ms=self.first_digit_ms,
            inter_digit_ms=self.inter_digit_ms,
        )

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Judge the entry."""
        if isinstance(result, acts.Silence):
            return self.missed(frame, "noInput")
        if isinstance(result, acts.Collected):
            count, outcome, value = len(result.digits), self.judge(result.digits), result.digits
        elif isinstance(result, acts.Judged):
            count, outcome, value = result.count, result.outcome, result.token
        else:
            return unexpected(result)
        frame.note("keys", count=count, ended_by=result.how)
        if outcome is None:
            return self.missed(frame, "noMatch")
        frame.variables[self.into] = value
        return Leave(outcome)

    def judge(self, digits: str) -> str | None:
        """`ok`, when there are enough and they are of the pattern."""
        wrong = len(digits) < self.minimum or (self.pattern and not re.fullmatch(self.pattern, digits))
        return None if wrong else "ok"

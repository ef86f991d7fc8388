"""`python`: what no flow can say, in Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.kinds.fetching import written
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Duration, Formula, Items, JsonName, JsonPath, Name, PromptName, Table, Variable, Word


@dataclass(frozen=True, kw_only=True)
class Python(Node):
    """Calls a function of `functions.py`, beside the flows, and reads the JSON that it returns into variables.

    It is run in an activity, once: after a crash in the middle the node ends as `failed`, as it does when the function
    raises, is not there, or returns what is no JSON object or over 64 KiB. Each variable under `into` becomes the text
    of at most 200 characters, the number, true or false at its path, else null.

    With `accepts: sensitive` what callers have entered in a call that asks for a secret is opened on its way into
    `give`; a result that repeats it is not read.
    """

    KIND: ClassVar[str] = "python"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("ok"), Outcome("timeout", "failed"), FAILED, HANGUP)
    NEXT: ClassVar[str | None] = "ok"

    function: str = parameter("function", Name("name of a function"), "its name in `FUNCTIONS`")
    give: dict[str, str] = parameter(
        "give", Table(JsonName(), Formula(), most=50), "what it is called with: name -> expression", default={}
    )
    into: dict[str, str] = parameter(
        "into", Table(Variable(), JsonPath(), most=20), "variable -> path in the result", default={}
    )
    timeout_ms: int = parameter("timeout", Duration(500, 60_000), "how long it may take", default=5_000)
    hold: tuple[str, ...] = parameter("hold", Items(PromptName(), 0, 5), "heard meanwhile, once", default=())
    accepts: str = parameter("accepts", Word(("sensitive",), "what can be accepted"), "secrets, in `give`", default="")

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody is waited for but the function."""
        return ("ok", "timeout", "failed")

    @property
    def silence_ms(self) -> int:
        """All of it, unless something is played."""
        return 0 if self.hold else self.timeout_ms

    def enter(self, frame: Frame) -> Step:
        """Call it."""
        return acts.Run(
            function=self.function,
            given=written(self.give, frame),
            into=self.into,
            timeout_ms=self.timeout_ms,
            hold=self.hold,
            opens=bool(self.accepts),
        )

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Read what it returned."""
        if not isinstance(result, acts.Fetched):
            return unexpected(result)
        for name in self.into:
            frame.variables[name] = result.values.get(name)
        return Leave(result.outcome if result.outcome in ("ok", "timeout") else "failed")

"""`http`: ask another service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.kinds.fetching import Fetching, written
from flows.nodes import FAILED, HANGUP, Frame, Leave, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Formula, Items, JsonName, JsonPath, PromptName, Table, Variable, Word


@dataclass(frozen=True, kw_only=True)
class Http(Fetching):
    """Gets an address, or posts a `body` to it as JSON, and reads the JSON that comes back into variables.

    `ok` is a 2xx, `refused` a 4xx, `failed` everything else: a 5xx, a redirect (none is followed), an answer that is no
    JSON or over 64 KiB, a host that is not allowed. Each variable under `into` becomes the text of at most 200
    characters, the number, true or false at its path, else null.

    With `accepts: sensitive` what callers have entered in a call that asks for a secret is opened on its way into the
    `body`, and nowhere else; an answer that repeats it is not read.
    """

    KIND: ClassVar[str] = "http"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (
        Outcome("ok"),
        Outcome("refused", "failed"),
        Outcome("timeout", "failed"),
        FAILED,
        HANGUP,
    )
    NEXT: ClassVar[str | None] = "ok"

    query: dict[str, str] = parameter(
        "query", Table(JsonName(), Formula(), most=20), "added to the address: name -> expression", default={}
    )
    into: dict[str, str] = parameter(
        "into", Table(Variable(), JsonPath(), most=20), "variable -> path, such as `customer.phones.0`", default={}
    )
    hold: tuple[str, ...] = parameter("hold", Items(PromptName(), 0, 5), "heard meanwhile, once", default=())
    accepts: str = parameter("accepts", Word(("sensitive",), "what can be accepted"), "secrets, in `body`", default="")

    @property
    def silence_ms(self) -> int:
        """All of it, unless something is played."""
        return 0 if self.hold else self.timeout_ms

    def enter(self, frame: Frame) -> Step:
        """Ask."""
        return acts.Fetch(
            url=self.url,
            query=written(self.query, frame),
            body=written(self.body, frame) if self.body else None,
            into=self.into,
            secret=self.secret,
            header=self.header,
            timeout_ms=self.timeout_ms,
            hold=self.hold,
            opens=bool(self.accepts),
        )

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Read what came."""
        if not isinstance(result, acts.Fetched):
            return unexpected(result)
        for name in self.into:
            frame.variables[name] = result.values.get(name)
        return Leave(result.outcome)

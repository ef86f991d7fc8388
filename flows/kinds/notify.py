"""`notify`: tell another service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.kinds.fetching import Fetching, written
from flows.nodes import HANGUP, Frame, Leave, Outcome, Step, unexpected


@dataclass(frozen=True, kw_only=True)
class Notify(Fetching):
    """Posts what the flow knows to a webhook, as JSON, and goes on; what comes back is not read.

    Nothing that a caller has entered in a call that asks for a secret can be told.
    """

    KIND: ClassVar[str] = "notify"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"), Outcome("failed", "done"), HANGUP)

    @property
    def silence_ms(self) -> int:
        """All of it."""
        return self.timeout_ms

    def enter(self, frame: Frame) -> Step:
        """Tell."""
        return acts.Fetch(
            url=self.url,
            body=written(self.body, frame),
            secret=self.secret,
            header=self.header,
            timeout_ms=self.timeout_ms,
        )

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on."""
        if not isinstance(result, acts.Fetched):
            return unexpected(result)
        return Leave("done" if result.outcome == "ok" else "failed")

"""What `transfer` and `dial` share: an announcement, then the call goes to somebody else, or comes back."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.legs import CONSULTATION_FLOW
from flows.nodes import END, FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Duration, Flag, Items, PromptName


@dataclass(frozen=True, kw_only=True)
class Sending(Node):
    """A node that sends the answered call to somebody else."""

    SENT: ClassVar[tuple[Outcome, ...]] = (
        Outcome("completed", END),
        Outcome("noAnswer", "failed"),
        Outcome("declined", "failed"),
        FAILED,
        HANGUP,
    )
    NEXT: ClassVar[str | None] = None
    REACHES_PEOPLE: ClassVar[bool] = True

    announce: tuple[str, ...] = parameter("announce", Items(PromptName(), 0, 5), "said before", default=())
    timeout_ms: int = parameter("timeout", Duration(5_000, 180_000), "how long it may take", default=60_000)
    consult: bool = parameter("consult", Flag(), "call the target first, and ask", default=False)
    hold: tuple[str, ...] = parameter(
        "hold", Items(PromptName(), 0, 5), "heard over and over while the target is asked", default=()
    )

    @property
    def leg_flow(self) -> str | None:
        """Where the target is asked first."""
        return CONSULTATION_FLOW if self.consult else None

    @property
    def unattended(self) -> tuple[str, ...]:
        """Somebody who is never there never is."""
        return ("noAnswer", "declined", "failed")

    @property
    def silence_ms(self) -> int:
        """A caller whose target is asked first hears nothing unless something is played."""
        return self.timeout_ms if self.consult and not self.hold else 0

    @abstractmethod
    def whom(self, frame: Frame) -> acts.Target | None:
        """Who gets the call; None when nobody may."""

    def enter(self, frame: Frame) -> Step:
        """Announce, if there is something to announce and somebody to send the call to."""
        if self.announce and self.whom(frame) is not None:
            return acts.Play(prompts=self.announce)
        return self._send(frame)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Send the call after the announcement; then say how it went."""
        if isinstance(result, acts.Finished):
            return self._send(frame)
        if isinstance(result, acts.Transferred):
            return Leave("completed")
        return Leave(result.why) if isinstance(result, acts.NotTransferred) else unexpected(result)

    def _send(self, frame: Frame) -> Step:
        target = self.whom(frame)
        if target is None:
            return Leave("notAllowed")
        return acts.Transfer(target=target, timeout_ms=self.timeout_ms, consult=self.consult, hold=self.hold)

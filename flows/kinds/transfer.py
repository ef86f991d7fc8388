"""`transfer`: send the answered call to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import END, FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Duration, Flag, Items, PromptName, TargetShape


@dataclass(frozen=True, kw_only=True)
class Transfer(Node):
    """Transfers. One that succeeds ends the call for us; one that does not comes back here.

    Blind, unless `consult`: then the target is called first and asked to press 1, and the caller never leaves us for
    somebody who does not answer. Graph cannot be told to stop ringing for a blind transfer: after `timeout` the flow
    goes on as soon as the call is back.
    """

    KIND: ClassVar[str] = "transfer"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (
        Outcome("completed", END),
        Outcome("noAnswer", "failed"),
        Outcome("declined", "failed"),
        FAILED,
        HANGUP,
    )
    NEXT: ClassVar[str | None] = None
    REACHES_PEOPLE: ClassVar[bool] = True

    target: acts.Target = parameter("target", TargetShape(voicemail=True), "who gets the call")
    announce: tuple[str, ...] = parameter("announce", Items(PromptName(), 0, 5), "said before", default=())
    timeout_ms: int = parameter("timeout", Duration(5_000, 180_000), "how long it may take", default=60_000)
    consult: bool = parameter("consult", Flag(), "call the target first, and ask", default=False)
    hold: tuple[str, ...] = parameter(
        "hold", Items(PromptName(), 0, 5), "heard over and over while the target is asked", default=()
    )

    @property
    def dials(self) -> bool:
        """Whether the target is a phone number."""
        return self.target.kind == "phone"

    @property
    def unattended(self) -> tuple[str, ...]:
        """Somebody who is never there never is."""
        return ("noAnswer", "declined", "failed")

    @property
    def silence_ms(self) -> int:
        """A caller whose target is asked first hears nothing unless something is played."""
        return self.timeout_ms if self.consult and not self.hold else 0

    def enter(self, frame: Frame) -> Step:
        """Announce, if there is something to announce."""
        return acts.Play(prompts=self.announce) if self.announce else self._transfer()

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Transfer after the announcement; then say how it went."""
        if isinstance(result, acts.Finished):
            return self._transfer()
        if isinstance(result, acts.Transferred):
            return Leave("completed")
        return Leave(result.why) if isinstance(result, acts.NotTransferred) else unexpected(result)

    def _transfer(self) -> acts.Transfer:
        return acts.Transfer(target=self.target, timeout_ms=self.timeout_ms, consult=self.consult, hold=self.hold)

"""`transfer`: send the answered call to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.kinds.sending import Sending
from flows.nodes import Frame, Outcome
from flows.parameters import parameter
from flows.shapes import TargetShape


@dataclass(frozen=True, kw_only=True)
class Transfer(Sending):
    """Transfers. One that succeeds ends the call for us; one that does not comes back here.

    Blind, unless `consult`: then the target is called first and asked to press 1, and the caller never leaves us for
    somebody who does not answer. Graph cannot be told to stop ringing for a blind transfer: after `timeout` the flow
    goes on as soon as the call is back.
    """

    KIND: ClassVar[str] = "transfer"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = Sending.SENT

    target: acts.Target = parameter("target", TargetShape(voicemail=True), "who gets the call")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The target, where it is a phone number."""
        return (self.target.id,) if self.target.kind == "phone" else ()

    def whom(self, frame: Frame) -> acts.Target:
        """Whoever is named."""
        return self.target

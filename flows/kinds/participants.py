"""`participants`: who is in the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Items, Maybe, TargetShape, Variable


@dataclass(frozen=True, kw_only=True)
class Participants(Node):
    """Has people called into the group call or meeting that this call is, and counts who is in it, the bot among them.

    Of a call of two Graph lets nobody be called into it; then the node ends as `failed`. Who is called comes when they
    pick up: nobody is waited for.
    """

    KIND: ClassVar[str] = "participants"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("done"), FAILED, HANGUP)
    REACHES_PEOPLE: ClassVar[bool] = True

    invite: tuple[acts.Target, ...] = parameter("invite", Items(TargetShape(), 0, 20), "who is called", default=())
    count: str | None = parameter("count", Maybe(Variable()), "the variable that gets the number", default=None)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of the people who are phone numbers."""
        return tuple(target.id for target in self.invite if target.kind == "phone")

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody is waited for."""
        return ("done", "failed")

    def enter(self, frame: Frame) -> Step:
        """Call them, then count."""
        return acts.Invite(targets=self.invite) if self.invite else self._count()

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on when both is done."""
        if isinstance(result, acts.Counted):
            if self.count is not None:
                frame.variables[self.count] = result.count
            return Leave("done")
        if isinstance(result, acts.Invited):
            return self._count() if self.count is not None else Leave("done")
        return unexpected(result)

    def _count(self) -> Step:
        return acts.Count()

"""`meeting`: people are called, and those who accept brought into a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flows import acts
from flows.legs import GATHERING_FLOW
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import Group, parameter
from flows.problems import Problems
from flows.shapes import Duration, Identity, Integer, Items, JoinId, TargetShape, Text
from flows.source import Located


@dataclass(frozen=True, kw_only=True)
class Where:
    """A meeting: one that there is, by its id, or a new one in the name of a user."""

    join_id: str = parameter("joinId", JoinId(), "the id of a meeting, from its invitation", default="")
    passcode: str = parameter("passcode", Text(), "its passcode", default="")
    as_user: str = parameter("asUser", Identity(), "the user whose new meeting it is", default="")
    subject: str = parameter("subject", Text(), "what the new meeting is about", default="")

    def to_request(self) -> dict[str, Any]:
        """The meeting as `POST /api/gatherings` takes it."""
        if self.as_user:
            return {"create": {"as_user": self.as_user, "subject": self.subject}}
        return {"join_id": self.join_id, **({"passcode": self.passcode} if self.passcode else {})}


class _WhereShape(Group[Where]):
    """A meeting, of one kind or the other."""

    def read(self, source: Located, problems: Problems) -> Where:
        where = super().read(source, problems)
        new, old = where.as_user and where.subject, where.join_id
        if bool(new) == bool(old) or (where.as_user and not where.subject) or (where.passcode and not old):
            message = "a meeting has a 'joinId' (and perhaps a 'passcode'), or 'asUser' and 'subject'"
            raise problems.refuse(source.place, message)
        return where

    def schema(self) -> dict[str, Any]:
        """The fields of one kind of meeting."""
        made = {"required": ["asUser", "subject"], "properties": {"joinId": False, "passcode": False}}
        there = {"required": ["joinId"], "properties": {"asUser": False, "subject": False}}
        return {**super().schema(), "oneOf": [there, made]}


@dataclass(frozen=True, kw_only=True)
class Meeting(Node):
    """Begins to call `people`, in their order, and to bring those who press 1 into a meeting; then the flow goes on.

    The gathering is a record of its own, and goes on when the caller has left. Each of those who are called hears the
    flow `gathering-leg`. A new meeting takes an application access policy for the user whose it is.
    """

    KIND: ClassVar[str] = "meeting"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("started"), FAILED, HANGUP)
    NEXT: ClassVar[str | None] = "started"
    REACHES_PEOPLE: ClassVar[bool] = True

    people: tuple[acts.Target, ...] = parameter("people", Items(TargetShape(), 1, 50), "who is called")
    where: Where = parameter("where", _WhereShape(Where), "the meeting")
    at_once: int = parameter("atOnce", Integer(1, 10), "how many are called at once", default=1)
    ring_ms: int = parameter(
        "timeout", Duration(15_000, 120_000, whole_seconds=True), "how long each one rings", default=60_000
    )
    tries: int = parameter("tries", Integer(1, 5), "how often each one is called", default=1)
    within_ms: int = parameter(
        "within", Duration(60_000, 86_400_000, whole_seconds=True), "the time for all tries", default=600_000
    )

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of the people who are phone numbers."""
        return tuple(target.id for target in self.people if target.kind == "phone")

    @property
    def leg_flow(self) -> str | None:
        """What the people hear."""
        return GATHERING_FLOW

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody is waited for."""
        return ("started", "failed")

    def enter(self, frame: Frame) -> Step:
        """Begin."""
        return acts.Gather(
            targets=self.people,
            meeting=self.where.to_request(),
            at_once=self.at_once,
            ring_s=self.ring_ms // 1000,
            tries=self.tries,
            within_s=self.within_ms // 1000,
        )

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Go on once it has begun."""
        return Leave("started") if isinstance(result, acts.Gathered) else unexpected(result)

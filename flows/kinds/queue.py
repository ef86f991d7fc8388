"""`queue`: somebody is found for a caller who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.legs import CONSULTATION_FLOW
from flows.nodes import END, FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Duration, Integer, Items, PromptName, TargetShape

# How much longer than a try and a pause a place is kept: the target is asked, and announcements are made.
KEPT_MS = 90_000


@dataclass(frozen=True, kw_only=True)
class Queue(Node):
    """Calls each of `to` in turn and asks them to take the caller, who hears `hold` over and over, until one accepts.

    Before each try the caller hears how many wait before them, and `announce`; a key pressed since the first of these
    leads out as `pressed`. When all have been tried there is a pause, and after the last round `overflow`, where a
    caller ends too who would make more than `longest` wait. Callers are counted by flow, node and customer; one who
    hangs up or is put through keeps the place until it is not asked for any more, for a few minutes at most.
    """

    KIND: ClassVar[str] = "queue"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (
        Outcome("completed", END),
        Outcome("overflow"),
        Outcome("pressed", "overflow"),
        FAILED,
        HANGUP,
    )
    NEXT: ClassVar[str | None] = "overflow"
    TAKES_KEYS: ClassVar[bool] = True
    REACHES_PEOPLE: ClassVar[bool] = True

    targets_to_ask: tuple[acts.Target, ...] = parameter("to", Items(TargetShape(), 1, 20), "who is asked, in turn")
    hold: tuple[str, ...] = parameter("hold", Items(PromptName(), 1, 5), "heard over and over")
    positions: tuple[str, ...] = parameter(
        "positions",
        Items(PromptName(), 0, 10),
        "said to who is first, second, ...; the last one to all behind",
        default=(),
    )
    announce: tuple[str, ...] = parameter("announce", Items(PromptName(), 0, 5), "said after that", default=())
    timeout_ms: int = parameter("timeout", Duration(15_000, 120_000), "how long each one rings", default=30_000)
    pause_ms: int = parameter("pause", Duration(5_000, 300_000), "between two rounds", default=20_000)
    rounds: int = parameter("rounds", Integer(1, 50), "how often all are tried", default=5)
    longest: int = parameter("longest", Integer(0, 1000), "how many may wait; 0 for any number", default=0)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Nobody can interrupt what is not said, and nothing else fails: who cannot be asked is passed over."""
        said = self.positions or self.announce
        return tuple(each for each in self.OUTCOMES if said or each.name not in ("pressed", "failed"))

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of the targets that are phone numbers."""
        return tuple(target.id for target in self.targets_to_ask if target.kind == "phone")

    @property
    def leg_flow(self) -> str | None:
        """Everybody is asked first."""
        return CONSULTATION_FLOW

    @property
    def hears_keys(self) -> bool:
        """Only what can be interrupted needs keys."""
        return bool(self.positions or self.announce)

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody is there, round after round."""
        return ("overflow",)

    def enter(self, frame: Frame) -> Step:
        """Take a place."""
        frame.kept.update(round=0, at=0, first=True)
        return self._stand(frame)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Say how it stands, ask the next one, and after the last one wait a while."""
        match frame.kept["doing"]:
            case "stand":
                return self._stands(frame, result)
            case "say":
                return self._said(frame, result)
            case "ask":
                return Leave("completed") if isinstance(result, acts.Transferred) else self._not_taken(frame)
            case "pause":
                return self._stand(frame)
            case _:
                return Leave(frame.kept["outcome"])

    def _stand(self, frame: Frame) -> Step:
        frame.kept["doing"] = "stand"
        return acts.Queue(kept_ms=self.timeout_ms + self.pause_ms + KEPT_MS)

    def _stands(self, frame: Frame, result: acts.Result) -> Step:
        position = result.position if isinstance(result, acts.Queued) else None
        first, frame.kept["first"] = frame.kept["first"], False
        if first and self.longest and position is not None and position > self.longest:
            return self._leave(frame, "overflow")
        place = () if position is None else self.positions[min(position, len(self.positions)) - 1 :][:1]
        if not place + self.announce:
            return self._ask(frame)
        frame.kept["doing"] = "say"
        return acts.Play(prompts=place + self.announce, barge_in=True, flush=first)

    def _said(self, frame: Frame, result: acts.Result) -> Step:
        if isinstance(result, acts.Finished):
            return self._ask(frame)
        return self._leave(frame, "pressed") if isinstance(result, acts.Interrupted) else unexpected(result)

    def _ask(self, frame: Frame) -> Step:
        frame.kept["doing"] = "ask"
        target = self.targets_to_ask[int(frame.kept["at"])]
        return acts.Transfer(target=target, timeout_ms=self.timeout_ms, consult=True, hold=self.hold)

    def _not_taken(self, frame: Frame) -> Step:
        frame.kept["at"] += 1
        if frame.kept["at"] < len(self.targets_to_ask):
            return self._stand(frame)
        frame.kept["at"], frame.kept["round"] = 0, frame.kept["round"] + 1
        if frame.kept["round"] >= self.rounds:
            return self._leave(frame, "overflow")
        frame.kept["doing"] = "pause"
        return acts.Stay(timeout_ms=self.pause_ms, hold=self.hold)

    def _leave(self, frame: Frame, outcome: str) -> Step:
        frame.kept.update(doing="leave", outcome=outcome)
        return acts.Queue(leave=True)

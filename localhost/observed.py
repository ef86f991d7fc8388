"""What listeners are told: one record per thing that happened, for tests and benchmarks to count."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EpisodeRan:
    """An orchestrator was replayed once. Times in seconds of real time."""

    instance: str
    name: str
    context: str
    """What the SDK was handed, as it was: replaying this text decides the same again."""
    history: int
    """Events that the SDK was handed: those of the past and the new ones."""
    written: int
    """Events that the episode added to the history."""
    actions: tuple[str, ...]
    """What it decided: names of activities, "timer", names of sub-orchestrations, targets of events."""
    sdk_s: float
    replay_s: float


@dataclass(frozen=True, kw_only=True)
class ActivityBegins:
    """An activity is about to run, for the first time or again."""

    instance: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ActivityRan:
    """An activity ran to its end, well or not."""

    instance: str
    name: str
    failed: bool
    took_s: float


@dataclass(frozen=True, kw_only=True)
class EntityRan:
    """An entity dealt with a batch of operations."""

    entity: str
    operations: int


@dataclass(frozen=True, kw_only=True)
class InstanceEnded:
    """An instance reached the end of its life: Completed, Failed or Terminated."""

    instance: str
    name: str
    status: str


Observed = EpisodeRan | ActivityBegins | ActivityRan | EntityRan | InstanceEnded

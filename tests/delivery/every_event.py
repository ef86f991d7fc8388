"""Kills the bot at every event of the histories of the golden calls, and looks at what became of them.

A history event is written in one of three steps, and the bot may die in each. Which of them a scenario passes, and how
many, a run without deaths tells; the n-th of them is where it dies in another.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from golden_calls import SCENARIOS, Playing, Story, documents
from reaper import Reaper

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from localhost.knobs import Knobs
from localhost.observed import ActivityBegins, ActivityRan, EpisodeRan, Observed
from simulator import SimulatorSettings

SCHEDULED = "activity scheduled, not begun"
ACTED = "activity done, result not stored"
TAKEN = "events taken, decisions not stored"
#: Seconds until what was in hand when the bot died is delivered again.
AT_ONCE, LATE, SOON = 0.0, 30.0, 5.0
# A claim on a call's beginning may be taken over after two seconds. Whoever meets it waits in virtual time, which the
# simulator, waiting for the answer meanwhile, does not let pass: at the first points the bot is dead for longer.
FIRST, DEAD_AT_FIRST_S, DEAD_S = 8, 2.2, 0.5
# How many deaths one run of a scenario has: spread over it, so that each is met by a bot that had begun again.
DEATHS = 5


@dataclass(kw_only=True)
class Toll:
    """What the killing came to."""

    #: By kind of point, and by type of the history events that were in hand.
    points: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    #: By scenario and redelivery.
    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    #: By scenario: the runs whose story had to be the expected one.
    compared: Counter[str] = field(default_factory=Counter)
    unsure: int = 0
    problems: list[str] = field(default_factory=list)

    def report(self) -> str:
        """Hits per kind, in lines."""
        parts = [
            ("at", self.points),
            ("with in hand", self.events),
            ("in", self.kills),
            ("compared", self.compared),
        ]
        told = f"{self.compared.total()} stories were compared, {self.unsure} times the bot was left unsure"
        head = f"{self.points.total()} kills in {self.runs} runs; {told}"
        rows = [f"  {title:<13}{count:>6}  {what}" for title, hits in parts for what, count in hits.most_common()]
        return "\n".join([head, *rows])


class Passing:
    """Counts the points that the bot passes, and kills it at some of them."""

    def __init__(self, laptop: Laptop, toll: Toll) -> None:
        self._laptop = laptop
        self._toll = toll
        self._where = ""
        self._at: set[int] = set()
        self.passed = 0
        self._reaper = Reaper(laptop, lambda: laptop.host.engine.listeners.append(self._see))

    @property
    def at_work(self) -> bool:
        return self._reaper.at_work

    def die_at(self, points: Iterable[int], where: str) -> None:
        """Begin to count anew."""
        self._at, self._where, self.passed = set(points), where, 0

    def let_live(self) -> None:
        """Count on, and kill no more."""
        self._at = set()

    def _see(self, record: Observed) -> None:
        match record:
            case ActivityBegins():
                self._pass(SCHEDULED, ["TaskScheduled"])
            case ActivityRan():
                self._pass(ACTED, ["TaskCompleted"])
            case EpisodeRan(context=context):
                self._pass(TAKEN, _new_events(context) if self.passed in self._at else [])
            case _:
                pass

    def _pass(self, point: str, events: list[str]) -> None:
        if self.at_work:
            raise asyncio.CancelledError
        here, self.passed = self.passed, self.passed + 1
        if here in self._at:
            self._toll.points[point] += 1
            self._toll.events.update(events)
            self._toll.kills[self._where] += 1
            self._reaper.kill(DEAD_AT_FIRST_S if here < FIRST else DEAD_S)
            raise asyncio.CancelledError


_EVENTS = {0: "ExecutionStarted", 5: "TaskCompleted", 6: "TaskFailed", 11: "TimerFired", 15: "EventRaised"}


def _new_events(context: str) -> list[str]:
    """What an episode was given, by name."""
    history = json.loads(context)["history"]
    last = max(position for position, event in enumerate(history) if event["EventType"] == 12)
    return [_EVENTS.get(event["EventType"], str(event["EventType"])) for event in history[last + 1 :]]


async def kill_everywhere(seed: int, share: float, redeliveries: Iterable[float] = (AT_ONCE, LATE)) -> Toll:
    """Play each scenario again and again, dying at this share of all points, which the seed chooses."""
    toll, dice = Toll(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        for redelivery_s in redeliveries:
            for name in SCENARIOS:
                database = Path(folder) / f"{name}-{redelivery_s:g}.db"
                async with _laptop(Path(folder), database, redelivery_s) as laptop:
                    killing = _Killing(laptop, name, redelivery_s, toll)
                    await killing.learn()
                    rounds = killing.rounds()
                    for points in dice.sample(rounds, max(1, round(len(rounds) * share))):
                        await killing.kill_at(points)
                    if not redelivery_s:
                        await killing.compare_once()
    return toll


class _Killing:
    """One scenario on one laptop, again and again."""

    def __init__(self, laptop: Laptop, name: str, redelivery_s: float, toll: Toll) -> None:
        self._laptop = laptop
        self._name = name
        self._redelivery_s = redelivery_s
        self._toll = toll
        self._passing = Passing(laptop, toll)
        self._points = 0
        self._expected: Story

    async def learn(self) -> None:
        """Play it without deaths."""
        self._expected, problems = await self._play()
        self._points = self._passing.passed
        assert not problems, problems

    def rounds(self) -> list[range]:
        """Every point once, so many to a run."""
        runs = -(-self._points // DEATHS)
        return [range(first, self._points, runs) for first in range(runs)]

    async def kill_at(self, points: range) -> None:
        """Play it, dying at these points, and note what is wrong then."""
        where = f"{self._name}, again after {self._redelivery_s:g} s"
        self._passing.die_at(points, where)
        story, problems = await self._play()
        self._toll.runs += 1
        self._toll.unsure += story.unsure.total()
        problems += self._differences(story)
        self._toll.problems += [f"{where}, killed at {points}: {each}" for each in problems]

    async def compare_once(self) -> None:
        """Die but once in a run, where so many deaths left the bot unsure in every run, until a story is compared."""
        for point in range(self._points):
            if self._toll.compared[self._name]:
                return
            await self.kill_at(range(point, point + 1))

    async def _play(self) -> tuple[Story, list[str]]:
        clock = self._laptop.clock
        assert isinstance(clock, VirtualClock)
        playing = Playing(self._laptop)
        await playing.begin(self._name)
        await clock.run_until(lambda: not self._passing.at_work and playing.is_over(), limit_s=3600.0)
        self._passing.let_live()
        await clock.advance(150)  # a leg that is released, or waits to be taken over, is over by then
        births = [birth.instance_id async for birth in self._laptop.connections.births.live()]
        problems = [*playing.repeated(), *playing.left_over(), *(f"{each} is not closed" for each in births)]
        return await playing.story(), problems

    def _differences(self, story: Story) -> list[str]:
        """It must be the same story, unless the bot was left unsure of a step or dead when asked for a prompt, or late.

        What must not happen twice must not happen twice then either.
        """
        if self._redelivery_s or story.unsure or story.unfetched:
            return []
        self._toll.compared[self._name] += 1
        if story == self._expected:
            return []
        return [f"{story} instead of {self._expected}"]


@asynccontextmanager
async def _laptop(folder: Path, database: Path, redelivery_s: float) -> AsyncGenerator[Laptop]:
    for id, text in documents().items():
        (folder / f"{id}.yaml").write_text(text, encoding="utf-8")
    graph = SimulatorSettings(webhook_attempts=500, webhook_retry_delay_s=0.4, answer_window_s=300.0)
    knobs = Knobs(redelivery_delay_s=redelivery_s)
    options = BotOptions(database=database, settings={"FLOWS": str(folder)}, knobs=knobs)
    async with open_laptop(VirtualClock(), simulator_settings=graph, options=options) as laptop:
        yield laptop

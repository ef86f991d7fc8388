"""Takes every way through a flow, against the real session machine, in virtual time.

Places are told apart by what can still happen (`Stage.place`), so a flow that goes round is finite here: what a caller
could do a second time in the same place is not done again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from cli.rehearsal.choices import choices, settings
from cli.rehearsal.stage import Setting, Stage
from cli.rehearsal.steps import Step
from flows import Exit

JSON = dict[str, Any]

MOST_PLACES = 20_000
# Of Graph: prompts of one request, seconds of one recording, targets and seconds of one redirect.
_MOST_PROMPTS, _MOST_RECORD_S, _MOST_TARGETS, _RINGS_S = 20, 120, 25, (15, 90)


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a call went: what it began with, and (node, step) at each decision."""

    setting: Setting
    steps: tuple[tuple[str, Step], ...]
    ms: int
    prompts: int

    def __str__(self) -> str:
        begins = f"{self.setting.at:%Y-%m-%d %H:%M} {self.setting.caller}"
        return " | ".join([begins, *(f"{node}: {step}" for node, step in self.steps)])


@dataclass(frozen=True, kw_only=True)
class Violation:
    """Something that must not happen, and a way on which it does."""

    what: str
    way: Way


@dataclass(kw_only=True)
class Exploration:
    """What was found. `whole`: everything was tried; `exits`: all (node, outcome) pairs of the flow."""

    exits: tuple[Exit, ...]
    covered: dict[tuple[str, str], Way] = field(default_factory=dict[tuple[str, str], Way])
    violations: list[Violation] = field(default_factory=list[Violation])
    places: int = 0
    ends: int = 0
    whole: bool = True
    longest: Way | None = None

    @property
    def missing(self) -> list[Exit]:
        """The outcomes that never came up."""
        return [each for each in self.exits if (each.node, each.outcome) not in self.covered]

    @property
    def coverage(self) -> float:
        """The share of the outcomes that came up, 0 to 1."""
        return 1 - len(self.missing) / len(self.exits) if self.exits else 1.0


@dataclass(kw_only=True, slots=True)
class _Place:
    stage: Stage | None
    came_from: tuple[int, str, Step] | None
    ways_on: list[tuple[str, Step, int, int, int]] = field(default_factory=list)  # node, step, to, ms, prompts


def explore(base: Setting, *, dead_air_ms: int = 10_000, most: int = MOST_PLACES) -> Exploration:
    """Take every way."""
    found = Exploration(exits=base.flow.outcomes())
    for setting in settings(base):
        _Walk(setting, found, dead_air_ms, most).go()
    return found


class _Walk:
    """Every way from one beginning; breadth first, so that the way to each outcome is a short one."""

    def __init__(self, setting: Setting, found: Exploration, dead_air_ms: int, most: int) -> None:
        self._setting, self._found = setting, found
        self._dead_air_ms, self._most = dead_air_ms, most
        self._places: list[_Place] = []
        self._known: dict[str, int] = {}
        self._told: set[str] = set()

    def go(self) -> None:
        first = Stage(self._setting)
        self._places.append(_Place(stage=first, came_from=None))
        self._look(first, 0, 0, 0)
        waiting = deque([0])
        while waiting:
            at = waiting.popleft()
            stage = self._places[at].stage
            assert stage is not None
            self._places[at].stage = None  # no longer needed: memory is bounded by what waits
            if stage.decision is None:
                self._found.ends += 1
                continue
            for step in choices(self._setting.flow, stage.decision):
                to = self._try(at, stage, step)
                if to is not None:
                    waiting.append(to)
        self._found.places += len(self._places)
        self._measure()

    def _try(self, at: int, stage: Stage, step: Step) -> int | None:
        """Take a step; returns the number of the place it leads to when that is a new one."""
        assert stage.decision is not None
        node = stage.decision.node
        after = stage.fork()
        after.take(step)
        key = after.place()
        to = self._known.get(key)
        new = to is None
        if to is None:
            if len(self._places) >= self._most:
                self._found.whole = False
                return None
            to = self._known[key] = len(self._places)
            self._places.append(_Place(stage=after, came_from=(at, node, step)))
        took, heard = after.took_ms - stage.took_ms, len(after.heard) - len(stage.heard)
        self._places[at].ways_on.append((node, step, to, took, heard))
        self._look(after, to, len(stage.journal), len(stage.asked), (at, node, step))
        return to if new else None

    def _look(self, stage: Stage, at: int, journal: int, asked: int, came: tuple[int, str, Step] | None = None) -> None:
        """Note the outcomes that came up on the last step, and what must not happen."""
        way: Way | None = None
        for each in stage.journal[journal:]:
            pair = (each["node"], each.get("outcome", ""))
            if each["what"] == "outcome" and pair not in self._found.covered:
                way = way or self._way(came, stage)
                self._found.covered[pair] = way
        for what in _wrong(stage, journal, asked, self._dead_air_ms):
            if what not in self._told:
                self._told.add(what)
                self._found.violations.append(Violation(what=what, way=self._way(came, stage)))

    def _way(self, came: tuple[int, str, Step] | None, stage: Stage) -> Way:
        steps: list[tuple[str, Step]] = []
        while came is not None:
            at, node, step = came
            steps.append((node, step))
            came = self._places[at].came_from
        return Way(setting=self._setting, steps=tuple(reversed(steps)), ms=stage.took_ms, prompts=len(stage.heard))

    def _measure(self) -> None:
        """Find the longest way that goes nowhere twice: edges that close a circle are left out."""
        order = self._order()
        longest: dict[int, tuple[int, int, tuple[str, Step, int] | None]] = {}
        rank = {at: n for n, at in enumerate(order)}
        for at in order:  # ends first
            best: tuple[int, int, tuple[str, Step, int] | None] = (0, 0, None)
            for node, step, to, ms, prompts in self._places[at].ways_on:
                if rank[to] < rank[at]:
                    on = longest[to]
                    best = max(best, (ms + on[0], prompts + on[1], (node, step, to)), key=lambda each: each[:2])
            longest[at] = best
        ms, prompts, on = longest[0]
        steps: list[tuple[str, Step]] = []
        while on is not None:
            steps.append((on[0], on[1]))
            on = longest[on[2]][2]
        way = Way(setting=self._setting, steps=tuple(steps), ms=ms, prompts=prompts)
        if self._found.longest is None or way.ms > self._found.longest.ms:
            self._found.longest = way

    def _order(self) -> list[int]:
        """The places, each after all that it leads to, circles aside."""
        order: list[int] = []
        seen = {0}
        stack: list[tuple[int, int]] = [(0, 0)]
        while stack:
            at, nth = stack.pop()
            ways = self._places[at].ways_on
            if nth == len(ways):
                order.append(at)
                continue
            stack.append((at, nth + 1))
            to = ways[nth][2]
            if to not in seen:
                seen.add(to)
                stack.append((to, 0))
        return order


def _wrong(stage: Stage, journal: int, asked: int, dead_air_ms: int) -> list[str]:
    found = [wrong for _, command in stage.asked[asked:] if (wrong := _beyond_graph(command))]
    for each in stage.journal[journal:]:
        if each["what"] == "failed" and each.get("why") == "circles":
            found.append(f"the flow goes round in circles at '{each['node']}'")
        if each["what"] == "gave_up":
            found.append(f"the call is given up at '{each['node']}': {each['reason']}")
    if stage.silence_ms > dead_air_ms:
        found.append(f"the caller hears nothing for {stage.silence_ms / 1000:g} s")
    return found


def _beyond_graph(command: JSON) -> str | None:
    match command["activity"]:
        case "play_prompt" if len(command["prompts"]) > _MOST_PROMPTS:
            return f"{len(command['prompts'])} prompts at once, and Graph plays {_MOST_PROMPTS}"
        case "record_response" if not 1 <= command["max_duration_s"] <= _MOST_RECORD_S:
            return f"a recording of {command['max_duration_s']} s, and Graph records {_MOST_RECORD_S}"
        case "redirect_call" if len(command["targets"]) > _MOST_TARGETS:
            return f"{len(command['targets'])} targets at once, and Graph rings {_MOST_TARGETS}"
        case "redirect_call" if not _RINGS_S[0] <= command["timeout_s"] <= _RINGS_S[1]:
            return f"targets that ring {command['timeout_s']} s, and Graph takes {_RINGS_S[0]} to {_RINGS_S[1]}"
        case _:
            return None

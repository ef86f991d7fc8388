"""Scenarios: calls as an author wrote them down, and what must come of them.

    schema: 1
    flow: small-business
    scenarios:
      - name: Asks for the opening hours, and leaves
        given: {time: 2026-01-05T10:00, caller: phone}
        when:
          - {hears: main-menu, press: 1}
          - {hears: opening-hours, after: 2s, does: hang-up}
        expect:
          outcome: hung_up
          prompts: [greeting, main-menu, opening-hours]

`given`, `when` and whatever `expect` does not name may be left out. Steps are done in their order, each as soon as it
fits; in between, and afterwards, the caller does nothing, speaks five seconds where something is recorded, and is
transferred where that is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from cli.rehearsal.choices import CALLERS
from cli.rehearsal.stage import Decision, Setting, Stage
from cli.rehearsal.steps import NOT_SAID, RELEASE, WAITS, Spoken, Step, check_step
from flows import Flow
from flows.expressions import Value
from flows.kinds.http import Http
from flows.kinds.python import Python
from flows.parameters import Group, mentions_of, parameter, read_fields
from flows.problems import FlowErrors, Problem, Problems, Unreadable, unknown_name
from flows.shapes import (
    Constant,
    Duration,
    Flag,
    Integer,
    Items,
    Mention,
    Name,
    NodeName,
    Shape,
    Table,
    Text,
    Variable,
    Word,
)
from flows.shapes.shape import raw_text
from flows.source import Located, read_document

T = TypeVar("T")

SCHEMA = 1
_OUTCOMES = ("completed", "hung_up", "transferred", "failed", "abandoned", "rejected", "redirected", "dropped")
_MOST_DECISIONS = 2000
_MONDAY = "2026-01-05T10:00"


class _LocalTime(Shape[str]):
    """A time by the clock of the flow's zone, such as `2026-01-05T10:00`."""

    def read(self, source: Located, problems: Problems) -> str:
        raw = raw_text(source, problems)
        try:
            naive = datetime.fromisoformat(raw).tzinfo is None
        except ValueError:
            naive = False
        if not naive:
            raise problems.refuse(source.place, f"'{raw[:40]}' is not a local time such as 2026-01-05T10:00")
        return raw


@dataclass(frozen=True)
class _Told(Shape[T | None], Generic[T]):
    """A value, or None where nothing is told."""

    shape: Shape[T]

    def read(self, source: Located, problems: Problems) -> T:
        return self.shape.read(source, problems)

    def mentions(self, value: T | None) -> Iterable[Mention]:
        return () if value is None else self.shape.mentions(value)


class _StepShape(Group[Step]):
    """A step, which does one thing."""

    def read(self, source: Located, problems: Problems) -> Step:
        step = super().read(source, problems)
        check_step(step, source, problems)
        return step


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the call begins with."""

    time: str = parameter("time", _LocalTime(), "when it rings, by the flow's own clock", default=_MONDAY)
    caller: str = parameter("caller", Word(CALLERS, "caller"), "who calls", default="user")
    variables: dict[str, Value] = parameter(
        "variables", Table(Variable(), Constant(), most=100), "variables that begin with other values", default={}
    )
    group: bool = parameter("group", Flag(), "whether several are in the call", default=False)
    waiting: int = parameter("waiting", Integer(0, 1000), "callers before this one, in every queue", default=0)
    recording: str = parameter("recording", Word(("off", "kept"), "recording mode"), "as in the route", default="kept")


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What must come of the call; what is left out may be as it will."""

    outcome: str = parameter("outcome", Word(_OUTCOMES, "outcome of a call"), "of the record", default="")
    prompts: tuple[str, ...] | None = parameter(
        "prompts", _Told(Items(Spoken(), 0, 500)), "every prompt, in order", default=None
    )
    nodes: tuple[str, ...] | None = parameter(
        "nodes", _Told(Items(NodeName(), 0, 500)), "every node, in order", default=None
    )
    transfer: str = parameter("transfer", Name("state of a transfer"), "its last state in the record", default="")
    recordings: int | None = parameter("recordings", _Told(Integer(0, 50)), "how many are saved", default=None)
    within_ms: int = parameter("within", Duration(1000, 14_400_000), "how long the call may last", default=14_400_000)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One call."""

    name: str = parameter("name", Text(), "what it shows")
    given: Given = parameter("given", Group(Given), "what it begins with", default=Given())
    steps: tuple[Step, ...] = parameter("when", Items(_StepShape(Step), 0, 200), "what others do", default=())
    expect: Expect = parameter("expect", Group(Expect), "what must come of it")


@dataclass(frozen=True, kw_only=True)
class Scenarios:
    """The scenarios of one flow."""

    flow: str = parameter("flow", Name("flow id"), "whose scenarios they are")
    scenarios: tuple[Scenario, ...] = parameter("scenarios", Items(Group(Scenario), 1, 1000), "one or more")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of a scenario: `wrong` is empty when all is as expected."""

    scenario: Scenario
    wrong: tuple[str, ...]
    outcomes: frozenset[tuple[str, str]]
    took_ms: int


def load(text: str, file: str) -> tuple[Scenarios, Located]:
    """Read scenarios, and where what was written. Raises `FlowErrors`."""
    problems = Problems(file)
    root = read_document(text, problems)
    try:
        scenarios = Scenarios(**read_fields(Scenarios, root, problems, besides=("schema",)))
    except Unreadable:
        scenarios = None
    schema = root.value.get("schema") if isinstance(root.value, dict) else None
    if schema is None or schema.raw != str(SCHEMA):
        place = schema.place if schema else root.place
        problems.add(place, f"this version reads 'schema: {SCHEMA}' documents only", "wrong-schema")
    problems.raise_if_any()
    assert scenarios is not None
    return scenarios, root


def check_names(scenarios: Scenarios, root: Located, flow: Flow, file: str) -> None:
    """Raise `FlowErrors` for prompts and nodes that the flow does not have."""
    read = {name for node in flow.nodes.values() if isinstance(node, Http | Python) for name in node.into}
    prompts, names = flow.prompts_in(flow.locale), tuple(flow.nodes)
    known = {"prompt": prompts, "node": names, "sets": tuple(flow.variables), "uses": sorted(read)}
    what = {"prompt": "prompt", "node": "node", "sets": "variable", "uses": "variable read from an answer"}
    found: list[Problem] = []
    for each in dict.fromkeys(mentions_of(scenarios)):
        if each.kind in known and each.name and each.name not in known[each.kind]:
            message = unknown_name(what[each.kind], each.name, known[each.kind])
            rule = f"unknown-{what[each.kind]}"
            found.append(Problem(file=file, place=root.find(each.name), message=message, rule=rule))
    if found:
        raise FlowErrors(found)


def play(scenario: Scenario, setting: Setting) -> Verdict:
    """Play a scenario; `setting` has the flow and the lengths of its prompts."""
    given = scenario.given
    zone = ZoneInfo(setting.flow.defaults.timezone)
    at = datetime.fromisoformat(given.time).replace(tzinfo=zone)
    stage = Stage(
        replace(
            setting,
            at=at,
            caller=given.caller,
            group=given.group,
            waiting=given.waiting,
            recording=given.recording,
            variables=given.variables,
        )
    )
    steps = list(scenario.steps)
    for _ in range(_MOST_DECISIONS):
        if stage.decision is None:
            break
        fits = bool(steps) and _fits(steps[0], stage.decision)
        step = steps.pop(0) if fits else WAITS
        stage.take(_at_its_prompt(step, stage.decision, setting))
    wrong = tuple(_wrong(scenario.expect, stage, steps))
    return Verdict(scenario=scenario, wrong=wrong, outcomes=frozenset(stage.outcomes), took_ms=stage.took_ms)


def _fits(step: Step, decision: Decision) -> bool:
    if step.hears and step.hears not in decision.heard:
        return False
    if step.says_ms != NOT_SAID:
        return decision.kind == "recording"
    if step.transfer:
        return decision.kind == "transfer"
    if step.http:
        return decision.kind == "http"
    if step.does == RELEASE:
        return decision.kind == "wait"
    return not step.press or decision.kind in ("prompts", "wait")


def _at_its_prompt(step: Step, decision: Decision, setting: Setting) -> Step:
    """Count a step's time from the prompt that it names, and not from the first one of several."""
    before = decision.heard[: decision.heard.index(step.hears)] if step.hears else ()
    return replace(step, after_ms=step.after_ms + sum(setting.lengths.get(name, 2000) for name in before))


def _wrong(expect: Expect, stage: Stage, left: list[Step]) -> Iterator[str]:
    summary = stage.summary
    heard = tuple(name for _, name in stage.heard)
    if left:
        yield f"the call ended before: {left[0]}"
    if expect.outcome and summary["outcome"] != expect.outcome:
        yield f"the outcome is {summary['outcome']} ({summary['reason']}), not {expect.outcome}"
    if expect.prompts is not None and heard != expect.prompts:
        yield f"heard: {', '.join(heard)}; expected: {', '.join(expect.prompts)}"
    nodes = tuple(summary["nodes"])
    if expect.nodes is not None and nodes != expect.nodes:
        yield f"nodes: {', '.join(nodes)}; expected: {', '.join(expect.nodes)}"
    state = (summary["transfer"] or {}).get("state", "none")
    if expect.transfer and state != expect.transfer:
        yield f"the transfer is {state}, not {expect.transfer}"
    saved = sum(each["status"] == "saved" for each in summary["recordings"])
    if expect.recordings is not None and saved != expect.recordings:
        yield f"{saved} recordings are saved, not {expect.recordings}"
    if stage.took_ms > expect.within_ms:
        yield f"it took {stage.took_ms / 1000:g} s, and may take {expect.within_ms / 1000:g} s"

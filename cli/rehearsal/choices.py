"""What there is to try at each decision of a call, and how calls can begin, so that every outcome comes up."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

from cli.rehearsal.stage import Decision, Setting
from cli.rehearsal.steps import FAIL, FETCHED, HANG_UP, RELEASE, TRANSFERS, WAITS, Step
from flows import Flow, acts
from flows.expressions import Value
from flows.kinds.collect import Collect
from flows.kinds.hours import Hours
from flows.kinds.menu import Menu
from flows.kinds.queue import Queue
from flows.kinds.voicemail import SEGMENT_MS
from flows.nodes import Frame, Leave
from flows.parameters import mentions_of, parameters
from flows.shapes import KEYS, Formula

CALLERS = ("user", "phone", "guest", "application", "encrypted", "unknown")
_HOURS_A_YEAR = 366 * 24
_TEXTS = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NUMBERS = re.compile(r"(?<![\w'\"])\d+(?:\.\d+)?(?![\w'\"])")
_LEAVES, _FAILS = Step(does=HANG_UP), Step(does=FAIL)


def choices(flow: Flow, decision: Decision) -> list[Step]:
    """The steps worth trying at a decision, that in which nothing is done first."""
    match decision.kind:
        case "answer":
            return [WAITS, _FAILS, _LEAVES]
        case "decline":
            return [WAITS, _FAILS]
        case "prompts":
            return [WAITS, *(Step(press=keys) for keys in _entries(flow, decision)), _LEAVES, _FAILS]
        case "recording":
            full = [Step(says_ms=SEGMENT_MS)]
            return [Step(says_ms=5000), Step(says_ms=0), *full, _LEAVES, _FAILS]
        case "transfer":
            return [*(Step(transfer=how) for how in TRANSFERS), _LEAVES]
        case "people":
            return [WAITS, _FAILS, _LEAVES]
        case "wait":
            return [WAITS, Step(does=RELEASE), _LEAVES]
        case "http":
            refuses = isinstance(decision.act, acts.Fetch)
            others = [
                Step(http=outcome) for outcome in FETCHED if outcome != "ok" and (refuses or outcome != "refused")
            ]
            return [*_answers(flow, decision), *others, _LEAVES]


def _answers(flow: Flow, decision: Decision) -> Iterator[Step]:
    """Answers of which nothing is read, of one variable each value that the flow tells from another, of two: true."""
    assert isinstance(decision.act, acts.Fetch | acts.Run)
    yield Step(http="ok")
    compared = {each.name for node in flow.nodes.values() for each in mentions_of(node) if each.kind == "uses"}
    texts = sorted(_constants(flow))
    numbers = sorted({float(each) for formula in _formulas(flow) for each in _NUMBERS.findall(formula)})
    around = sorted({int(number) + each for number in numbers for each in (-1, 0, 1)})
    names = [name for name in decision.act.into if name in compared]
    yield from (Step(http="ok", reads=dict.fromkeys(pair, True)) for pair in combinations(names, 2))
    for name in names:
        yield from (Step(http="ok", reads={name: value}) for value in (True, False, *texts, *around))


def _entries(flow: Flow, decision: Decision) -> list[str]:
    node = flow.nodes.get(decision.node)
    if isinstance(decision.act, acts.Play):
        return ["5"] if decision.act.barge_in else []
    if isinstance(node, Menu):
        wrong = next((key for key in KEYS[:12] if key not in node.options), None)
        return [*node.options, *([wrong] if wrong else [])]
    if isinstance(node, Collect):
        return list(dict.fromkeys(_collected(flow, node)))
    return []


def _collected(flow: Flow, node: Collect) -> Iterator[str]:
    """Entries that the flow speaks of, one that it does not, and one that is wrong."""
    end = node.terminators[:1]

    def fits(digits: str) -> bool:
        long = node.minimum <= len(digits) <= node.maximum
        return long and not set(digits) & set(node.terminators) and (not node.pattern or _matches(node, digits))

    spoken_of = [text for text in sorted(_constants(flow)) if set(text) <= set(KEYS) and fits(text)]
    for digits in spoken_of:
        yield digits + (end if len(digits) < node.maximum else "")
    other = next((each for each in _guesses(node) if fits(each) and each not in spoken_of), None)
    if other is not None:
        yield other + (end if len(other) < node.maximum else "")
    wrong = next((each for each in _guesses(node) if 0 < len(each) <= node.maximum and not fits(each)), None)
    if wrong is not None:
        yield wrong + (end if len(wrong) < node.maximum else "")


def _matches(node: Collect, digits: str) -> bool:
    return re.fullmatch(node.pattern, digits) is not None


def _guesses(node: Collect) -> Iterator[str]:
    lengths = range(1, node.maximum + 1)
    for length in lengths:
        yield "1234567890123456789012345678901234567890"[:length]
        yield "9" * length
        yield "0" * length
    dice = random.Random(1)  # the same guesses every time
    for _ in range(3000):
        yield "".join(dice.choices("0123456789", k=dice.choice(lengths)))
    yield from ("*", "#", "A")


def _constants(flow: Flow) -> set[str]:
    """The texts that the flow's conditions name."""
    return {text for formula in _formulas(flow) for pair in _TEXTS.findall(formula) for text in pair if text}


def _formulas(flow: Flow) -> Iterator[str]:
    for node in flow.nodes.values():
        for each in parameters(type(node)):
            value = getattr(node, each.name)
            if isinstance(each.shape, Formula):
                yield value
            elif each.key == "cases":
                yield from (case.when for case in value)
            elif each.key == "values":
                yield from value.values()


def settings(base: Setting) -> list[Setting]:
    """The beginnings worth trying: that given, and others whose time, caller or switch makes a difference."""
    found = [base]
    found += [replace(base, at=at) for at in _times(base)]
    used = {each.name for node in base.flow.nodes.values() for each in mentions_of(node) if each.kind == "uses"}
    if "caller" in used:
        found += [replace(base, caller=caller) for caller in CALLERS if caller != base.caller]
    found += [replace(base, variables={**base.variables, **switched}) for switched in _switches(base.flow, used)]
    if any(node.KIND == "participants" for node in base.flow.nodes.values()):
        found.append(replace(base, group=True))
    longest = {node.longest for node in base.flow.nodes.values() if isinstance(node, Queue) and node.longest}
    found += [replace(base, waiting=waiting) for waiting in sorted(longest)]
    return found


def _switches(flow: Flow, used: set[str]) -> Iterator[Mapping[str, Value]]:
    """Variables that nothing in the flow sets, each with the other values that it may have."""
    set_here = {each.name for node in flow.nodes.values() for each in mentions_of(node) if each.kind == "sets"}
    for name, value in flow.variables.items():
        if name in used - set_here:
            others = [not value] if isinstance(value, bool) else sorted(_constants(flow) - {str(value)})
            yield from ({name: other} for other in others)


def _times(base: Setting) -> list[datetime]:
    """For each outcome of each look at the clock, the first full hour from the given time at which it comes up."""
    found: dict[datetime, None] = {}
    for node in base.flow.nodes.values():
        if isinstance(node, Hours):
            seen: set[str] = set()
            wanted = {each.name for each in node.outcomes} - {"override"}
            for hours in range(_HOURS_A_YEAR):
                at = base.at + timedelta(hours=hours)
                step = node.enter(_frame(node.id, at, base.flow))
                if isinstance(step, Leave) and step.outcome not in seen:
                    seen.add(step.outcome)
                    found[at] = None
                if wanted <= seen:
                    break
    found.pop(base.at, None)
    return list(found)


def _frame(node: str, at: datetime, flow: Flow) -> Frame:
    milliseconds = round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    return Frame(node=node, variables=dict(flow.variables), kept={}, now_ms=milliseconds, notes=[])

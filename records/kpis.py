"""How well calls went: figures of a contact centre, each with its definition, and how flows were walked through.

    answered      calls that were answered, whoever placed them
    contained     answered calls that the flow took to its end, or whose caller hung up having left a recording
    abandoned     calls whose caller hung up before the answer, or within the flow and without leaving a recording
    transferred   calls that somebody else took over
    failed        calls that broke down, or that nobody could be reached with: `FAILURES`
    others        what is none of these: declined, busy, ended by an operator, moved on, ...

Every call is exactly one of the last five. Containment is contained of answered, abandonment is abandoned of all.
Answer time is from Graph's announcement to our answer; handle time is from the answer to the end. Percentiles are
nearest ranks. Times are milliseconds where their names end in `_ms`, seconds where they end in `_s`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal

from records.usage import Fact

JSON = dict[str, Any]
Class = Literal["contained", "abandoned", "transferred", "failed", "others"]

CLASSES: tuple[Class, ...] = ("contained", "abandoned", "transferred", "failed", "others")
FAILURES = frozenset(
    {
        *("failed", "dropped", "media_lost", "keepalive_lost", "permission_missing", "refused", "unreachable"),
        *("no_host", "lobby_timeout"),
    }
)


def class_of(fact: Fact) -> Class:
    """Which of the classes a call is in."""
    if fact.outcome in FAILURES:
        return "failed"
    if fact.outcome == "transferred":
        return "transferred"
    if fact.outcome == "completed" and fact.answered:
        return "contained"
    if fact.outcome == "hung_up":
        return "contained" if fact.meter.recorded_s else "abandoned"
    return "abandoned" if fact.outcome == "abandoned" else "others"


def kpis(facts: Sequence[Fact]) -> JSON:
    """Every figure of these calls; shares and times are None where there is nothing to take them of."""
    classes = Counter(map(class_of, facts))
    answered = [each for each in facts if each.answered]
    by_day: dict[str, Counter[Class]] = {}
    for each in facts:
        by_day.setdefault(each.day, Counter())[class_of(each)] += 1
    return {
        "calls": len(facts),
        "answered": len(answered),
        **{name: classes[name] for name in CLASSES},
        "containment": _share(classes["contained"], len(answered)),
        "abandonment": _share(classes["abandoned"], len(facts)),
        "answer_ms": _spread([each.answer_ms for each in answered if each.answer_ms is not None]),
        "handle_s": _spread([each.duration_s for each in answered]),
        "transfers": dict(sorted(Counter(each.transfer for each in facts if each.transfer).items())),
        "failures": _failures(facts),
        "days": [{"day": day, **{name: by_day[day][name] for name in CLASSES}} for day in sorted(by_day)],
    }


def walked(facts: Iterable[Fact]) -> JSON:
    """How calls went through the nodes of one flow.

    `{"calls", "nodes": {node: {"entered", "abandoned", "failed"}}, "edges": [{"from", "to", "calls"}]}`: how often each
    node was entered, and how many calls were abandoned, or broke down, in it; `calls` counts each time an edge was
    taken. Of a call only its last nodes are known where there were more than a record names.
    """
    entered, edges, calls = Counter[str](), Counter[tuple[str, str]](), 0
    ended: dict[Class, Counter[str]] = {"abandoned": Counter(), "failed": Counter()}
    for each in facts:
        calls += 1
        entered.update(each.path)
        edges.update(pairwise(each.path))
        if each.path and (kind := class_of(each)) in ended:
            ended[kind][each.path[-1]] += 1
    nodes = {node: {"entered": many, **{kind: ended[kind][node] for kind in ended}} for node, many in entered.items()}
    told = [{"from": source, "to": target, "calls": many} for (source, target), many in sorted(edges.items())]
    return {"calls": calls, "nodes": nodes, "edges": told}


def _failures(facts: Sequence[Fact]) -> list[JSON]:
    counts = Counter((each.outcome, each.code, each.subcode) for each in facts if class_of(each) == "failed")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return [
        {"outcome": outcome, "code": code, "subcode": subcode, "calls": many}
        for (outcome, code, subcode), many in ranked
    ]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _spread(values: Sequence[float]) -> JSON | None:
    if not values:
        return None
    ranked = sorted(values)
    rank = math.ceil(0.95 * len(ranked)) - 1
    return {"mean": round(sum(ranked) / len(ranked), 3), "p95": ranked[rank], "most": ranked[-1]}

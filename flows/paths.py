"""Where the edges of a flow lead: what can be reached from where, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flows.flow import Flow

Follow = Callable[[str], Iterable[str | None]]


def walk(flow: Flow, starts: Iterable[str], follow: Follow | None = None) -> list[str]:
    """The nodes that can be reached from `starts`, these first; `follow` gives where a node can lead, or to None."""
    follow = follow or (lambda name: followers(flow, name))
    seen = dict.fromkeys(starts)
    waiting = list(seen)
    for name in waiting:
        for to in follow(name):
            if to is not None and to not in seen:
                seen[to] = None
                waiting.append(to)
    return waiting


def followers(flow: Flow, name: str) -> Iterator[str | None]:
    """Where each outcome of a node leads; None is the end of the flow."""
    return (flow.follow(name, outcome.name) for outcome in flow.nodes[name].outcomes)


def reached(flow: Flow) -> list[str]:
    """The nodes that a call can come to, the first ones first, with those of the flow's handlers."""
    return walk(flow, [flow.start])


def unanswered(flow: Flow) -> list[str]:
    """The nodes that can be reached unanswered: not beyond an answer, and not by way of the handlers."""

    def follow(name: str) -> Iterator[str | None]:
        for outcome in flow.nodes[name].outcomes:
            handled = outcome.name == "failed" and not flow.explicit(name, "failed")
            if outcome.name not in ("answered", "hangup") and not handled:
                yield flow.follow(name, outcome.name)

    return walk(flow, [flow.start], follow)


def answered(flow: Flow) -> list[str]:
    """The nodes that can be reached once the call is answered."""
    answers = [name for name, node in flow.nodes.items() if node.KIND == "answer"]
    starts = [to for name in answers if (to := flow.follow(name, "answered")) is not None]
    return walk(flow, [*starts, *([flow.start] if flow.is_subflow else [])])


def endless(flow: Flow, names: Iterable[str]) -> list[str]:
    """Those of the nodes from which no outcome, however far followed, ends the flow; a failure counts for nothing."""

    def follow(name: str) -> Iterator[str | None]:
        for outcome in flow.nodes[name].outcomes:
            if outcome.name not in ("failed", "hangup") or flow.explicit(name, outcome.name):
                yield flow.follow(name, outcome.name)

    ends = {name for name in flow.nodes if None in set(follow(name))}
    grown = True
    while grown:
        more = {name for name in flow.nodes if name not in ends and ends & set(follow(name))}
        ends |= more  # type: ignore[arg-type]
        grown = bool(more)
    return [name for name in names if name not in ends]


def circles(flow: Flow, names: Iterable[str], follow: Follow) -> list[list[str]]:
    """The circles that `follow` goes round in, each once, from its first node; only nodes among `names` count."""
    among = list(names)
    found: list[list[str]] = []
    in_one: set[str] = set()
    for name in among:
        if name in in_one:
            continue
        ahead = [to for to in follow(name) if to is not None]
        if name in walk(flow, ahead, follow):
            circle = [each for each in walk(flow, [name], follow) if name in walk(flow, _next(follow, each), follow)]
            found.append(circle)
            in_one.update(circle)
    return found


def _next(follow: Follow, name: str) -> list[str]:
    return [to for to in follow(name) if to is not None]

"""What leads where in a flow, as a picture shows it."""

from __future__ import annotations

from dataclasses import dataclass

from flows import paths
from flows.flow import Flow
from flows.kinds.menu import Menu


@dataclass(frozen=True, kw_only=True)
class Edge:
    """From one node to another, by these outcomes; None is the end. `aside`: only when something goes wrong."""

    source: str
    target: str | None
    outcomes: tuple[str, ...]
    aside: bool = False


def edges(flow: Flow) -> list[Edge]:
    """What leads where, outcomes to the same node as one edge; not what handlers catch, and what nodes do alone."""
    found: list[Edge] = []
    for name in [*paths.reached(flow), *(each for each in flow.nodes if each not in paths.reached(flow))]:
        targets: dict[tuple[str | None, bool], list[str]] = {}
        for outcome in flow.nodes[name].outcomes:
            told = flow.explicit(name, outcome.name)
            to = flow.follow(name, outcome.name)
            if outcome.name in ("failed", "hangup") and not told:
                continue
            if to == name and not told:
                continue
            targets.setdefault((to, outcome.name in ("failed", "hangup")), []).append(_shown(flow, name, outcome.name))
        found += [
            Edge(source=name, target=to, outcomes=tuple(outcomes), aside=aside)
            for (to, aside), outcomes in targets.items()
        ]
    return found


def _shown(flow: Flow, name: str, outcome: str) -> str:
    """An outcome as a picture names it: the keys of a menu, with the label when that says more than where it leads."""
    node = flow.nodes[name]
    if not isinstance(node, Menu):
        return outcome
    keys = [key for key, option in node.options.items() if option.outcome == outcome]
    label = "" if outcome == flow.follow(name, outcome) else outcome
    return " ".join([*keys, *([label] if label else [])]) if keys else outcome

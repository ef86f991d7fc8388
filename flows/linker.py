"""Puts subflows in their place: one flow, with the nodes of the others under names such as `ask-account.prompt`.

What is pinned, walked and hashed is always the linked flow, so nothing else knows that there are subflows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.flow import Flow
from flows.kinds.goto import Goto
from flows.kinds.set import Set
from flows.kinds.subflow import Return, Subflow
from flows.loader import load_file
from flows.nodes import ON_ERROR, ON_HANGUP, Node
from flows.parameters import renamed
from flows.problems import FlowErrors, Place, Problem, unknown_name

# Gives the flow of an id. Raises KeyError or `OSError` when there is none, `FlowErrors` when it cannot be read.
Find = Callable[[str], Flow]

MOST_NODES = 5000


def link_file(path: Path) -> Flow:
    """Read a flow and the subflows beside it. Raises `FlowErrors` and `OSError`."""
    return link(load_file(path), lambda id: load_file(path.parent / f"{id}.yaml"))


def link(flow: Flow, find: Find) -> Flow:
    """Put all subflows in. Raises `FlowErrors`, with every mistake at its node, and what `find` raises but KeyError."""
    found = list(mistakes(flow, find))
    if found:
        raise FlowErrors(_problem(flow, *each) for each in found)
    return _Linker(find).linked(flow)


def mistakes(flow: Flow, find: Find) -> list[tuple[str, str, str]]:
    """What is wrong with a flow's subflows: (node, rule, message)."""
    return list(_Linker(find).mistakes(flow, ()))


class _Linker:
    """Looks at each flow once, however often it is used."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._sound: dict[str, bool] = {}
        self._linked: dict[str, Flow] = {}

    def mistakes(self, flow: Flow, above: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        for node in flow.nodes.values():
            if not isinstance(node, Subflow):
                continue
            if node.flow in (*above, flow.id):
                yield node.id, "subflow-circle", f"the flow '{node.flow}' would be part of itself"
                continue
            try:
                inner = self._find(node.flow)
            except (KeyError, OSError):
                yield node.id, "unknown-flow", f"there is no flow '{node.flow}' beside this one"
                continue
            yield from _outcomes(node, inner)
            if node.flow not in self._sound:
                self._sound[node.flow] = not any(True for _ in self.mistakes(inner, (*above, flow.id)))
            if not self._sound[node.flow]:
                yield node.id, "subflow-circle", f"the subflows of '{node.flow}' cannot be put in; see there"

    def linked(self, flow: Flow) -> Flow:
        if flow.id not in self._linked:
            self._linked[flow.id] = self._link(flow)
        return self._linked[flow.id]

    def _link(self, flow: Flow) -> Flow:
        nodes: dict[str, Node] = {}
        variables = dict(flow.variables)
        for name, node in flow.nodes.items():
            if not isinstance(node, Subflow):
                nodes[name] = node
                continue
            inner = self.linked(self._find(node.flow))
            nodes[name] = _entrance(node, f"{name}.{inner.start}")
            nodes |= {each.id: each for each in _put_in(node, inner)}
            variables = {**inner.variables, **variables}
            if len(nodes) > MOST_NODES:
                message = f"with its subflows the flow has more than {MOST_NODES} nodes"
                raise FlowErrors([_problem(flow, name, "too-many-nodes", message)])
        return dataclasses.replace(flow, nodes=nodes, variables=variables)


def _problem(flow: Flow, node: str, rule: str, message: str) -> Problem:
    place = Place(line=1, column=1, path=f"nodes.{node}")
    return Problem(file=f"{flow.id}.yaml", place=place, message=message, rule=rule)


def _outcomes(node: Subflow, inner: Flow) -> Iterator[tuple[str, str, str]]:
    returned = {each.outcome for each in inner.nodes.values() if isinstance(each, Return)}
    if not returned:
        yield node.id, "subflow-without-return", f"the flow '{inner.id}' has no 'return': it never comes back"
    for outcome in sorted(returned - set(node.targets)):
        message = f"'{inner.id}' returns '{outcome}', which leads nowhere here; add it under 'on:'"
        yield node.id, "outcome-without-target", message
    for outcome in sorted(set(node.targets) - returned) if returned else ():
        yield node.id, "unknown-outcome", unknown_name(f"outcome of '{inner.id}'", outcome, sorted(returned))


def _entrance(node: Subflow, start: str) -> Node:
    if node.give:
        return Set(id=node.id, targets={"done": start}, values=node.give)
    return Goto(id=node.id, targets={"done": start})


def _put_in(node: Subflow, inner: Flow) -> Iterator[Node]:
    def rename(name: str) -> str:
        return f"{node.id}.{name}"

    handlers = {ON_ERROR: inner.defaults.on_error, ON_HANGUP: inner.defaults.on_hangup}
    for name, each in inner.nodes.items():
        if isinstance(each, Return):
            yield Goto(id=rename(name), targets={"done": node.targets[each.outcome]})
            continue
        caught = {
            outcome.name: handler.next
            for outcome in each.outcomes
            if (handler := handlers.get(outcome.otherwise)) and outcome.name not in each.own_targets
        }
        targets = {outcome: rename(to) for outcome, to in {**caught, **each.targets}.items()}
        yield dataclasses.replace(renamed(each, rename), id=rename(name), targets=targets)

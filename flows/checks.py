"""What the checker looks for in a flow that can be read: one function a rule, registered under the rule's id.

Each gives the places at which its rule is broken, with what is wrong there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flows import expressions, paths
from flows.flow import Flow
from flows.kinds.branch import Branch
from flows.kinds.collect import Collect
from flows.kinds.http import Http
from flows.kinds.python import Python
from flows.legs import LEG_FLOWS
from flows.loader import GIVEN_VARIABLES, Document
from flows.nodes import ON_ERROR, Silent
from flows.parameters import mentions_of
from flows.problems import Place, unknown_name
from flows.sensitive import is_sensitive

Found = Iterator[tuple[Place, str]]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What differs between deployments."""

    #: The longest silence that a caller is left in.
    dead_air_ms: int = 10_000
    #: How numbers begin that the deployment lets be dialled (`DIAL_ALLOW`); None when that is not known.
    dial_allow: tuple[str, ...] | None = None
    #: The services that it lets be asked (`HTTP_ALLOW`); None when that is not known.
    http_allow: tuple[str, ...] | None = None
    #: The functions that are there for `python` nodes; None when that is not known.
    functions: tuple[str, ...] | None = None

    def lets_dial(self, number: str) -> bool:
        """Whether a number, or every number that begins so, may be dialled, as far as is known."""
        return self.dial_allow is None or number.startswith(self.dial_allow)


Check = Callable[[Document, Limits], Found]
CHECKS: dict[str, Check] = {}


def _checks(rule: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS[rule] = check
        return check

    return register


def _node(document: Document, name: str, *keys: str) -> Place:
    return document.place("nodes", name, *keys)


@_checks("unreachable-node")
def _unreachable(document: Document, limits: Limits) -> Found:
    reached = set(paths.reached(document.flow))
    for name in document.flow.nodes:
        if name not in reached:
            yield document.key_place("nodes", name), "no outcome leads to this node"


@_checks("dead-end")
def _dead_end(document: Document, limits: Limits) -> Found:
    flow = document.flow
    for name in paths.reached(flow):
        node = flow.nodes[name]
        fails = any(outcome.name == "failed" and outcome.otherwise == ON_ERROR for outcome in node.outcomes)
        if node.NEEDS_CALL and fails and flow.follow(name, "failed") is None:
            yield document.key_place("nodes", name), "when this fails, the call ends without a word"


@_checks("endless-loop")
def _endless(document: Document, limits: Limits) -> Found:
    flow = document.flow
    endless = paths.endless(flow, paths.reached(flow))
    for circle in paths.circles(flow, endless, lambda name: paths.followers(flow, name)):
        if set(circle) <= set(endless):
            message = f"no way leads out of {_round(circle)}; the caller can only hang up"
            yield document.key_place("nodes", circle[0]), message


@_checks("unattended-loop")
def _unattended(document: Document, limits: Limits) -> Found:
    flow = document.flow
    endless = set(paths.endless(flow, flow.nodes))

    def follow(name: str) -> Iterable[str | None]:
        return [flow.follow(name, outcome) for outcome in flow.nodes[name].unattended]

    for circle in paths.circles(flow, paths.reached(flow), follow):
        if not endless & set(circle):
            message = f"a caller who does nothing goes round {_round(circle)} for ever"
            yield document.key_place("nodes", circle[0]), message


def _round(circle: list[str]) -> str:
    return " -> ".join([*circle[:6], *(["..."] if len(circle) > 6 else []), circle[0]])


@_checks("silent-loop")
def _silent(document: Document, limits: Limits) -> Found:
    flow = document.flow

    def follow(name: str) -> Iterable[str | None]:
        node = flow.nodes[name]
        return paths.followers(flow, name) if isinstance(node, Silent) else ()

    for circle in paths.circles(flow, paths.reached(flow), follow):
        yield document.key_place("nodes", circle[0]), f"nothing is asked of the call in {_round(circle)}"


@_checks("after-hangup")
def _after_hangup(document: Document, limits: Limits) -> Found:
    flow = document.flow
    handler = flow.defaults.on_hangup
    places = {} if handler is None else {handler.next: document.place("defaults", "onHangup", "next")}
    for name, node in flow.nodes.items():
        if "hangup" in node.targets:
            places.setdefault(node.targets["hangup"], _node(document, name, "on", "hangup"))
    for target, place in places.items():
        if flow.nodes[target].NEEDS_CALL:
            yield place, f"'{target}' is a {flow.nodes[target].KIND}, which does nothing once the caller has left"


@_checks("no-human")
def _no_human(document: Document, limits: Limits) -> Found:
    flow = document.flow
    if not any(flow.nodes[name].REACHES_PEOPLE for name in paths.reached(flow)):
        yield document.place("start"), "no way leads to a person: no transfer, redirect or recording is reached"


@_checks("dead-air")
def _dead_air(document: Document, limits: Limits) -> Found:
    for name, node in document.flow.nodes.items():
        if node.silence_ms > limits.dead_air_ms:
            heard = f"the caller may hear nothing for {node.silence_ms / 1000:g} s"
            yield document.key_place("nodes", name), f"{heard}; the limit is {limits.dead_air_ms / 1000:g} s"


@_checks("dial-not-allowed")
def _not_to_be_dialled(document: Document, limits: Limits) -> Found:
    for name, node in document.flow.nodes.items():
        for number in node.numbers:
            if not limits.lets_dial(number):
                yield document.key_place("nodes", name), forbidden(number)


def forbidden(number: str) -> str:
    """What is wrong with a number that the deployment does not let be dialled."""
    return f"'{number}' begins with none of the numbers that the setting DIAL_ALLOW lists"


@_checks("http-not-allowed")
def _not_to_be_asked(document: Document, limits: Limits) -> Found:
    for name, node in document.flow.nodes.items():
        for host in node.hosts:
            if limits.http_allow is not None and host not in limits.http_allow:
                message = f"'{host}' is none of the hosts that the setting HTTP_ALLOW lists"
                yield _node(document, name, "url"), message


@_checks("unknown-function")
def _unknown_function(document: Document, limits: Limits) -> Found:
    for name, node in document.flow.nodes.items():
        if isinstance(node, Python) and limits.functions is not None and node.function not in limits.functions:
            message = unknown_name("function", node.function, limits.functions)
            yield _node(document, name, "function"), message


@_checks("recording-off")
def _never_recorded(document: Document, limits: Limits) -> Found:
    if document.flow.id in LEG_FLOWS:
        for name in paths.reached(document.flow):
            if document.flow.nodes[name].RECORDS:
                message = f"the calls of '{document.flow.id}' have no route, and are not recorded"
                yield document.key_place("nodes", name), message


@_checks("unused-variable")
def _unused(document: Document, limits: Limits) -> Found:
    flow = document.flow
    used = {each.name for node in flow.nodes.values() for each in mentions_of(node) if each.kind == "uses"}
    for name in flow.variables:
        if name not in used:
            yield document.key_place("variables", name), f"the variable '{name}' is never used"
    told = set(flow.variables)
    for node in flow.nodes.values():
        for each in mentions_of(node):
            if each.kind == "sets" and each.name not in used | told:
                told.add(each.name)
                yield document.key_place("nodes", node.id), f"the variable '{each.name}' is set, and never used"


@_checks("unset-variable")
def _unset(document: Document, limits: Limits) -> Found:
    flow = document.flow
    given = {*flow.variables, *GIVEN_VARIABLES}
    for name in paths.reached(flow):
        for variable in sorted(_uses(flow, name) - given):
            if not any(name in paths.walk(flow, _after(flow, setter)) for setter in _setters(flow, variable)):
                message = f"the variable '{variable}' is never set before it is used here"
                yield document.key_place("nodes", name), message


def _uses(flow: Flow, name: str) -> set[str]:
    return {each.name for each in mentions_of(flow.nodes[name]) if each.kind == "uses"}


def _setters(flow: Flow, variable: str) -> Iterator[str]:
    for name, node in flow.nodes.items():
        if any(each.kind == "sets" and each.name == variable for each in mentions_of(node)):
            yield name


def _after(flow: Flow, name: str) -> list[str]:
    return [name, *(to for to in paths.followers(flow, name) if to is not None)]


@_checks("constant-condition")
def _constant(document: Document, limits: Limits) -> Found:
    for node in document.flow.nodes.values():
        if isinstance(node, Branch):
            for case in node.cases:
                if not expressions.parse(case.when).variables:
                    value = "it always holds" if expressions.parse(case.when).value({}) else "it never holds"
                    yield _node(document, node.id, "cases"), f"'{case.when}' names no variable: {value}"


@_checks("repeated-condition")
def _repeated(document: Document, limits: Limits) -> Found:
    for node in document.flow.nodes.values():
        if isinstance(node, Branch):
            tried: set[str] = set()
            for case in node.cases:
                if case.when in tried:
                    yield _node(document, node.id, "cases"), f"'{case.when}' is tried twice; the second never holds"
                tried.add(case.when)


@_checks("sensitive-use")
def _sensitive(document: Document, limits: Limits) -> Found:
    for (name, _), message in sensitive_uses(document.flow).items():
        yield document.key_place("nodes", name), message


def sensitive_uses(flow: Flow) -> dict[tuple[str, str], str]:
    """The (node, variable) pairs by which what callers enter would get out of a flow that asks for a secret, and why.

    A `branch` is one: by the way that a call went everybody could read what was entered.
    """
    if not is_sensitive(flow):
        return {}
    tokens = {node.into: node.id for node in flow.nodes.values() if isinstance(node, Collect)}
    return {
        (name, variable): f"'{variable}' from '{tokens[variable]}' is a token in a flow that asks for a secret"
        for name in paths.reached(flow)
        for variable in sorted(_uses(flow, name) & tokens.keys() - _accepted(flow, name))
    }


def _accepted(flow: Flow, name: str) -> set[str]:
    """The variables that a node may tell although they hold tokens: by themselves, in a body that is opened."""
    node = flow.nodes[name]
    if not isinstance(node, Http | Python) or not node.accepts:
        return set()
    opened, plain = (node.give, {}) if isinstance(node, Python) else (node.body, node.query)
    told = {formula for formula in opened.values() if formula in expressions.parse(formula).variables}
    formulas = [*plain.values(), *(formula for formula in opened.values() if formula not in told)]
    return told - {variable for formula in formulas for variable in expressions.parse(formula).variables}


@_checks("impossible-entry")
def _impossible(document: Document, limits: Limits) -> Found:
    for node in document.flow.nodes.values():
        if isinstance(node, Collect) and node.minimum > node.maximum:
            place = _node(document, node.id, "min")
            yield place, f"'min' is {node.minimum} and 'max' {node.maximum}: nobody can enter that"

"""YAML text -> `Flow`, or every mistake in it at once.

Reading has three passes: the text into a located tree (`flows.source`), the tree into nodes (`flows.parameters`), and
then the names: that every node, prompt and variable that is mentioned exists, that every outcome leads somewhere, and
that nothing is said to a caller before the call is answered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import paths
from flows.flow import MOST_NODES, SCHEMA, VARIABLES, Defaults, Flow
from flows.kinds import KINDS
from flows.nodes import Node
from flows.parameters import mentions_of, parameters, read_fields
from flows.problems import Place, Problems, Unreadable, unknown_name
from flows.shapes import Locale, Name, NodeName, mapping
from flows.source import MAX_BYTES, Located, read_document

# Variables that every call has: what kind of identity calls (user, phone, guest, application, encrypted, unknown).
GIVEN_VARIABLES = ("caller",)

_KEYS = ("schema", "id", "locale", "start", "variables", "defaults", "nodes")
_NODE_KEYS = ("kind", "next", "on")


def load_file(path: Path, *, prompts: Collection[str] | None = None) -> Flow:
    """`load` a file. Raises `FlowErrors`, and `OSError` when it cannot be read."""
    with path.open("rb") as file:
        text = file.read(MAX_BYTES + 1).decode("utf-8", "replace")
    return load(text, path.name, prompts=prompts)


def load(text: str, file: str, *, prompts: Collection[str] | None = None) -> Flow:
    """Read a flow document; `file` is its name in messages.

    With `prompts`, the ids of the catalogue, a prompt that is not among them is a mistake too. Raises `FlowErrors`.
    """
    return read(text, file, prompts=prompts).flow


@dataclass(frozen=True, kw_only=True)
class Document:
    """A flow document without mistakes: its flow, and where each part of it was written."""

    file: str
    flow: Flow
    root: Located

    def place(self, *keys: str) -> Place:
        """Where the value under these keys was written, or what holds it where there is none."""
        at = self.root
        for key in keys:
            if not isinstance(at.value, dict) or key not in at.value:
                break
            at = at.value[key]
        return at.place

    def key_place(self, *keys: str) -> Place:
        """Where the last of these keys itself was written, or what holds it where it is not there."""
        *outer, last = keys
        at = self.root
        for key in outer:
            if not isinstance(at.value, dict) or key not in at.value:
                return at.place
            at = at.value[key]
        return (at.keys or {}).get(last, at.place)


def read(text: str, file: str, *, prompts: Collection[str] | None = None) -> Document:
    """`load`, for those who also want to know where what was written."""
    problems = Problems(file)
    root = read_document(text, problems)
    reader = _Reader(root, problems)
    try:
        flow = reader.flow()
    except Unreadable:
        flow = None
    if flow is not None:
        reader.check_names(flow, prompts)
        problems.raise_if_any()  # what follows walks the flow, so every name in it must exist
        _check_answered_first(flow, reader)
    problems.raise_if_any()
    assert flow is not None
    return Document(file=file, flow=flow, root=root)


class _Reader:
    """Reads one document; remembers where each node was written."""

    def __init__(self, root: Located, problems: Problems) -> None:
        self.problems = problems
        self._root = root
        self._sources: dict[str, Located] = {}

    def flow(self) -> Flow:
        entries = mapping(self._root, self.problems)
        for key in entries:
            if key not in _KEYS:
                self.problems.add((self._root.keys or {})[key], unknown_name("key", key, _KEYS), "unknown-key")
        self._schema(entries)
        identity = self._field(entries, "id", Name("flow id"))
        locale = self._field(entries, "locale", Locale())
        start = self._field(entries, "start", NodeName())
        variables = self._field(entries, "variables", VARIABLES, {})
        defaults = self._defaults(entries)
        nodes = self._nodes(entries, defaults)
        if None in (identity, locale, start, variables):
            raise Unreadable
        if start not in self._sources:
            self.problems.add(entries["start"].place, unknown_name("node", start, self._sources), "unknown-node")
            raise Unreadable
        if len(nodes) < len(self._sources):
            raise Unreadable
        return Flow(id=identity, locale=locale, start=start, variables=variables, defaults=defaults, nodes=nodes)

    def place(self, node: str, *keys: str) -> Place:
        """Where a node, or a key inside it, was written."""
        at = self._sources[node]
        for key in keys:
            if not isinstance(at.value, dict) or key not in at.value:
                break
            at = at.value[key]
        return at.place

    def check_names(self, flow: Flow, prompts: Collection[str] | None) -> None:
        """Check everything that one part of the document says about another."""
        known = set(flow.variables) | set(GIVEN_VARIABLES)
        mentions = [(node, each) for node in flow.nodes.values() for each in mentions_of(node)]
        known |= {each.name for _, each in mentions if each.kind == "sets"}
        names: dict[str, Collection[str]] = {"node": flow.nodes, "uses": known}
        if prompts is not None:
            names["prompt"] = prompts
        what = {"node": "node", "uses": "variable", "prompt": "prompt"}
        inherited = {each for each in mentions_of(flow.defaults) if each.kind == "prompt"}
        for node, each in mentions:
            if each.kind in names and each.name not in names[each.kind]:
                if each in inherited and not self._sources[node.id].contains(each.name):
                    continue  # told once, where the defaults were written
                place, wanted = self._mentioned_at(node, each.name), what[each.kind]
                message = unknown_name(wanted, each.name, sorted(names[each.kind]))
                self.problems.add(place, message, f"unknown-{wanted}")
        for each in mentions_of(flow.defaults):
            if each.kind in names and each.name not in names[each.kind]:
                place = mapping(self._root, self.problems)["defaults"].find(each.name)
                message = unknown_name(what[each.kind], each.name, sorted(names[each.kind]))
                self.problems.add(place, message, f"unknown-{what[each.kind]}")
        for node in flow.nodes.values():
            self._check_targets(flow, node)

    def _check_targets(self, flow: Flow, node: Node) -> None:
        for outcome, target in node.targets.items():
            if target not in flow.nodes:
                place = self.place(node.id, "next") if outcome == node.NEXT else self.place(node.id, "on", outcome)
                self.problems.add(place, unknown_name("node", target, flow.nodes), "unknown-node")
        for outcome in node.outcomes:
            if flow.missing_target(node, outcome.name):
                wanted = "'next:'" if outcome.name == node.NEXT else f"'{outcome.name}:' under 'on:'"
                message = f"the outcome '{outcome.name}' leads nowhere; add {wanted}"
                self.problems.add(self.place(node.id), message, "outcome-without-target")

    def _mentioned_at(self, node: Node, name: str) -> Place:
        return self._sources[node.id].find(name)

    def _schema(self, entries: dict[str, Located]) -> None:
        source = entries.get("schema")
        if source is None or source.value != SCHEMA or isinstance(source.value, bool):
            place = source.place if source else self._root.place
            self.problems.add(
                place, f"this version reads 'schema: {SCHEMA}' documents only; say so in the first line", "wrong-schema"
            )

    def _field(self, entries: dict[str, Located], key: str, shape: Any, default: Any = None) -> Any:
        try:
            if key in entries:
                return shape.read(entries[key], self.problems)
        except Unreadable:
            return None
        if default is None:
            self.problems.add(self._root.place, f"the key '{key}' is missing", "missing-key")
        return default

    def _defaults(self, entries: dict[str, Located]) -> Defaults:
        if "defaults" not in entries:
            return Defaults()
        try:
            return Defaults(**read_fields(Defaults, entries["defaults"], self.problems))
        except Unreadable:
            return Defaults()

    def _nodes(self, entries: dict[str, Located], defaults: Defaults) -> dict[str, Node]:
        if "nodes" not in entries:
            self.problems.add(self._root.place, "the key 'nodes' is missing", "missing-key")
            raise Unreadable
        source = entries["nodes"]
        self._sources = mapping(source, self.problems)
        if not 0 < len(self._sources) <= MOST_NODES:
            message = f"a flow has 1 to {MOST_NODES} nodes, not {len(self._sources)}"
            raise self.problems.refuse(source.place, message, "too-many-nodes")
        nodes: dict[str, Node] = {}
        inherited = {each.name: getattr(defaults, each.name) for each in parameters(Defaults)}
        for name, each in self._sources.items():
            try:
                key = Located(value=name, raw=name, place=(source.keys or {})[name])
                nodes[name] = self._node(NodeName().read(key, self.problems), each, inherited)
            except Unreadable:
                continue
        return nodes

    def _node(self, name: str, source: Located, inherited: dict[str, Any]) -> Node:
        entries = mapping(source, self.problems)
        if "kind" not in entries:
            message = f"the key 'kind' is missing (allowed: {', '.join(KINDS)})"
            raise self.problems.refuse(source.place, message, "missing-key")
        kind = KINDS.get(entries["kind"].raw or "")
        if kind is None:
            message = unknown_name("kind of node", entries["kind"].raw or "", KINDS)
            raise self.problems.refuse(entries["kind"].place, message, "unknown-kind")
        targets: dict[str, str] | None = None
        try:
            targets = self._targets(kind, entries)
        finally:
            fields = read_fields(kind, source, self.problems, inherited=inherited, besides=_NODE_KEYS)
        return kind(id=name, targets=targets, **fields)

    def _targets(self, kind: type[Node], entries: dict[str, Located]) -> dict[str, str]:
        targets: dict[str, str] = {}
        if "next" in entries:
            if kind.NEXT is None:
                hint = f"'next' has no meaning in a {kind.KIND}; its outcomes go under 'on:'"
                raise self.problems.refuse(entries["next"].place, hint, "unknown-outcome")
            targets[kind.NEXT] = NodeName().read(entries["next"], self.problems)
        allowed = [each.name for each in kind.OUTCOMES if each.name != kind.NEXT]
        on = entries.get("on")
        for outcome, each in (mapping(on, self.problems) if on else {}).items():
            if kind.NAMES_OUTCOMES:
                Name("outcome").read(Located(value=outcome, raw=outcome, place=each.place), self.problems)
            elif outcome not in allowed:
                place = (on.keys or {})[outcome] if on else each.place
                raise self.problems.refuse(
                    place, unknown_name(f"outcome of a {kind.KIND}", outcome, allowed), "unknown-outcome"
                )
            targets[outcome] = NodeName().read(each, self.problems)
        return targets


def _check_answered_first(flow: Flow, reader: _Reader) -> None:
    """A caller hears nothing before `answer`, and nothing can be rejected or redirected after it."""
    for name in () if flow.is_subflow else paths.unanswered(flow):
        if flow.nodes[name].NEEDS_CALL:
            kind = flow.nodes[name].KIND
            message = f"the call can get here unanswered; put an 'answer' before this {kind}"
            reader.problems.add(reader.place(name), message, "unanswered")
    for name in paths.answered(flow):
        if flow.nodes[name].BEFORE_ANSWER:
            message = f"the call can get here answered already, when it is too late to {flow.nodes[name].KIND}"
            reader.problems.add(reader.place(name), message, "answered-already")

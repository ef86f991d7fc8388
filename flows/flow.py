"""A flow: the whole of one IVR, frozen, as JSON, and pinned by its hash."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flows.expressions import Value
from flows.kinds import KINDS
from flows.kinds.language import Language
from flows.nodes import AGAIN, END, ON_ERROR, ON_HANGUP, REQUIRED, Node
from flows.parameters import Group, fields_from_json, fields_to_json, mentions_of, parameter
from flows.sayings import needed
from flows.shapes import (
    Constant,
    Duration,
    Flag,
    Integer,
    Items,
    Keys,
    Maybe,
    NodeName,
    PromptName,
    Table,
    TimeZone,
    Variable,
)
from flows.spoken import in_language

SCHEMA = 1
MOST_NODES = 1000  # of one document; `flows.linker` has a limit of its own for the linked flow
VARIABLES = Table(Variable(), Constant(), most=100)
_CACHED = 64


@dataclass(frozen=True, kw_only=True)
class Handler:
    """Where the flow goes when something happens anywhere in it."""

    next: str = parameter("next", NodeName(), "the node that follows")


_HANDLER = Maybe(Group(Handler))


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What nodes inherit when they do not say otherwise. Names match the fields of the node kinds."""

    no_input: tuple[str, ...] = parameter("noInput", Items(PromptName(), 0, 10), "after silences", default=())
    no_match: tuple[str, ...] = parameter("noMatch", Items(PromptName(), 0, 10), "after wrong entries", default=())
    max_no_input: int = parameter("maxNoInput", Integer(1, 10), "silences until tooMany", default=3)
    max_no_match: int = parameter("maxNoMatch", Integer(1, 10), "wrong entries until tooMany", default=3)
    first_digit_ms: int = parameter("firstDigitTimeout", Duration(500, 60_000), "wait for a key", default=5_000)
    inter_digit_ms: int = parameter("interDigitTimeout", Duration(200, 60_000), "pause between keys", default=2_000)
    terminators: str = parameter("terminators", Keys(4), "keys that end an entry", default="#")
    barge_in: bool = parameter("bargeIn", Flag(), "keys count while prompts play", default=True)
    timezone: str = parameter("timezone", TimeZone(), "whose clock counts", default="UTC")
    on_error: Handler | None = parameter("onError", _HANDLER, "after a failure", default=None)
    on_hangup: Handler | None = parameter("onHangup", _HANDLER, "after the caller left", default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    """One way out of one node: the pair that tests must cover, and the node it leads to (None: the flow ends)."""

    node: str
    outcome: str
    target: str | None


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One IVR. Made by `flows.loader.load` from YAML, or by `from_json` from what `to_json` gave."""

    id: str
    locale: str
    start: str
    variables: Mapping[str, Value]
    defaults: Defaults
    nodes: Mapping[str, Node]

    def to_json(self) -> dict[str, Any]:
        """Give the flow with every inherited value filled in, so that its meaning cannot change later."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "locale": self.locale,
            "start": self.start,
            "variables": dict(self.variables),
            "defaults": fields_to_json(self.defaults),
            "nodes": {
                name: {"kind": node.KIND, "targets": dict(node.targets), **fields_to_json(node)}
                for name, node in self.nodes.items()
            },
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Flow:
        """Read what `to_json` gave."""
        nodes: dict[str, Node] = {}
        for name, each in document["nodes"].items():
            kind = KINDS[each["kind"]]
            nodes[name] = kind(id=name, targets=each["targets"], **fields_from_json(kind, each))
        return cls(
            id=document["id"],
            locale=document["locale"],
            start=document["start"],
            variables=document["variables"],
            defaults=Defaults(**fields_from_json(Defaults, document["defaults"])),
            nodes=nodes,
        )

    @classmethod
    def pinned(cls, document: Mapping[str, Any], digest: str) -> Flow:
        """`from_json`, remembered under the flow's hash: every replay of every call needs it."""
        known = _pinned.get(digest)
        if known is None:
            known = _pinned[digest] = cls.from_json(document)
            if len(_pinned) > _CACHED:
                _pinned.popitem(last=False)
        return known

    @cached_property
    def hash(self) -> str:
        """The sha256 of the JSON, in hex. Its order counts: `set` evaluates its expressions as they are written."""
        text = json.dumps(self.to_json(), separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """The ids of all prompts, those of the first nodes first; those of other languages last (`flows.spoken`)."""
        own = self.own_prompts
        return (*own, *(in_language(locale, prompt) for locale in self.languages for prompt in own))

    @cached_property
    def own_prompts(self) -> tuple[str, ...]:
        """The ids of all prompts as authors write them, those of the first nodes first."""
        used = [mention for node in self._in_order() for mention in mentions_of(node)]
        return tuple(dict.fromkeys(mention.name for mention in used if mention.kind == "prompt"))

    @cached_property
    def sayings(self) -> tuple[str, ...]:
        """The forms of values that the flow says."""
        return tuple(dict.fromkeys(form for node in self.nodes.values() for form in node.sayings))

    def prompts_in(self, locale: str) -> tuple[str, ...]:
        """The ids of all prompts of a call in this language, with the words of values. Raises `sayings.NotSaid`."""
        return (*self.prompts, *needed(self.sayings, locale, self.languages)) if self.sayings else self.prompts

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The locales that the flow changes to."""
        return tuple(dict.fromkeys(node.to for node in self.nodes.values() if isinstance(node, Language)))

    @cached_property
    def is_subflow(self) -> bool:
        """Whether other flows use it: it returns to them, and begins with the call answered."""
        return any(node.KIND == "return" for node in self.nodes.values())

    @cached_property
    def hears_keys(self) -> bool:
        """Whether any node needs the caller's keys."""
        return any(node.hears_keys for node in self.nodes.values())

    def outcomes(self) -> tuple[Exit, ...]:
        """Every (node, outcome) pair of the flow with where it leads; what tests and the explorer must cover."""
        return tuple(
            Exit(node=node.id, outcome=outcome.name, target=self.follow(node.id, outcome.name))
            for node in self.nodes.values()
            for outcome in node.outcomes
        )

    def follow(self, node: str, outcome: str) -> str | None:
        """Name the node that follows; the node itself where it asks again; None where the flow ends."""
        return self._exits[node, outcome]

    def explicit(self, node: str, outcome: str) -> bool:
        """Whether the author gave this very outcome a target."""
        return outcome in self.nodes[node].own_targets

    @cached_property
    def _exits(self) -> dict[tuple[str, str], str | None]:
        return {
            (node.id, outcome.name): self._resolve(node, outcome.name)
            for node in self.nodes.values()
            for outcome in node.outcomes
        }

    def _resolve(self, node: Node, outcome: str) -> str | None:
        chain = {each.name: each.otherwise for each in node.outcomes}
        at = outcome
        while at in chain:
            if at in node.own_targets:
                return node.own_targets[at]
            at = chain[at]
        handlers = {ON_ERROR: self.defaults.on_error, ON_HANGUP: self.defaults.on_hangup}
        if at in handlers:
            handler = handlers[at]
            return handler.next if handler else None
        return node.id if at == AGAIN else None

    def missing_target(self, node: Node, outcome: str) -> bool:
        """Whether the author still owes this outcome a target."""
        chain = {each.name: each.otherwise for each in node.outcomes}
        at = outcome
        while at in chain and at not in node.own_targets:
            at = chain[at]
        return at == REQUIRED

    def _in_order(self) -> Iterator[Node]:
        """The nodes, breadth first from the start."""
        seen = [self.start]
        for name in seen:
            yield self.nodes[name]
            followers = (self.follow(name, outcome.name) for outcome in self.nodes[name].outcomes)
            seen += [each for each in dict.fromkeys(followers) if each is not None and each not in seen]
        yield from (node for name, node in self.nodes.items() if name not in seen)


_pinned: OrderedDict[str, Flow] = OrderedDict()

__all__ = ["END", "MOST_NODES", "SCHEMA", "VARIABLES", "Defaults", "Exit", "Flow", "Handler"]

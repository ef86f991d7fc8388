"""The flow documents of this deployment, and what a call is pinned to when it begins."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows import Flow, FlowErrors, Route, Routes, acts, load, load_file, load_routes
from flows.acts import Target
from flows.interpreter import Interpreter
from flows.kinds.answer import Answer
from flows.linker import link
from flows.routes import SpillOver
from flows.sayings import NotSaid
from flows.spoken import split
from graph.kinds import IncomingCall
from graph.notifications import parse_item
from prompts.catalogue import Catalogue, PromptError

log = logging.getLogger("callwright.flows")

JSON = dict[str, Any]

SHIPPED = Path(__file__).resolve().parent.parent / "flows" / "definitions"
# Graph ends a call 45 minutes after the last one, and recommends one every 15.
# Source: https://learn.microsoft.com/graph/api/call-keepalive
KEEP_ALIVE_S = 840
MAX_CALL_S = 4 * 3600

# What answers when nothing else can: with a fallback target the call goes there, else the caller hears why not.
_REDIRECT = """
schema: 1
id: {id}
locale: en-US
start: elsewhere
nodes:
  elsewhere: {kind: redirect, to: [{target}], on: {failed: {otherwise}}}
"""
_OTHERWISE_BUSY = """  busy: {kind: reject, reason: busy}
"""
_OTHERWISE_SAY = """  pick-up: {kind: answer, next: say}
  say: {kind: hangup, prompts: {prompt}, outcome: failed}
"""
_SAY = (
    """
schema: 1
id: spill-over
locale: en-US
start: pick-up
nodes:
"""
    + _OTHERWISE_SAY
)
_APOLOGY = """
schema: 1
id: apology
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: apologise}
  apologise: {kind: hangup, prompts: apology, outcome: failed}
"""
_BUSY = """
schema: 1
id: busy
locale: en-US
start: busy
nodes:
  busy: {kind: reject, reason: busy}
"""
_GOODBYE = """
schema: 1
id: busy
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: end}
  end: {kind: hangup, outcome: failed}
"""
_NOBODY = """
schema: 1
id: nobody
locale: en-US
start: end
nodes:
  end: {kind: hangup, outcome: failed}
"""
_NO_ROUTE = Route(name="none", flow="apology", customer="")
_UNREADABLE = (FlowErrors, PromptError, OSError, UnicodeError)


class FlowLibrary:
    """A folder with one `{id}.yaml` per flow and `routes.yaml`. Each is read when a call first needs it, and once."""

    def __init__(
        self, folder: Path, catalogue: Catalogue, *, tone_reorder_ms: int, direct_invite: bool = False
    ) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._tone_reorder_ms = tone_reorder_ms
        self._direct_invite = direct_invite
        self._routes: Routes | None = None
        self._flows: dict[str, Flow] = {}

    def pin(self, raw: JSON, tenant_id: str, *, over: bool = False, answering: bool = False) -> JSON:
        """What a call keeps to its end, whatever is deployed meanwhile.

        Args:
            raw: the notification that announced the call, as it came.
            tenant_id: of the token it came with.
            over: it is one call too many, and gets what its route says of those.
            answering: its webhook has seen to the answer already, so that it can no longer be sent elsewhere.

        A flow (or the routes) that cannot be read is logged with every mistake in it; the call then gets what
        `degraded` says.
        """
        route: Route | None = None
        try:
            route = self._read_routes().match(_called(raw), tenant_id)
            flow = _spill_over(route.spill_over) if over else self._read_flow(route.flow)
            pinned = self._pinned(flow, route)
        except _UNREADABLE as failure:
            log.error("a call cannot be answered as it should: %s", failure)
            return self.degraded(route, answering=answering)
        if answering and first_answer(pinned) is None:
            log.error("the flow %r began with an answer when its call was answered, and does no longer", flow.id)
            return self.degraded(route, answering=True)
        return pinned

    def pin_request(self, request: JSON) -> JSON:
        """What a call is pinned to that we place: `request` as `POST /api/calls` takes it, or a leg's.

        Raises `FlowErrors`, `PromptError`, `OSError`, `UnicodeError`: nobody is called to hear an apology.
        """
        route = Route(
            name="outgoing",
            flow=request["flow"],
            customer=request.get("customer") or "",
            locale=request.get("locale") or "",
        )
        leg = {"parent": request["parent"], "leg": request["leg"]} if "parent" in request else None
        return {**self._pinned(self._read_flow(route.flow), route), "leg": leg, "rejoin": request.get("rejoin", True)}

    def nobody(self, request: JSON | None) -> JSON:
        """What a call is pinned to that is not to be placed after all: a flow that ends before there is a call."""
        asked = request or {}
        return self._pinned(load(_NOBODY, "nobody"), replace(_NO_ROUTE, customer=asked.get("customer") or ""))

    def has(self, flow: str) -> bool:
        """Whether there is a flow document of this id; `flow` is a name as routes write it, never a path."""
        return self._path(flow).is_file() and flow != "routes"

    def degraded(self, route: Route | None = None, *, answering: bool = False) -> JSON:
        """What a call is pinned to that nothing else can answer; `answering` as in `pin`.

        The fallback of its route; else an apology, in the route's language or in English; at the least a busy signal.
        """
        route = route or _NO_ROUTE
        if route.fallback is not None and not answering:
            return self._pinned(_to_fallback(route.fallback), route)
        for one in (route, replace(route, locale="")):
            try:
                return self._pinned(load(_APOLOGY, "apology"), one)
            except PromptError as failure:
                log.error("a call cannot even hear an apology: %s", failure)
        return self._pinned(load(_GOODBYE if answering else _BUSY, "busy"), route)

    def _pinned(self, flow: Flow, route: Route) -> JSON:
        locale = route.locale or flow.locale
        try:
            named = {id: split(id) for id in flow.prompts_in(locale)}
        except NotSaid as failure:
            raise PromptError(str(failure)) from failure
        prompts = {id: self._catalogue.prompt(name, language or locale) for id, (language, name) in named.items()}
        return {
            "flow": flow.to_json(),
            "hash": flow.hash,
            "locale": locale,
            "route": route.to_json(),
            "prompts": {id: {"key": prompt.key, "ms": prompt.duration_ms} for id, prompt in prompts.items()},
            "settings": {
                "tone_reorder_ms": self._tone_reorder_ms,
                "direct_invite": self._direct_invite,
                "keep_alive_s": KEEP_ALIVE_S,
                "max_call_s": MAX_CALL_S,
            },
        }

    def routed(self, customer: str | None) -> list[str]:
        """The flows that the routes of a customer lead to, or all routes; none when the routes cannot be read."""
        try:
            routes = self._read_routes().routes
        except _UNREADABLE as failure:
            log.error("the routes cannot be read: %s", failure)
            return []
        return sorted({each.flow for each in routes if customer in (None, each.customer)})

    def drawn(self, id: str) -> JSON:
        """A flow as a picture shows it: `{"start", "nodes": {id: kind}, "edges": [{"from", "to", "label", "aside"}]}`.

        `to` is null for the end. Of a flow that cannot be read nothing is drawn.
        """
        from flows.drawing import edges

        try:
            flow = self._read_flow(id)
        except _UNREADABLE as failure:
            log.error("the flow %r cannot be read: %s", id, failure)
            return {"start": None, "nodes": {}, "edges": []}
        lines = [
            {"from": each.source, "to": each.target, "label": ", ".join(each.outcomes), "aside": each.aside}
            for each in edges(flow)
        ]
        return {"start": flow.start, "nodes": {name: node.KIND for name, node in flow.nodes.items()}, "edges": lines}

    def _read_routes(self) -> Routes:
        if self._routes is None:
            path = self._folder / "routes.yaml"
            self._routes = load_routes(path.read_text(encoding="utf-8"), path.name)
        return self._routes

    def _read_flow(self, id: str) -> Flow:
        if id not in self._flows:
            self._flows[id] = link(load_file(self._path(id)), lambda each: load_file(self._path(each)))
        return self._flows[id]

    def _path(self, id: str) -> Path:
        """The deployment's own document; else the shipped one, as of those that ask whether a call is accepted."""
        own = self._folder / f"{id}.yaml"
        return own if own.is_file() else SHIPPED / own.name


def first_answer(pinned: JSON) -> tuple[str, ...] | None:
    """The keys of the prompts to fetch, of a call whose flow begins with an answer; None of any other."""
    flow = Flow.pinned(pinned["flow"], pinned["hash"])
    if flow.nodes[flow.start].KIND != Answer.KIND:
        return None
    act, prompts = Interpreter(flow).begin(), pinned["prompts"]
    assert isinstance(act, acts.Answer)
    return tuple(prompts[name]["key"] for name in act.prefetch if name in prompts)


def _to_fallback(target: Target) -> Flow:
    return _redirecting("fallback", target, _OTHERWISE_BUSY, "busy")


def _spill_over(wanted: SpillOver) -> Flow:
    """What becomes of a call that is one too many."""
    say = _OTHERWISE_SAY.replace("{prompt}", wanted.prompt)
    if wanted.redirect is not None and wanted.prompt:
        return _redirecting("spill-over", wanted.redirect, say, "pick-up")
    if wanted.redirect is not None:
        return _redirecting("spill-over", wanted.redirect, _OTHERWISE_BUSY, "busy")
    return load(_SAY.replace("{prompt}", wanted.prompt) if wanted.prompt else _BUSY, "spill-over")


def _redirecting(id: str, target: Target, otherwise: str, node: str) -> Flow:
    kind = "applicationInstance" if target.kind == "application_instance" else target.kind
    text = (_REDIRECT + otherwise).replace("{id}", id).replace("{otherwise}", node)
    return load(text.replace("{target}", f'{{{kind}: "{target.id}"}}'), id)


def _called(raw: JSON) -> dict[str, str | None]:
    """Who is called, as routes ask for it."""
    notification = parse_item(raw)
    if not isinstance(notification, IncomingCall):
        return {}
    ids = {identity.kind: identity.id for identity in notification.called.identities}
    return {
        "application": ids.get("application"),
        "application_instance": ids.get("applicationInstance"),
        "phone": ids.get("phone"),
    }

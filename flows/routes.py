"""`routes.yaml`: who is called decides which flow answers, in which language, for which customer, recorded or not.

    schema: 1
    routes:
      - name: northwind
        when: {phone: "+442071234567"}
        flow: small-business
        customer: northwind
        recording: kept
        fallback: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}
      - name: everybody-else
        flow: closed
        customer: house
        atOnce: 20
        spillOver: {redirect: {phone: "+442071234567"}, prompt: all-lines-busy}

The first route whose every condition holds is taken. The last route has no condition, so that every call has one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flows.acts import Target
from flows.parameters import Group, fields_from_json, fields_to_json, parameter, parameters, read_fields
from flows.problems import Place, Problems, Unreadable, unknown_name
from flows.shapes import (
    Identity,
    Integer,
    Items,
    Locale,
    Maybe,
    Name,
    PhoneNumber,
    PromptName,
    TargetShape,
    Word,
)
from flows.source import Located, read_document

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class When:
    """Conditions on a call; those that are left out hold for every call."""

    application: str = parameter("application", Identity(), "application id that is called", default="")
    application_instance: str = parameter(
        "applicationInstance", Identity(), "object id of the resource account that is called", default=""
    )
    phone: str = parameter("phone", PhoneNumber(), "number that is called", default="")
    tenant: str = parameter("tenant", Identity(), "tenant that the call comes from", default="")

    def holds(self, facts: Mapping[str, str | None]) -> bool:
        """Whether each condition equals the fact of its name, however an id is spelt."""
        conditions = {each.name: getattr(self, each.name) for each in parameters(When)}
        return all(_plain(facts.get(name)) == _plain(wanted) for name, wanted in conditions.items() if wanted)

    @property
    def always(self) -> bool:
        """Whether there is no condition."""
        return self == When()


@dataclass(frozen=True, kw_only=True)
class SpillOver:
    """What becomes of a call that is one too many; with neither, its caller hears a busy signal."""

    redirect: Target | None = parameter("redirect", Maybe(TargetShape()), "who gets the call", default=None)
    prompt: str = parameter(
        "prompt", PromptName(), "what its caller is answered with; with 'redirect', where that fails", default=""
    )


@dataclass(frozen=True, kw_only=True)
class Route:
    """What one kind of call gets."""

    name: str = parameter("name", Name("name of a route"), "what records call this route")
    flow: str = parameter("flow", Name("flow id"), "the id of the flow that answers")
    customer: str = parameter("customer", Name("customer"), "whose call it is")
    when: When = parameter("when", Group(When), "which calls; all when left out", default=When())
    locale: str = parameter("locale", Locale(), "the language; the flow's own when left out", default="")
    recording: str = parameter(
        "recording",
        Word(("off", "transient", "kept", "compliance"), "recording mode"),
        "whether flows may record, and what becomes of it",
        default="off",
    )
    fallback: Target | None = parameter(
        "fallback", Maybe(TargetShape()), "who gets calls that the flow cannot answer", default=None
    )
    at_once: int = parameter("atOnce", Integer(0, 100_000), "how many calls it takes at once; 0 for any", default=0)
    per_month: int = parameter(
        "perMonth", Integer(0, 100_000_000), "how many calls it takes within 30 days; 0 for any", default=0
    )
    spill_over: SpillOver = parameter(
        "spillOver", Group(SpillOver), "what becomes of a call beyond a limit", default=SpillOver()
    )

    def to_json(self) -> dict[str, Any]:
        """Give the route; this is what the session's pinned input carries."""
        return fields_to_json(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Route:
        """Read what `to_json` gave."""
        return cls(**fields_from_json(cls, document))


@dataclass(frozen=True, kw_only=True)
class Routes:
    """All routes of a deployment, in the order in which they are tried."""

    routes: tuple[Route, ...] = parameter("routes", Items(Group(Route), 1, 5000), "the routes, the first match wins")

    def match(self, called: Mapping[str, str | None], tenant: str | None) -> Route:
        """Choose the route of a call.

        `called`: what is known of who is called, any of `{"application": id, "application_instance": id,
        "phone": number}`; `tenant`: the tenant that the call comes from.
        """
        facts = {**called, "tenant": tenant}
        return next(route for route in self.routes if route.when.holds(facts))


@dataclass(frozen=True, kw_only=True)
class RoutesDocument:
    """Routes without mistakes, and where each was written."""

    routes: Routes
    places: tuple[Place, ...]


def load(text: str, file: str, *, flows: Collection[str] | None = None) -> Routes:
    """Read routes; with `flows`, the ids that exist, a route to another one is a mistake. Raises `FlowErrors`."""
    return read_routes(text, file, flows=flows).routes


def read_routes(text: str, file: str, *, flows: Collection[str] | None = None) -> RoutesDocument:
    """`load`, for those who also want to know where what was written."""
    problems = Problems(file)
    root = read_document(text, problems)
    try:
        routes = Routes(**read_fields(Routes, root, problems, besides=("schema",)))
    except Unreadable:
        routes = None
    schema = root.value.get("schema") if isinstance(root.value, dict) else None
    if schema is None or schema.raw != str(SCHEMA):
        problems.add(
            schema.place if schema else root.place,
            f"this version reads 'schema: {SCHEMA}' documents only",
            "wrong-schema",
        )
    if routes is not None:
        _check(routes, root, flows, problems)
    problems.raise_if_any()
    assert routes is not None
    return RoutesDocument(routes=routes, places=tuple(each.place for each in _listed(root)))


def _check(routes: Routes, root: Located, flows: Collection[str] | None, problems: Problems) -> None:
    sources = _listed(root)
    seen: set[str] = set()
    for at, (route, source) in enumerate(zip(routes.routes, sources, strict=True), start=1):
        assert isinstance(source.value, dict)
        if route.name in seen:
            problems.add(source.value["name"].place, f"another route is called '{route.name}' too", "duplicate-route")
        seen.add(route.name)
        if flows is not None and route.flow not in flows:
            problems.add(source.value["flow"].place, unknown_name("flow", route.flow, sorted(flows)), "unknown-flow")
        if route.when.always and at < len(sources):
            message = "a route without 'when' takes every call, so it must be the last"
            problems.add(source.place, message, "route-order")
        if at == len(sources) and not route.when.always:
            message = "the last route must have no 'when', so that every call has a route"
            problems.add(source.place, message, "route-order")


def _listed(root: Located) -> list[Located]:
    assert isinstance(root.value, dict)
    listed = root.value["routes"]
    return listed.value if isinstance(listed.value, list) else [listed]


def _plain(value: str | None) -> str | None:
    return value.replace("-", "").lower() if value else value

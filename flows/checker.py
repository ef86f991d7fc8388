"""The checker: documents of one deployment in, findings out.

    findings = check(sources, voices=voices, limits=Limits())

A flow with mistakes of form or names is told those alone: its walks are checked once they are mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.checks import CHECKS, Limits, forbidden
from flows.deployments import Deployment
from flows.kinds.language import Language
from flows.kinds.subflow import Subflow
from flows.linker import mistakes
from flows.loader import Document, read
from flows.problems import FlowErrors, Place, Problem
from flows.routes import Route, read_routes
from flows.sayings import NotSaid, needed

# Locale -> prompt -> its length in milliseconds, or what is wrong with its file.
Voices = Mapping[str, Mapping[str, int | str]]

START = Place(line=1, column=1, path="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file: its name in findings, its text, whether it holds `routes`, and the `id` its flow must have, if any."""

    file: str
    text: str
    routes: bool = False
    id: str | None = None


def check(sources: Sequence[Source], *, voices: Voices | None = None, limits: Limits | None = None) -> list[Problem]:
    """Check the documents, each by itself and all together; without `voices` prompts are taken for granted."""
    found: list[Problem] = []
    documents: dict[str, Document] = {}
    broken: set[str] = set()
    for source in sources:
        if source.routes:
            continue
        try:
            document = read(source.text, source.file)
        except FlowErrors as errors:
            found += errors.problems
            broken.add(source.id or "")
            continue
        found += _check_flow(document, source, documents, voices, limits or Limits())
        documents.setdefault(document.flow.id, document)
    known = Deployment(documents)
    for document in documents.values():
        found += _check_links(document, known, broken)
    for source in sources:
        if source.routes:
            found += _check_routes(source, known, broken, voices, limits or Limits())
    return sorted(found, key=lambda each: (each.file, each.place.line, each.place.column))


def _check_flow(
    document: Document, source: Source, known: Mapping[str, Document], voices: Voices | None, limits: Limits
) -> Iterator[Problem]:
    flow = document.flow

    def problem(place: Place, message: str, rule: str) -> Problem:
        return Problem(file=document.file, place=place, message=message, rule=rule)

    if source.id is not None and flow.id != source.id:
        message = f"the flow '{flow.id}' is looked for in {flow.id}.yaml, and this file is {source.id}.yaml"
        yield problem(document.place("id"), message, "file-name")
    if flow.id in known:
        message = f"the flow '{flow.id}' is in {known[flow.id].file} too"
        yield problem(document.place("id"), message, "duplicate-flow")
    for rule, find in CHECKS.items():
        for place, message in find(document, limits):
            yield problem(place, message, rule)
    if voices is not None:
        yield from _check_prompts(document, flow.locale, voices, source)


def _check_prompts(document: Document, locale: str, voices: Voices, source: Source) -> Iterator[Problem]:
    if locale not in voices:
        message = f"there are no prompts for the locale {locale} (there are: {', '.join(voices)})"
        place = document.place("locale")
        yield Problem(file=document.file, place=place, message=message, rule="missing-locale")
        return
    prompts = voices[locale]
    try:
        read(source.text, source.file, prompts=prompts)
    except FlowErrors as errors:
        yield from errors.problems
    for node in document.flow.nodes.values():
        if isinstance(node, Language):
            yield from _check_language(document, node, voices)
    yield from _check_sayings(document, locale, prompts)
    for name in document.flow.own_prompts:
        wrong = prompts.get(name)
        if isinstance(wrong, str):
            message = f"the prompt '{name}' cannot be played: {wrong}"
            yield Problem(file=document.file, place=document.place("locale"), message=message, rule="prompt-format")


def _check_sayings(document: Document, locale: str, prompts: Mapping[str, int | str]) -> Iterator[Problem]:
    """The words of the values that are said must be there."""
    for node in document.flow.nodes.values():
        place = document.key_place("nodes", node.id)
        try:
            missing = [word for word in needed(node.sayings, locale, ()) if word not in prompts]
        except NotSaid as failure:
            yield Problem(file=document.file, place=place, message=str(failure), rule="missing-locale")
            continue
        if missing:
            message = f"to say values in {locale} there is no {', '.join(missing[:6])}{', ...' if missing[6:] else ''}"
            yield Problem(file=document.file, place=place, message=message, rule="unknown-prompt")


def _check_language(document: Document, node: Language, voices: Voices) -> Iterator[Problem]:
    """Every prompt must be there in the other language, for who changes to it may come by every node."""
    place = document.place("nodes", node.id, "to")
    missing = [name for name in document.flow.own_prompts if name not in voices.get(node.to, {})]
    if node.to not in voices:
        message = f"there are no prompts for the locale {node.to} (there are: {', '.join(voices)})"
        yield Problem(file=document.file, place=place, message=message, rule="missing-locale")
    elif missing:
        message = f"not in {node.to}: {', '.join(missing[:12])}{', ...' if len(missing) > 12 else ''}"
        yield Problem(file=document.file, place=place, message=message, rule="unknown-prompt")


def _check_links(document: Document, known: Deployment, broken: set[str]) -> Iterator[Problem]:
    for node, rule, message in mistakes(document.flow, known.flow):
        wanted = document.flow.nodes[node]
        if rule == "unknown-flow" and isinstance(wanted, Subflow) and wanted.flow in broken:
            continue  # it is there, and was told its own mistakes
        yield Problem(file=document.file, place=document.key_place("nodes", node), message=message, rule=rule)
    for node, message in known.sensitive_uses(document):
        place = document.key_place("nodes", node)
        yield Problem(file=document.file, place=place, message=message, rule="sensitive-use")


def _check_routes(
    source: Source, known: Deployment, broken: set[str], voices: Voices | None, limits: Limits
) -> Iterator[Problem]:
    try:
        routes = read_routes(source.text, source.file, flows=known.documents.keys() | broken)
    except FlowErrors as errors:
        yield from errors.problems
        return
    seen: list[Route] = []
    for at, route in enumerate(routes.routes.routes):
        for rule, message in _check_route(route, seen, known, voices):
            yield Problem(file=source.file, place=routes.places[at], message=message, rule=rule)
        for number in _numbers(route):
            if not limits.lets_dial(number):
                message = forbidden(number)
                yield Problem(file=source.file, place=routes.places[at], message=message, rule="dial-not-allowed")
        seen.append(route)


def _numbers(route: Route) -> list[str]:
    """The phone numbers that a route names itself."""
    targets = (route.fallback, route.spill_over.redirect)
    return [each.id for each in targets if each is not None and each.kind == "phone"]


def _check_route(
    route: Route, before: list[Route], known: Deployment, voices: Voices | None
) -> Iterator[tuple[str, str]]:
    if route.locale and voices is not None and route.locale not in voices:
        yield "missing-locale", f"there are no prompts for the locale {route.locale} (there are: {', '.join(voices)})"
    same = next((each.name for each in before if each.when == route.when), None)
    if same is not None:
        yield "unreachable-route", f"the route '{same}' before takes the same calls"
    document = known.documents.get(route.flow)
    if document is None:
        return
    if document.flow.is_subflow:
        yield "subflow-routed", f"the flow '{document.flow.id}' is a part of others: it has a 'return'"
    nodes = known.nodes(document.flow)
    if route.recording == "off" and (records := next((node.id for node in nodes if node.RECORDS), None)):
        yield "recording-off", f"the flow records at '{records}', and this route does not allow it"
    by_phone = bool(route.when.phone or route.when.application_instance)
    dials = next((node.id for node in [*nodes, *known.leg_nodes(nodes)] if node.numbers), None)
    if dials and not by_phone:
        message = f"the flow sends callers to a number at '{dials}', which works for calls to an application instance"
        yield "pstn-without-instance", message
    if route.fallback is not None and route.fallback.kind == "phone" and not by_phone:
        message = "the fallback is a phone number, which works for calls to an application instance"
        yield "pstn-without-instance", message

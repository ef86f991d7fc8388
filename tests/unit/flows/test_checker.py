"""One bad document for each rule, with the exact finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bad_flows import DEPLOYMENTS, FLOWS, GOOD, ROUTES, VOICES

from flows.checker import Source, check
from flows.checks import CHECKS, Limits
from flows.rules import RULES

# Found by the commands that read files: tests/unit/cli/test_check.py.
ELSEWHERE = {"unreadable", "duplicate-flow"}


def findings(*sources: Source) -> list[tuple[str, str, str]]:
    found = check(sources, voices=VOICES, limits=Limits())
    return [(each.rule, f"{each.place.line}:{each.place.column}", each.message) for each in found]


def test_the_good_document_has_no_finding() -> None:
    assert findings(Source(file="f.yaml", text=GOOD, id="f")) == []


@pytest.mark.parametrize(("rule", "text", "place", "message"), FLOWS)
def test_a_bad_document_has_its_finding_and_no_other(rule: str, text: str, place: str, message: str) -> None:
    (found,) = findings(Source(file="f.yaml", text=text, id="f"))
    assert found[:2] == (rule, place), found
    assert message in found[2]


@pytest.mark.parametrize(("rule", "routes", "text", "place", "message"), DEPLOYMENTS)
def test_bad_routes_have_their_finding(rule: str, routes: str, text: str, place: str, message: str) -> None:
    sources = (Source(file="f.yaml", text=text, id="f"), Source(file="routes.yaml", text=routes, routes=True))
    (found,) = findings(*sources)
    assert found[:2] == (rule, place), found
    assert message in found[2]


def test_two_files_with_one_id_are_found() -> None:
    (found,) = findings(Source(file="f.yaml", text=GOOD), Source(file="g.yaml", text=GOOD))
    assert found == ("duplicate-flow", "2:5", "the flow 'f' is in f.yaml too")


def test_there_is_a_bad_document_for_every_rule() -> None:
    assert {case[0] for case in (*FLOWS, *DEPLOYMENTS)} | ELSEWHERE == set(RULES)
    assert len(FLOWS) + len(DEPLOYMENTS) >= 40


def test_every_rule_that_is_named_in_the_code_is_in_the_table() -> None:
    assert set(CHECKS) <= set(RULES)
    folder = Path(__file__).parents[3] / "flows"
    for path in folder.rglob("*.py"):
        named = re.findall(r'(?:beyond=|missing=)"([a-z-]+)"', path.read_text(encoding="utf-8"))
        assert set(named) <= set(RULES), path


def test_a_broken_flow_is_not_unknown_to_its_routes() -> None:
    routes = Source(file="routes.yaml", text=ROUTES + "  - {name: r, flow: f, customer: c}\n", routes=True)
    found = findings(Source(file="f.yaml", text="schema: 2", id="f"), routes)
    assert {rule for rule, *_ in found} == {"missing-key", "wrong-schema"}


def test_the_limit_of_dead_air_can_be_told() -> None:
    found = check([Source(file="f.yaml", text=GOOD)], limits=Limits(dead_air_ms=4000))
    assert [each.rule for each in found] == ["dead-air"]

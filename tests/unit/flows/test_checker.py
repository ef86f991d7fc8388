"""One bad document for each rule, with the exact finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bad_flows import DEPLOYMENTS, FLOWS, GOOD, ROUTES, USER, VOICES, nodes

from activities import legs
from api.requests import GATHERING_FLOW
from flows.checker import Source, check
from flows.checks import CHECKS, Limits
from flows.legs import CONSULTATION_FLOW, LEG_FLOWS
from flows.rules import RULES

# Of several files: below, and in tests/unit/cli/test_check.py.
ELSEWHERE = {"unreadable", "duplicate-flow", "subflow-routed", "subflow-without-return", "subflow-circle"}


LIMITS = Limits(dial_allow=("+44",), http_allow=("a.example",), functions=("look-up",))


def findings(*sources: Source) -> list[tuple[str, str, str]]:
    found = check(sources, voices=VOICES, limits=LIMITS)
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


INNER = """schema: 1
id: inner
locale: en-US
start: ask
defaults: {onError: {next: back}}
nodes:
  ask: {kind: play, prompts: hello, next: back}
  back: {kind: return, outcome: asked}
"""
USES = nodes("  m: {kind: subflow, flow: inner, on: {asked: t}}\n")
LINKS = [
    ("unknown-flow", USES.replace("inner", "iner"), INNER, "there is no flow 'iner' beside this one"),
    ("outcome-without-target", USES.replace("asked", "sked"), INNER, "'inner' returns 'asked', which leads nowhere"),
    ("unknown-outcome", USES.replace("asked: t", "asked: t, axed: t"), INNER, "no outcome of 'inner' is named 'axed'"),
    ("subflow-without-return", USES, GOOD.replace("id: f", "id: inner"), "it never comes back"),
    ("subflow-circle", USES.replace("flow: inner", "flow: f"), INNER, "the flow 'f' would be part of itself"),
]


@pytest.mark.parametrize(("rule", "text", "inner", "message"), LINKS)
def test_a_subflow_that_cannot_be_put_in_has_its_finding(rule: str, text: str, inner: str, message: str) -> None:
    found = findings(Source(file="f.yaml", text=text), Source(file="inner.yaml", text=inner))
    mine = [each for each in found if each[0] == rule]
    assert [(place, message in told) for _, place, told in mine][:1] == [("8:3", True)], found


def test_a_flow_and_its_subflow_have_no_finding() -> None:
    assert findings(Source(file="f.yaml", text=USES), Source(file="inner.yaml", text=INNER)) == []


ROUTE = Source(file="routes.yaml", text=ROUTES + "  - {name: r, flow: f, customer: c}\n", routes=True)
LEG = nodes("  m: {kind: menu, prompts: choose, options: {1: t}, on: {tooMany: z}}\n").replace(
    "id: f", f"id: {LEG_FLOWS[0]}"
)


@pytest.mark.parametrize(
    ("rule", "step", "message"),
    [
        ("recording-off", "{kind: record, consent: consent, next: back}", "the flow records at 'm.ask'"),
        (
            "pstn-without-instance",
            "{kind: transfer, target: {phone: '+442079460123'}, on: {failed: back}}",
            "the flow sends callers to a number at 'm.ask'",
        ),
    ],
)
def test_a_route_is_held_to_what_subflows_do(rule: str, step: str, message: str) -> None:
    inner = INNER.replace("{kind: play, prompts: hello, next: back}", step)
    (found,) = findings(Source(file="f.yaml", text=USES), Source(file="inner.yaml", text=inner), ROUTE)
    assert found[:2] == (rule, "3:5"), found
    assert message in found[2]


def test_a_route_is_held_to_what_the_calls_do_that_its_flow_places() -> None:
    consults = GOOD.replace(f"target: {USER}", f"target: {USER}, consult: true, hold: hello")
    leg = LEG.replace(f"target: {USER}", "target: {phone: '+442079460123'}")
    (found,) = findings(Source(file="f.yaml", text=consults), Source(file="leg.yaml", text=leg), ROUTE)
    assert found[:2] == ("pstn-without-instance", "3:5")
    assert f"at '{LEG_FLOWS[0]}.t'" in found[2]
    assert findings(Source(file="f.yaml", text=GOOD), Source(file="leg.yaml", text=leg), ROUTE) == []


def test_a_call_that_another_one_places_is_not_recorded() -> None:
    leg = LEG.replace(f"kind: transfer, target: {USER}", "kind: record, consent: consent, next: z")
    (found,) = findings(Source(file="leg.yaml", text=leg))
    assert found == ("recording-off", "9:3", f"the calls of '{LEG_FLOWS[0]}' have no route, and are not recorded")


ASKS = "{kind: collect, prompts: hello, into: pin, next: back, on: {tooMany: back}}"
TELLS = "  {}: {{kind: notify, url: https://a.example, body: {{pin: pin}}, next: {}}}\n"


@pytest.mark.parametrize("secret_inside", [True, False])
def test_a_secret_of_a_subflow_is_one_of_the_flow_around_it_and_the_other_way_round(secret_inside: bool) -> None:
    variables = "variables: {pin: ''}\ndefaults: {onError: {next: z}}\n"
    if secret_inside:
        inner = INNER.replace("{kind: play, prompts: hello, next: back}", ASKS.replace("pin,", "pin, sensitive: true,"))
        uses = nodes(
            "  m: {kind: subflow, flow: inner, on: {asked: n}}\n"
            "  n: {kind: branch, cases: [{when: pin == '1234', next: t}], default: z}\n",
            variables,
        )
        expected = ("10:3", "'pin' from 'm.ask' is a token in a flow that asks for a secret")
    else:
        inner = INNER.replace("{kind: play, prompts: hello, next: back}", ASKS.replace("back", "told"))
        inner += TELLS.format("told", "back")
        uses = nodes(
            "  m: {kind: subflow, flow: inner, on: {asked: n}}\n"
            "  n: {kind: menu, prompts: choose, options: {1: t}, sensitive: true, on: {tooMany: z}}\n"
        )
        expected = ("8:3", "'pin' from 'm.ask' is a token in a flow that asks for a secret, and 'm.told' uses it")
    found = findings(Source(file="f.yaml", text=uses), Source(file="inner.yaml", text=inner))
    secrets = [each[1:] for each in found if each[0] == "sensitive-use"]
    assert secrets == [expected], found


def test_the_flows_of_legs_are_called_alike_everywhere() -> None:
    assert LEG_FLOWS == (CONSULTATION_FLOW, GATHERING_FLOW) == (legs.CONSULTATION_FLOW, legs.GATHERING_FLOW)


def test_a_subflow_is_not_routed_to() -> None:
    routes = Source(file="routes.yaml", text=ROUTES + "  - {name: r, flow: inner, customer: c}\n", routes=True)
    (found,) = findings(Source(file="inner.yaml", text=INNER), routes)
    assert found == ("subflow-routed", "3:5", "the flow 'inner' is a part of others: it has a 'return'")


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


def test_what_may_be_dialled_is_not_judged_where_it_is_not_known() -> None:
    abroad = next(text for rule, text, *_ in FLOWS if rule == "dial-not-allowed")
    assert check([Source(file="f.yaml", text=abroad)]) == []


def test_the_limit_of_dead_air_can_be_told() -> None:
    found = check([Source(file="f.yaml", text=GOOD)], limits=Limits(dead_air_ms=4000))
    assert [each.rule for each in found] == ["dead-air"]

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows import FlowErrors, Route, load_routes

ID = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
TENANT = "0c1f5b00-4444-4a2b-9c3d-0000000000cc"
GOOD = f"""\
schema: 1
routes:
  - name: number
    when: {{phone: "+442071234567"}}
    flow: shop
    customer: northwind
    recording: kept
    fallback: {{user: {ID}}}
  - name: account
    when: {{applicationInstance: {ID}, tenant: {TENANT}}}
    flow: shop
    customer: northwind
    locale: fr-FR
  - name: bot
    when: {{application: {ID}}}
    flow: closed
    customer: northwind
  - name: rest
    flow: closed
    customer: house
"""


@pytest.mark.parametrize(
    ("called", "tenant", "name"),
    [
        ({"phone": "+442071234567"}, None, "number"),
        ({"phone": "+442071234568"}, None, "rest"),
        ({"application_instance": ID}, TENANT, "account"),
        ({"application_instance": ID.replace("-", "").upper()}, TENANT, "account"),
        ({"application_instance": ID}, "other", "rest"),
        ({"application": ID, "application_instance": None}, TENANT, "bot"),
        ({"application": ID, "phone": "+442071234567"}, TENANT, "number"),
        ({}, None, "rest"),
    ],
)
def test_the_first_route_whose_conditions_all_hold_is_taken(called: dict[str, Any], tenant: str, name: str) -> None:
    assert load_routes(GOOD, "routes.yaml").match(called, tenant).name == name


def test_a_route_says_what_its_calls_get() -> None:
    route = load_routes(GOOD, "routes.yaml").match({"phone": "+442071234567"}, None)
    assert (route.flow, route.customer, route.recording, route.locale) == ("shop", "northwind", "kept", "")
    document = route.to_json()
    assert document["fallback"] == {"user": ID}
    assert Route.from_json(document) == route


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ("schema: 1", "schema: one", "routes.yaml:1:9: schema: this version reads 'schema: 1' documents only"),
        ("name: bot", "name: rest", "another route is called 'rest' too"),
        ("flow: shop", "flow: shpo", "routes.yaml:5:11: routes[0].flow: no flow is named 'shpo'; did you mean 'shop'?"),
        ("kept", "keep", "routes[0].recording: no recording mode is named 'keep'; did you mean 'kept'?"),
        ("    customer: house\n", "", "routes[3].customer: the key 'customer' is missing: whose call it is"),
        ("  - name: rest\n", "  - name: rest\n    when: {phone: '+441'}\n", "'+441' is not a number"),
        ("  - name: rest\n", "  - name: rest\n    when: {phone: '+44123456'}\n", "the last route must have no 'when'"),
        (f"    when: {{application: {ID}}}\n", "", "a route without 'when' takes every call, so it must be the last"),
        ("when: {phone", "when: {fone", "no key is named 'fone'; did you mean 'phone'?"),
        ("fallback: {user", "fallback: {usr", "no kind of target is named 'usr'; did you mean 'user'?"),
    ],
)
def test_a_mistake_is_told_with_its_place(good: str, bad: str, problem: str) -> None:
    assert good in GOOD
    with pytest.raises(FlowErrors) as caught:
        load_routes(GOOD.replace(good, bad, 1), "routes.yaml", flows={"shop", "closed"})
    assert any(problem in str(each) for each in caught.value.problems), str(caught.value)


@pytest.mark.parametrize("text", ["", "routes: []", "schema: 1", "[]", "schema: 1\nroutes: 3"])
def test_what_is_no_routes_file_is_refused_by_name(text: str) -> None:
    with pytest.raises(FlowErrors):
        load_routes(text, "routes.yaml")


def test_the_shipped_routes_lead_to_shipped_flows() -> None:
    folder = Path(__file__).parents[3] / "flows" / "definitions"
    flows = {path.stem for path in folder.glob("*.yaml")} - {"routes"}
    routes = load_routes((folder / "routes.yaml").read_text(), "routes.yaml", flows=flows)
    assert routes.match({}, None).flow == "small-business"

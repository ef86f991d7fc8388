"""Who may do what: every route the app has, every role, both customers."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from desk import Desk
from examples import REQUESTS

from api.routes import ROLES, ROUTES, Role, Route
from cli.laptop import APP_FOLDER
from localhost.indexing import index
from localhost.routes import RouteTable

NORTHWIND, HARBOUR = "call-" + "a" * 32, "call-" + "b" * 32
CUSTOMERS = {"northwind": NORTHWIND, "harbour": HARBOUR}

#: Routes that are not the operators': what somebody with every role and nothing else is answered.
OTHERS = {
    "POST /api/callbacks": 403,
    "POST /api/callbacks/{instance_id}/{signature}": 403,
    "GET /api/prompts/{key}": 404,
    "HEAD /api/prompts/{key}": 404,
    "GET /api/console": 200,
    "GET /api/console/{name}": 404,
    "GET /api/health": 200,
    "HEAD /api/health": 200,
}


def table() -> RouteTable:
    return RouteTable(list(index(APP_FOLDER).functions.values()), "api")


def registered() -> set[str]:
    """Every route of the running app: `METHOD /api/path`."""
    return {f"{method} {route.template}" for route in table().routes for method in route.methods}


def filled(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: "1" if found[1] == "n" else "x", template)


def answering(route: Route) -> str | None:
    """The registered route that answers one of the API."""
    path = f"/api{filled(route.path)}"
    found = table().find(route.method, path)
    if found is None:
        return None
    return next(
        f"{route.method} {each.template}"
        for each in table().routes
        if each.function is found[0] and route.method in each.methods
    )


def test_every_route_of_the_app_has_a_row_and_every_row_a_route(desk: Desk) -> None:
    of_the_api = {answering(route) for route in ROUTES}
    assert None not in of_the_api
    assert of_the_api | set(OTHERS) == registered()


@pytest.mark.parametrize("route", OTHERS)
async def test_an_operators_token_opens_no_other_door(desk: Desk, route: str) -> None:
    method, _, path = route.partition(" ")
    answer = await desk.http.request(method, filled(path), headers=desk.token(*ROLES))
    assert answer.status_code == OTHERS[route]


def id_of(route: Route, customer: str) -> str:
    """The call, or the gathering, of this customer that the route is tried on."""
    return CUSTOMERS[customer].replace("call", "gathering") if "gatherings" in route.path else CUSTOMERS[customer]


async def ask(desk: Desk, route: Route, customer: str, headers: dict[str, str]) -> httpx.Response:
    """A sound request on this route for one customer's call."""
    path = route.path.replace("{id}", id_of(route, customer)).replace("{n}", "1").replace("{flow}", "small-business")
    body: Any = None
    if route.path in REQUESTS:
        body = dict(REQUESTS[route.path][1][0])
        if route.path in ("/calls", "/gatherings", "/erasures"):
            body["customer"] = customer
    params = {"customer": customer} if any(each["name"] == "customer" for each in route.parameters) else {}
    return await desk.http.request(route.method, f"/api{path}", json=body, headers=headers, params=params)


def verdict(answer: httpx.Response) -> str:
    if answer.status_code in (401, 403) and "setting" not in answer.json():
        return str(answer.status_code)
    if answer.status_code == 404 and answer.json()["title"] == "No such call":
        return "hidden"
    return "allowed"


def expected(route: Route, held: tuple[str, ...], customer: str) -> str:
    """Written apart from the code under test: a role, or a role for a customer, and nothing else."""
    if route.role in held or f"{route.role}.customer.{customer}" in held:
        return "allowed"
    of_another = any(re.fullmatch(rf"{route.role}\.customer\..+", each) for each in held)
    return "hidden" if of_another and "{id}" in route.path else "403"


HELD: list[tuple[str, ...]] = [
    (),
    *((role,) for role in ROLES),
    *((f"{role}.customer.{customer}",) for role in ROLES for customer in CUSTOMERS),
    *((f"{role}.customer.northwind", f"{role}.customer.harbour") for role in ROLES),
    ("Read.customer.northwind", "Operate.customer.harbour", "Listen.customer.harbour"),
    tuple(ROLES),
    ("read", "READ", "Read ", "Read.customer", "Read.customer.", "Read.northwind", "Operate.customer.Northwind", "*"),
    ("Operate.customer.*", "Listen.customer.", "customer.northwind", "Admin"),
]


@pytest.fixture
async def customers(desk: Desk) -> Desk:
    """A call and a gathering on record for each customer."""
    for customer, instance_id in CUSTOMERS.items():
        for id in (instance_id, instance_id.replace("call", "gathering")):
            await desk.laptop.connections.records.open(id, {"customer": customer})
    return desk


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_a_route_is_open_to_its_role_and_to_no_other(customers: Desk, route: Route) -> None:
    answers = {
        (held, customer): await ask(customers, route, customer, customers.token(*held))
        for held in HELD
        for customer in CUSTOMERS
    }
    found = {case: verdict(answer) for case, answer in answers.items()}
    assert found == {(held, customer): expected(route, held, customer) for held, customer in answers}
    assert set(found.values()) >= {"allowed", "403"}
    assert verdict(await ask(customers, route, "northwind", {})) == "401"


@pytest.mark.parametrize("route", [each for each in ROUTES if "{id}" in each.path], ids=lambda route: route.name)
async def test_another_customers_call_looks_like_none(customers: Desk, route: Route) -> None:
    headers = customers.token(f"{route.role}.customer.northwind")
    theirs = await ask(customers, route, "harbour", headers)
    path = route.path.replace("{id}", id_of(route, "harbour").replace("b" * 32, "0" * 32)).replace("{n}", "1")
    body = dict(REQUESTS[route.path][1][0]) if route.path in REQUESTS else None
    none = await customers.http.request(route.method, f"/api{path}", json=body, headers=headers)
    assert (theirs.status_code, theirs.content) == (none.status_code, none.content)


async def listed(desk: Desk, *held: str, **params: str) -> set[str]:
    answer = await desk.http.get("/api/calls", headers=desk.token(*held), params=params)
    assert answer.status_code == 200, answer.text
    return {call["id"] for call in answer.json()["calls"]}


async def test_a_list_holds_only_what_the_caller_may_see(customers: Desk) -> None:
    harbour = {HARBOUR, HARBOUR.replace("call", "gathering")}
    assert await listed(customers, "Read.customer.harbour") == harbour
    assert await listed(customers, "Read.customer.harbour", customer="harbour") == harbour
    assert {NORTHWIND, HARBOUR} < await listed(customers, "Read")
    assert {NORTHWIND, HARBOUR} < await listed(customers, "Read", "Read.customer.harbour")
    both = ("Read.customer.harbour", "Read.customer.northwind")
    assert await listed(customers, *both, customer="harbour") == harbour
    answer = await customers.http.get("/api/calls", headers=customers.token(*both))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "customer")


def test_roles_are_what_the_documents_say() -> None:
    roles: tuple[Role, ...] = ("Read", "Listen", "Operate", "Erase")
    assert roles == ROLES
    assert {route.role for route in ROUTES if route.method != "GET"} == {"Operate", "Erase"}

"""The table of Graph's actions leaves nothing out, whatever is added to the rooms it is written from."""

from __future__ import annotations

from typing import Any

import graph.requests
from api.routes import ROUTES
from cli.graph_table import ACTS, SIMULATED_AS, acts_asked_for, besides, nodes_of, page, routes_of, simulated
from flows.acts import act_from_json
from graph.permissions import PERMISSIONS
from graph.request import CallRequest, Request
from simulator.urls import ROWS

ACTIONS = {each.action for each in PERMISSIONS}


def requests() -> set[str]:
    """The name of every request that `graph/` can send."""
    kinds: list[Any] = [getattr(graph.requests, name) for name in graph.requests.__all__]
    return {
        kind.name()
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, Request) and kind not in (Request, CallRequest)
    }


def test_every_request_has_a_row() -> None:
    assert requests() == ACTIONS


def test_every_row_is_simulated_and_everything_simulated_has_a_row() -> None:
    assert [action for action in ACTIONS if simulated(action) is None] == []
    names = {SIMULATED_AS.get(action, action) for action in ACTIONS}
    documented = {row.action for row in ROWS if row.page is not None and not row.action.endswith("OfNobody")}
    assert documented <= names


def test_every_route_that_does_something_names_actions_that_exist() -> None:
    for route in ROUTES:
        assert set(route.graph) <= ACTIONS, route.name
        assert bool(route.graph) == (route.role == "Operate"), route.name


def test_every_act_of_a_flow_is_told() -> None:
    acts: dict[str, Any] = act_from_json.__globals__["_ACTS"]
    assert set(ACTS) == set(acts)
    assert acts_asked_for() == set(acts)
    assert {action for named in ACTS.values() for action in named} <= ACTIONS


def test_nodes_and_routes_stand_beside_their_actions() -> None:
    assert nodes_of("transfer") == ["dial", "queue", "transfer"]
    assert "menu" in nodes_of("playPrompt")
    assert "record" in nodes_of("recordResponse")
    assert routes_of("hangUp") == ["DELETE /api/calls/{id}"]
    assert routes_of("createCall")[0] == "POST /api/calls"


def test_the_page_has_a_row_for_each_permission() -> None:
    assert sum(line.startswith("| [`") for line in page().splitlines()) == len(PERMISSIONS)


def test_the_page_says_what_is_unconfirmed() -> None:
    told = {line.split("`")[1] for line in page().splitlines() if line.startswith("| [`") and "(unconfirmed)" in line}
    assert told == {each.action for each in PERMISSIONS if not each.confirmed}


def test_every_number_beside_a_permission_is_explained_once() -> None:
    lines = page().splitlines()
    shown = {line.split(" | ")[3] for line in lines if line.startswith("| [`")} - {""}
    explained = [line.partition(".")[0] for line in lines if line[:1].isdecimal()]
    assert shown == set(explained)
    assert len(explained) == len(besides()) == len(shown)
    assert max(map(len, lines)) < 600

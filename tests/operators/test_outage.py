"""While storage or Durable Functions is away every route says so, at once, and what is sent again is done once."""

from __future__ import annotations

from typing import Any

import pytest
from callers import clock_of
from desk import Desk
from examples import REQUESTS
from placing import BOB

from api.routes import ROUTES, Route
from connections.durable import DurableOrchestrations
from storage import StorageUnavailable

KEY = {"x-development-key": "development", "Idempotency-Key": "one"}


def take_away(desk: Desk, *, away: bool) -> None:
    def refuse(asked: str, first: str, second: str) -> None:
        raise StorageUnavailable("away")

    memory = desk.laptop.memory
    assert memory is not None
    for store in (*memory.tables.values(), *memory.containers.values()):
        store.before = refuse if away else None


#: Reads the flows of the package, and nothing else.
WITHOUT_STORAGE = {"list_flows"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_storage_that_is_away_is_a_503_on_every_route(desk: Desk, route: Route) -> None:
    id = "gathering-" + "a" * 32 if "gatherings" in route.path else desk.instance_id
    body: Any = REQUESTS[route.path][1][0] if route.path in REQUESTS else None
    path = route.path.replace("{id}", id).replace("{n}", "1").replace("{flow}", "small-business")
    take_away(desk, away=True)
    answer = await desk.ask(route.method, path, body, **KEY)
    take_away(desk, away=False)
    if route.name in WITHOUT_STORAGE:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_call_that_could_not_be_begun_is_begun_by_the_next_try(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"to": [{"user": BOB}], "flow": "small-business"}

    async def fail(*args: object) -> None:
        raise RuntimeError("the task hub is away")  # as plain as what the SDK raises

    with monkeypatch.context() as patch:
        patch.setattr(DurableOrchestrations, "start", fail)
        answer = await desk.ask("POST", "/calls", body, **KEY)
        assert (answer.status_code, answer.json()["title"]) == (503, "Durable Functions is away")
    await clock_of(desk.laptop).advance(3)  # its claim has run out by then
    answers = [await desk.ask("POST", "/calls", body, **KEY) for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    await clock_of(desk.laptop).advance(1)
    assert len([each for each in desk.requests if each.endswith("/communications/calls")]) == 1

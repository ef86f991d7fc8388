"""So many calls and no more, altogether, of a customer, on a route; and what becomes of one too many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from callers import OPERATOR, Played, clock_of, finish, laptop_with_flows, ring, waits

from cli.laptop import Laptop
from storage import StorageUnavailable

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: wait}
  wait: {kind: wait, for: 60s, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
ONE, OTHER = "+442079460111", "+442079460222"


def routes(**of_one: str) -> str:
    """Two routes of one customer, the first with these keys besides, and one of another customer."""
    more = "".join(f", {name}: {value}" for name, value in of_one.items())
    return f"""
schema: 1
routes:
  - {{name: one, when: {{phone: "{ONE}"}}, flow: test, customer: northwind{more}}}
  - {{name: other, when: {{phone: "{OTHER}"}}, flow: test, customer: northwind}}
  - {{name: rest, flow: test, customer: contoso}}
"""


@asynccontextmanager
async def limited(folder: Path, of_one: dict[str, str] | None = None, **settings: int) -> AsyncIterator[Laptop]:
    named = {name: str(value) for name, value in settings.items()}
    async with laptop_with_flows(folder, routes=routes(**(of_one or {})), test=FLOW, settings=named) as laptop:
        yield laptop


async def calls(laptop: Laptop, *numbers: str | None, apart: float = 0.5) -> list[Played]:
    """One call after the other, to these numbers; None is the bot itself."""
    rung = []
    for number in numbers:
        to = None if number is None else {"phone": number}
        rung.append(ring(laptop, waits(30, hang_up=True), to=to))
        await clock_of(laptop).advance(apart)
    return await finish(laptop, *rung)


def over(played: list[Played]) -> list[str | None]:
    return [one.record["over"] for one in played]


async def test_without_a_limit_nobody_is_turned_away(tmp_path: Path) -> None:
    async with limited(tmp_path) as laptop:
        played = await calls(laptop, *[None] * 30)
    assert {one.requests[0] for one in played} == {"answer"}
    assert over(played) == [None] * 30


async def test_one_call_too_many_is_busy(tmp_path: Path) -> None:
    async with limited(tmp_path, CALLS_AT_ONCE=3) as laptop:
        played = await calls(laptop, ONE, OTHER, None, None, ONE)
        assert over(played) == [None] * 3 + ["CALLS_AT_ONCE"] * 2
        assert [one.requests[0] for one in played[3:]] == ["reject", "reject"]
        assert {one.record["flow"] for one in played[3:]} == {"busy"}
        assert over(await calls(laptop, *[None] * 4)) == [None] * 3 + ["CALLS_AT_ONCE"]  # there is room again


async def test_of_calls_of_the_same_moment_just_as_many_are_served(tmp_path: Path) -> None:
    async with limited(tmp_path, CALLS_AT_ONCE=10) as laptop:
        played = await calls(laptop, *[None] * 25, apart=0)
    assert sorted(map(str, over(played))) == ["CALLS_AT_ONCE"] * 15 + ["None"] * 10


async def test_a_customer_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with limited(tmp_path, CALLS_AT_ONCE_PER_CUSTOMER=2) as laptop:
        played = await calls(laptop, ONE, OTHER, ONE, None, None, None)
    limit = "CALLS_AT_ONCE_PER_CUSTOMER"
    assert over(played) == [None, None, limit, None, None, limit]


async def test_a_route_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with limited(tmp_path, {"atOnce": "1"}) as laptop:
        played = await calls(laptop, ONE, ONE, OTHER, OTHER, None)
    assert over(played) == [None, "atOnce", None, None, None]


SPILL = {
    "busy": ("{}", ["reject"], []),
    "redirect": (f"{{redirect: {{user: {OPERATOR}}}}}", ["redirect"], []),
    "prompt": ("{prompt: apology}", ["answer", "playPrompt", "hangUp"], ["apology"]),
    "both": (f"{{redirect: {{user: {OPERATOR}}}, prompt: apology}}", ["redirect"], []),
}


@pytest.mark.parametrize(("spill_over", "requests", "heard"), SPILL.values(), ids=SPILL)
async def test_the_route_says_what_becomes_of_one_too_many(
    tmp_path: Path, spill_over: str, requests: list[str], heard: list[str]
) -> None:
    async with limited(tmp_path, {"atOnce": "1", "spillOver": spill_over}) as laptop:
        _, second = await calls(laptop, ONE, ONE)
    assert (second.requests, second.heard) == (requests, heard)
    assert (second.record["over"], second.record["customer"], second.record["route"]) == ("atOnce", "northwind", "one")


async def test_where_graph_refuses_the_redirect_the_prompt_is_heard(tmp_path: Path) -> None:
    spill_over = SPILL["both"][0]
    async with limited(tmp_path, {"atOnce": "1", "spillOver": spill_over}) as laptop:
        laptop.simulator.fault({"operation": "redirect"}, {"status": 403, "code": "7504"})
        _, second = await calls(laptop, ONE, ONE)
    assert second.heard == ["apology"]


async def test_a_spill_over_that_cannot_be_carried_out_apologises(tmp_path: Path) -> None:
    async with limited(tmp_path, {"atOnce": "1", "spillOver": "{prompt: not-in-the-catalogue}"}) as laptop:
        _, second = await calls(laptop, ONE, ONE)
    assert second.heard == ["apology"]


async def test_what_spills_over_takes_no_place(tmp_path: Path) -> None:
    spill_over = f"{{redirect: {{user: {OPERATOR}}}}}"
    async with limited(tmp_path, {"atOnce": "2", "spillOver": spill_over}) as laptop:
        laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "waits"}})
        first = ring(laptop, waits(10, hang_up=True), to={"phone": ONE})
        await clock_of(laptop).advance(0.5)
        rest = [ring(laptop, waits(40, hang_up=True), to={"phone": ONE}) for _ in range(4)]
        await clock_of(laptop).advance(15)
        last = ring(laptop, waits(20, hang_up=True), to={"phone": ONE})
        played = await finish(laptop, first, *rest, last)
    assert sorted(map(str, over(played[1:5]))) == ["None", "atOnce", "atOnce", "atOnce"]
    assert over(played)[-1] is None  # though three still ring elsewhere


async def test_so_many_within_thirty_days(tmp_path: Path) -> None:
    async with limited(tmp_path, {"perMonth": "2"}, CALLS_PER_MONTH=5) as laptop:
        names = []
        for number in (ONE, ONE, ONE, OTHER, None, None, None):
            names += over(await calls(laptop, number))
            await clock_of(laptop).advance(120)
        assert names == [None, None, "perMonth", None, None, None, "CALLS_PER_MONTH"]
        await clock_of(laptop).advance(31 * 24 * 3600)
        assert over(await calls(laptop, ONE)) == [None]


async def test_nearly_as_many_as_graph_takes_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with limited(tmp_path) as laptop:
        rung = [ring(laptop, waits(100, hang_up=True)) for _ in range(80)]
        await clock_of(laptop).advance(40)
        await laptop.host.fire_timer("sweep_calls")
        assert "calls at once" not in caplog.text
        rung.append(ring(laptop, waits(20, hang_up=True)))
        await clock_of(laptop).advance(1)
        await laptop.host.fire_timer("sweep_calls")
        assert "81 calls at once; Graph documents a limit of 100" in caplog.text
        await finish(laptop, *rung)


async def test_a_limit_that_cannot_be_looked_up_at_first_is_looked_up_again(tmp_path: Path) -> None:
    async with limited(tmp_path, CALLS_AT_ONCE=1) as laptop:
        assert laptop.memory is not None
        left = iter(range(2))

        def refuse(asked: str, partition: str, key: str) -> None:
            if asked == "get" and key == "seats" and next(left, None) is not None:
                raise StorageUnavailable("away")

        laptop.memory.tables["Inbox"].before = refuse
        played = await calls(laptop, None, None)
    assert over(played) == [None, "CALLS_AT_ONCE"]
    assert played[0].call.transcript.of("notification")[0]["attempts"] == [202]

"""What the orchestration makes of the webhook's answer: a result, one on its way, or none."""

from __future__ import annotations

from typing import Any

import pytest

from inbox import Answers, Arrival, Births
from inbox.answers import ANSWER_S, TAKE_OVER_S, noted
from localhost.memory_storage import MemoryTable

GRAPH, TENANT = "0c1f5b0011114a2b9c3d000000000001", "tenant-1"
CALL = f"call-{GRAPH}"
NOW = 1_767_603_600.0
OK: dict[str, Any] = {"ok": {"after_ms": 7}}
GONE: dict[str, Any] = {"error": {"kind": "gone", "status": 404, "code": "8522", "message": "Call not found"}}


class Place:
    """One table; each process has a clock of its own, so many seconds off."""

    def __init__(self) -> None:
        self.table, self.now, self.off = MemoryTable(), NOW, 0.0
        self.births = Births(self.table, lambda: self.now)
        self.answers = Answers(self.table, lambda: self.now + self.off, self._sleep)
        self.then: list[tuple[float, Any]] = []

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds
        for at, action in list(self.then):
            if self.now >= at:
                self.then.remove((at, action))
                await action()

    async def claim(self, *, answering: bool) -> None:
        await self.births.claim(CALL, GRAPH, TENANT, arrival=Arrival(answering=answering))


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_call_that_nobody_claimed_to_answer_is_answered_at_once(place: Place) -> None:
    await place.claim(answering=False)
    assert await place.answers.of(CALL) == (None, NOW)
    assert place.now == NOW


async def test_a_call_that_nobody_knows_is_answered_at_once(place: Place) -> None:
    assert await place.answers.of(CALL) == (None, NOW)


@pytest.mark.parametrize("result", [OK, GONE])
async def test_a_result_is_taken_as_it_is(place: Place, result: dict[str, Any]) -> None:
    await place.claim(answering=True)
    await place.births.started(CALL, noted(result))
    place.now += 1
    assert await place.answers.of(CALL) == (result, NOW)
    assert place.now == NOW + 1


async def test_a_result_on_its_way_is_waited_for(place: Place) -> None:
    await place.claim(answering=True)
    place.then.append((NOW + 1.5, lambda: place.births.started(CALL, noted(OK))))
    assert await place.answers.of(CALL) == (OK, NOW)
    assert NOW + 1.5 <= place.now < NOW + 2


async def test_an_attempt_that_came_to_nothing_is_not_waited_for(place: Place) -> None:
    await place.claim(answering=True)
    await place.births.started(CALL, noted(None))
    assert await place.answers.of(CALL) == (None, NOW)
    assert place.now == NOW


async def test_a_claim_without_a_result_is_taken_over_once_and_the_next_run_need_not_wait(place: Place) -> None:
    await place.claim(answering=True)
    assert await place.answers.of(CALL) == (None, NOW)
    assert place.now == pytest.approx(NOW + TAKE_OVER_S)
    assert await place.answers.of(CALL) == (None, NOW)
    assert place.now == pytest.approx(NOW + TAKE_OVER_S)


async def test_a_result_that_comes_at_the_last_moment_wins(place: Place) -> None:
    await place.claim(answering=True)
    place.now += TAKE_OVER_S
    update, first = place.table.update, iter([True])

    async def overtaken(*given: Any, **more: Any) -> str:
        if next(first, False):
            await place.births.started(CALL, noted(OK))
        return await update(*given, **more)

    place.table.update = overtaken  # type: ignore[method-assign]
    assert await place.answers.of(CALL) == (OK, NOW)


@pytest.mark.parametrize("off", [-300.0, -2.0, 2.0, 300.0])
async def test_however_wrong_a_clock_is_nobody_waits_longer_than_three_seconds(place: Place, off: float) -> None:
    await place.claim(answering=True)
    place.off = off
    assert (await place.answers.of(CALL))[0] is None
    assert place.now <= NOW + TAKE_OVER_S + 0.001


def test_the_webhook_has_given_up_before_it_is_taken_over() -> None:
    assert ANSWER_S < TAKE_OVER_S

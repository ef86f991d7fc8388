"""What the orchestration makes of the webhook's answer: a result, one on its way, or none."""

from __future__ import annotations

from typing import Any

import pytest

from inbox import Answers, Arrival, Births
from inbox.answers import ANSWER_S, SENT_AWAY, TAKE_OVER_S, Early
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
    assert await place.answers.of(CALL) == Early(claimed_at=NOW)
    assert place.now == NOW


async def test_a_call_that_nobody_knows_is_answered_at_once(place: Place) -> None:
    assert await place.answers.of(CALL) == Early(claimed_at=NOW)


@pytest.mark.parametrize("result", [OK, GONE])
async def test_a_result_is_taken_as_it_is(place: Place, result: dict[str, Any]) -> None:
    await place.claim(answering=True)
    await place.answers.note(CALL, result)
    place.now += 1
    assert await place.answers.of(CALL) == Early(result=result, claimed_at=NOW)
    assert place.now == NOW + 1


async def test_a_result_on_its_way_is_waited_for(place: Place) -> None:
    await place.claim(answering=True)
    place.then.append((NOW + 1.5, lambda: place.answers.note(CALL, OK)))
    assert await place.answers.of(CALL) == Early(result=OK, claimed_at=NOW)
    assert NOW + 1.5 <= place.now < NOW + 2


async def test_an_attempt_that_came_to_nothing_is_not_waited_for(place: Place) -> None:
    await place.claim(answering=True)
    await place.answers.note(CALL, None)
    assert await place.answers.of(CALL) == Early(claimed_at=NOW)
    assert place.now == NOW


async def test_a_claim_without_a_result_is_taken_over_once_and_the_next_run_need_not_wait(place: Place) -> None:
    await place.claim(answering=True)
    assert await place.answers.of(CALL) == Early(claimed_at=NOW, in_doubt=True)
    assert place.now == pytest.approx(NOW + TAKE_OVER_S)
    assert await place.answers.of(CALL) == Early(claimed_at=NOW)
    assert place.now == pytest.approx(NOW + TAKE_OVER_S)


async def test_a_result_that_comes_at_the_last_moment_wins(place: Place) -> None:
    await place.claim(answering=True)
    place.now += TAKE_OVER_S
    update, first = place.table.update, iter([True])

    async def overtaken(*given: Any, **more: Any) -> str:
        if next(first, False):
            await place.answers.note(CALL, OK)
        return await update(*given, **more)

    place.table.update = overtaken  # type: ignore[method-assign]
    assert await place.answers.of(CALL) == Early(result=OK, claimed_at=NOW)


@pytest.mark.parametrize("off", [-300.0, -2.0, 2.0, 300.0])
async def test_however_wrong_a_clock_is_nobody_waits_longer_than_three_seconds(place: Place, off: float) -> None:
    await place.claim(answering=True)
    place.off = off
    assert (await place.answers.of(CALL)).result is None
    assert place.now <= NOW + TAKE_OVER_S + 0.001


def test_the_webhook_has_given_up_before_it_is_taken_over() -> None:
    assert ANSWER_S < TAKE_OVER_S


async def test_who_answers_a_recording_policy_late_knows_that_it_is_one(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT, arrival=Arrival(policy=True))
    assert (await place.answers.of(CALL)).policy


WHO = {"instance_id": CALL, "call_id": GRAPH, "tenant_id": TENANT}


async def own_claim(place: Place, *, answering: bool = False) -> float:
    return (await place.births.claim(CALL, GRAPH, TENANT, arrival=Arrival(answering=answering))).at


@pytest.mark.parametrize("answering", [False, True])
async def test_a_call_that_only_its_sender_has_claimed_may_be_sent_away(place: Place, answering: bool) -> None:
    claimed_at = await own_claim(place, answering=answering)
    place.now += 1
    assert await place.answers.send_away(WHO, claimed_at)
    assert (await place.answers.of(CALL)).result == SENT_AWAY
    assert await place.answers.is_sent_away(CALL)
    assert (await place.births.claim(CALL, GRAPH, TENANT)).started
    assert [one.sent_away async for one in place.births.live()] == [True]
    await place.answers.take_back(CALL)
    assert (await place.births.claim(CALL, GRAPH, TENANT)).kind == "taken_over"


async def test_a_call_that_nobody_has_claimed_may_be_sent_away_and_nobody_claims_it_then(place: Place) -> None:
    assert await place.answers.send_away(WHO, 0.0)
    assert (await place.births.claim(CALL, GRAPH, TENANT)).started


async def test_a_call_that_anybody_serves_or_may_serve_stays(place: Place) -> None:
    """Started, answered, or claimed by somebody else; a claim to the answer holds as long as none is noted."""
    claimed_at = await own_claim(place, answering=True)
    assert not await place.answers.send_away(WHO, 0.0)
    place.now += 60
    assert not await place.answers.send_away(WHO, 0.0)
    await place.answers.note(CALL, None)
    assert await place.answers.send_away(WHO, 0.0)  # left to an orchestration that was never started
    await place.answers.take_back(CALL)
    await place.answers.note(CALL, OK)
    assert not await place.answers.send_away(WHO, claimed_at)
    await place.answers.note(CALL, None)
    await place.births.started(CALL)
    assert not await place.answers.send_away(WHO, claimed_at)


async def test_of_who_starts_a_call_and_who_sends_it_away_at_once_one_wins(place: Place) -> None:
    await own_claim(place)
    place.now += 60
    get = place.table.get

    async def overtaken(*given: Any) -> Any:
        row = await get(*given)
        place.table.get = get  # type: ignore[method-assign]
        assert (await place.births.claim(CALL, GRAPH, TENANT)).kind == "taken_over"
        return row

    place.table.get = overtaken  # type: ignore[method-assign]
    assert not await place.answers.send_away(WHO, 0.0)

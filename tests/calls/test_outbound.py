"""Calls that are tried several times."""

from __future__ import annotations

import pytest
from callers import clock_of, has_heard, hears
from placing import BOB, behaves, control, finish_placed, place

from cli.laptop import Laptop

TO_BOB = {"to": [{"user": BOB}]}


def outcomes(output: dict) -> list[str]:
    return [each["outcome"] for each in output["tries"]]


async def test_who_answers_is_called_once(laptop: Laptop) -> None:
    behaves(laptop, BOB, "answers", has_heard("greeting", hang_up=True))
    placed = await finish_placed(laptop, await place(laptop, **TO_BOB, tries=3, retry_within_s=600))
    assert (placed.output["outcome"], outcomes(placed.output)) == ("hung_up", ["hung_up"])
    assert len(placed.calls) == 1
    assert placed.record["state"] == "ended"
    assert placed.record["outcome"] == "hung_up"
    assert placed.record["tries"] == placed.output["tries"]
    leg = await laptop.connections.records.get(placed.output["tries"][0]["id"])
    assert leg is not None
    assert leg["outcome"] == "hung_up"


@pytest.mark.parametrize("why", ["busy", "no_answer"])
async def test_who_is_not_reached_is_called_again_until_the_tries_are_used_up(laptop: Laptop, why: str) -> None:
    behaves(laptop, BOB, why)
    began = laptop.clock.now()
    placed = await finish_placed(laptop, await place(laptop, **TO_BOB, tries=3, retry_within_s=900, ring_for_s=30))
    assert (placed.output["outcome"], outcomes(placed.output)) == (why, [why] * 3)
    starts = [each["at"] - began for each in placed.output["tries"]]
    assert starts == pytest.approx([0, 300, 600], abs=2)


async def test_who_answers_the_second_time_is_not_called_a_third_time(laptop: Laptop) -> None:
    behaves(laptop, BOB, "busy")
    instance_id = await place(laptop, **TO_BOB, tries=3, retry_within_s=900)
    await clock_of(laptop).advance(60)
    behaves(laptop, BOB, "answers", has_heard("greeting", hang_up=True))
    placed = await finish_placed(laptop, instance_id)
    assert outcomes(placed.output) == ["busy", "hung_up"]


async def test_who_declines_is_not_called_again(laptop: Laptop) -> None:
    behaves(laptop, BOB, "declines")
    placed = await finish_placed(laptop, await place(laptop, **TO_BOB, tries=3, retry_within_s=900))
    assert outcomes(placed.output) == ["declined"]


async def test_no_try_begins_after_the_time_for_them(laptop: Laptop) -> None:
    behaves(laptop, BOB, "no_answer")
    placed = await finish_placed(laptop, await place(laptop, **TO_BOB, tries=5, retry_within_s=100, ring_for_s=45))
    assert 2 <= len(placed.output["tries"]) < 5
    first = placed.output["tries"][0]["at"]
    assert all(each["at"] - first <= 100 for each in placed.output["tries"])


async def test_an_operator_ends_the_tries_between_two(laptop: Laptop) -> None:
    behaves(laptop, BOB, "busy")
    instance_id = await place(laptop, **TO_BOB, tries=3, retry_within_s=900)
    await clock_of(laptop).advance(60)
    await control(laptop, instance_id, "hang_up")
    placed = await finish_placed(laptop, instance_id)
    assert outcomes(placed.output) == ["busy"]
    assert placed.output["reason"] == "ended_by_operator"


async def test_what_nobody_can_do_between_two_tries_is_refused(laptop: Laptop) -> None:
    behaves(laptop, BOB, "busy")
    instance_id = await place(laptop, **TO_BOB, tries=2, retry_within_s=900)
    await clock_of(laptop).advance(60)
    await control(laptop, instance_id, "play", prompt="goodbye")
    await control(laptop, instance_id, "transfer", target={"user": BOB})
    placed = await finish_placed(laptop, instance_id)
    assert outcomes(placed.output) == ["busy", "busy"]
    events = await laptop.connections.records.events(instance_id)
    told = [(each["action"], each["result"], each["reason"]) for each in events if each["what"] == "control"]
    assert told == [("play", "refused", "notNow"), ("transfer", "refused", "notNow")]


async def test_what_is_asked_of_the_call_is_asked_of_the_try_that_lives(laptop: Laptop) -> None:
    behaves(laptop, BOB, "answers", hears("main-menu", after=3600, press="1"))
    instance_id = await place(laptop, **TO_BOB, tries=3, retry_within_s=900)
    await clock_of(laptop).advance(8)
    await control(laptop, instance_id, "play", prompt="goodbye")
    await clock_of(laptop).advance(1)
    await control(laptop, instance_id, "hang_up")
    placed = await finish_placed(laptop, instance_id)
    assert outcomes(placed.output) == ["ended_by_operator"]
    events = await laptop.connections.records.events(placed.output["tries"][0]["id"])
    asked = [(each["action"], each["result"]) for each in events if each["what"] == "control"]
    assert ("play", "started") in asked
    assert ("hang_up", "done") in asked

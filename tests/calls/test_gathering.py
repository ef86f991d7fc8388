"""People are called and brought into a meeting: an incident bridge."""

from __future__ import annotations

from typing import Any

import pytest
from callers import clock_of, hears
from placing import BOB, CAROL, DAVE, Placed, behaves, control, finish_placed, gather

from cli.laptop import Laptop

ALICE = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
PEOPLE = {"people": [{"user": BOB}, {"user": CAROL}, {"user": DAVE}]}
ACCEPTS = hears("gathering-leg", press="1")
DECLINES = hears("gathering-leg", press="2")


@pytest.fixture
def meeting(laptop: Laptop) -> Any:
    return laptop.simulator.people.create_meeting(organizer={"user": ALICE}, participants=[{"user": ALICE}])


def to(meeting: Any) -> dict[str, Any]:
    return {"meeting": {"join_id": meeting.join_id, "passcode": meeting.passcode}}


def came_to(placed: Placed) -> list[str]:
    return [each["outcome"] for each in placed.output["people"]]


def who_is_in(laptop: Laptop, meeting: Any) -> set[str]:
    conversation = laptop.simulator.people.conversation(meeting.id)
    return {each.identity.id for each in conversation.participants.values()}


def rang(laptop: Laptop) -> dict[str, float]:
    """When whose telephone began to ring."""
    calls = laptop.simulator.calls.values()
    return {
        who: entry["at"]
        for call in calls
        for entry in call.transcript.of("far_end")
        if entry["does"] == "rings"
        for who in entry["who"]
    }


async def test_responders_are_called_one_by_one_and_brought_into_the_meeting(laptop: Laptop, meeting: Any) -> None:
    for who in (BOB, CAROL, DAVE):
        behaves(laptop, who, "answers", ACCEPTS)
    placed = await finish_placed(laptop, await gather(laptop, **PEOPLE, **to(meeting)))
    assert (placed.output["outcome"], came_to(placed)) == ("completed", ["joined"] * 3)
    assert who_is_in(laptop, meeting) == {ALICE, BOB, CAROL, DAVE}
    times = [rang(laptop)[who] for who in (BOB, CAROL, DAVE)]
    # Nobody is called before the one before is in: two seconds of ringing, half a second of listening, a key.
    assert times[1] - times[0] > 3
    assert times[2] - times[1] > 3
    legs = [await laptop.connections.records.get(each["id"]) or {} for each in placed.output["people"]]
    assert [leg["outcome"] for leg in legs] == ["moved"] * 3
    assert placed.record["people"] == placed.output["people"]


async def test_several_are_called_at_once(laptop: Laptop, meeting: Any) -> None:
    for who in (BOB, CAROL, DAVE):
        behaves(laptop, who, "answers", ACCEPTS)
    placed = await finish_placed(laptop, await gather(laptop, **PEOPLE, **to(meeting), at_once=3))
    assert came_to(placed) == ["joined"] * 3
    times = [rang(laptop)[who] for who in (BOB, CAROL, DAVE)]
    assert max(times) - min(times) < 2


async def test_those_who_do_not_come_are_named_with_their_reasons(laptop: Laptop, meeting: Any) -> None:
    behaves(laptop, BOB, "answers", DECLINES)
    behaves(laptop, CAROL, "busy")
    behaves(laptop, DAVE, "answers", ACCEPTS)
    placed = await finish_placed(laptop, await gather(laptop, **PEOPLE, **to(meeting), at_once=2))
    assert (placed.output["outcome"], came_to(placed)) == ("completed", ["declined", "busy", "joined"])
    assert who_is_in(laptop, meeting) == {ALICE, DAVE}


async def test_a_machine_that_answers_is_not_brought_in(laptop: Laptop, meeting: Any) -> None:
    for who in (BOB, CAROL, DAVE):
        behaves(laptop, who, "answers")
    placed = await finish_placed(laptop, await gather(laptop, **PEOPLE, **to(meeting), at_once=3))
    assert (placed.output["outcome"], came_to(placed)) == ("nobody_joined", ["not_accepted"] * 3)
    assert who_is_in(laptop, meeting) == {ALICE}


async def test_who_was_busy_is_called_again(laptop: Laptop, meeting: Any) -> None:
    behaves(laptop, BOB, "busy")
    behaves(laptop, CAROL, "answers", ACCEPTS)
    behaves(laptop, DAVE, "declines")
    instance_id = await gather(laptop, **PEOPLE, **to(meeting), tries=2, retry_within_s=600)
    await clock_of(laptop).advance(120)
    behaves(laptop, BOB, "answers", ACCEPTS)
    placed = await finish_placed(laptop, instance_id)
    assert came_to(placed) == ["joined", "joined", "declined"]
    assert len([call for call in placed.calls if call.birth.called.id == BOB]) == 2


async def test_nobody_is_kept_waiting_who_is_not_let_into_the_meeting(laptop: Laptop, meeting: Any) -> None:
    for who in (BOB, CAROL, DAVE):
        behaves(laptop, who, "answers", ACCEPTS)
    laptop.simulator.fault({"operation": "invite"}, {"status": 403, "code": "Forbidden"})
    placed = await finish_placed(laptop, await gather(laptop, **PEOPLE, **to(meeting)))
    assert came_to(placed) == ["not_brought_in", "joined", "joined"]
    assert who_is_in(laptop, meeting) == {ALICE, CAROL, DAVE}
    waited = rang(laptop)[CAROL] - rang(laptop)[BOB]
    assert waited < 15, "the flow of a leg waits for 90 seconds"


async def test_nobody_is_called_into_a_meeting_that_cannot_be_joined(laptop: Laptop, meeting: Any) -> None:
    wrong = {"meeting": {"join_id": meeting.join_id, "passcode": "wrong"}}
    placed = await finish_placed(laptop, await gather(laptop, **PEOPLE, **wrong))
    assert (placed.output["outcome"], came_to(placed)) == ("meeting_failed", ["not_called"] * 3)
    assert BOB not in rang(laptop)


async def test_a_meeting_that_ends_ends_the_gathering(laptop: Laptop, meeting: Any) -> None:
    for who in (BOB, CAROL, DAVE):
        behaves(laptop, who, "no_answer")
    instance_id = await gather(laptop, **PEOPLE, **to(meeting))
    await clock_of(laptop).advance(20)
    laptop.simulator.people.end(meeting.id, "conversation_ended")
    placed = await finish_placed(laptop, instance_id)
    assert placed.output["outcome"] == "meeting_ended"
    assert came_to(placed)[1:] == ["not_called"] * 2


async def test_an_operator_ends_a_gathering(laptop: Laptop, meeting: Any) -> None:
    behaves(laptop, BOB, "answers", ACCEPTS)
    behaves(laptop, CAROL, "no_answer")
    instance_id = await gather(laptop, **PEOPLE, **to(meeting))
    await clock_of(laptop).run_until(lambda: CAROL in rang(laptop), limit_s=120)
    await control(laptop, instance_id, "hang_up")
    placed = await finish_placed(laptop, instance_id)
    assert placed.output["outcome"] == "ended_by_operator"
    assert came_to(placed) == ["joined", "ended_by_operator", "not_called"]
    assert who_is_in(laptop, meeting) == {ALICE, BOB}


async def test_a_gathering_of_many_goes_through_generations(laptop: Laptop, meeting: Any) -> None:
    people = [f"0c1f5b00-5555-4a2b-9c3d-{number:012x}" for number in range(1, 13)]
    for who in people:
        behaves(laptop, who, "answers", ACCEPTS)
    request = {"people": [{"user": who} for who in people], "at_once": 4}
    instance_id = await gather(laptop, **request, **to(meeting))
    placed = await finish_placed(laptop, instance_id)
    assert came_to(placed) == ["joined"] * 12
    assert who_is_in(laptop, meeting) == {ALICE, *people}
    assert len(laptop.host.engine.history(instance_id)) < 250  # of the last generation

"""Orchestrations that place calls, when the bot dies under them, is told to stop, or cannot reach what it needs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from callers import clock_of, has_heard, hears
from placing import BOB, CAROL, DAVE, behaves, finish_placed, gather, place

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from connections.durable import DurableOrchestrations
from storage import StorageUnavailable

PEOPLE = {"people": [{"user": BOB}, {"user": CAROL}, {"user": DAVE}]}


async def gathering(laptop: Laptop, **more: int) -> str:
    """A gathering of three who all accept."""
    for who in (BOB, CAROL, DAVE):
        behaves(laptop, who, "answers", hears("gathering-leg", press="1"))
    meeting = laptop.simulator.people.create_meeting(participants=2)
    return await gather(laptop, **PEOPLE, meeting={"join_id": meeting.join_id, "passcode": meeting.passcode}, **more)


def called(laptop: Laptop) -> Counter[str]:
    """How often each person was called."""
    calls = laptop.simulator.calls.values()
    return Counter(call.birth.called.id for call in calls if call.birth.called.id in (BOB, CAROL, DAVE))


@pytest.mark.parametrize("every_s", [0.35, 1.1, 2.6, 7.3])
async def test_a_bot_that_dies_again_and_again_calls_everybody_once(tmp_path: Path, every_s: float) -> None:
    """Killed whenever time stands still, up to thirty times."""
    options = BotOptions(database=str(tmp_path / "hub.sqlite"))
    async with open_laptop(VirtualClock(), options=options) as laptop:
        laptop.simulator.change_settings(webhook_attempts=5)
        instance_id = await gathering(laptop, at_once=2)
        for _ in range(30):
            await clock_of(laptop).advance(every_s)
            if laptop.host.engine.has_ended(instance_id):
                break
            await laptop.kill_bot()
            await laptop.start_bot()
        placed = await finish_placed(laptop, instance_id)
    assert [each["outcome"] for each in placed.output["people"]] == ["joined"] * 3
    assert called(laptop) == Counter({BOB: 1, CAROL: 1, DAVE: 1})


async def test_a_gathering_that_is_terminated_leaves_nobody_on_the_line(laptop: Laptop) -> None:
    instance_id = await gathering(laptop, at_once=3)
    await clock_of(laptop).advance(3)
    laptop.host.engine.terminate(instance_id, "by hand")
    living = [call for call in laptop.simulator.calls.values() if not call.over]
    assert len(living) == 4  # the meeting and three people
    await clock_of(laptop).advance(60)
    await laptop.host.fire_timer("sweep_calls")
    await clock_of(laptop).advance(15)
    assert all(call.over for call in laptop.simulator.calls.values())
    record = await laptop.connections.records.get(instance_id)
    assert record is not None
    assert (record["state"], record["outcome"], record["reason"]) == ("ended", "failed", "terminated")
    assert [birth async for birth in laptop.connections.births.live()] == []


async def test_a_fault_of_ours_hangs_up_on_everybody_and_is_recorded(laptop: Laptop) -> None:
    instance_id = await gathering(laptop, at_once=3)
    await clock_of(laptop).advance(3)
    await laptop.connections.inbox.append(instance_id, {"kind": "leg", "leg": "not a number"}, {}, "nonsense")
    laptop.host.engine.raise_event(instance_id, await _next(laptop, instance_id), {"kind": "leg"})
    placed = await finish_placed(laptop, instance_id)
    assert placed.output == {"outcome": "failed", "reason": "KeyError"}
    assert placed.record["outcome"] == "failed"


async def _next(laptop: Laptop, instance_id: str) -> str:
    numbers = [each["n"] for each in await laptop.connections.inbox.read(instance_id, 1)]
    return f"notification.{numbers[-1]}"


async def test_a_leg_whose_orchestration_is_gone_is_closed_and_the_parent_goes_on(laptop: Laptop) -> None:
    behaves(laptop, BOB, "no_answer")
    instance_id = await place(laptop, to=[{"user": BOB}], tries=2, retry_within_s=600)
    await clock_of(laptop).advance(5)
    (leg,) = [each.id for each in laptop.host.engine.instances(prefix="call-") if each.id != instance_id]
    laptop.host.engine.terminate(leg, "by hand")
    await clock_of(laptop).advance(60)
    await laptop.host.fire_timer("sweep_calls")
    await clock_of(laptop).advance(5)
    behaves(laptop, BOB, "answers", has_heard("greeting", hang_up=True))
    placed = await finish_placed(laptop, instance_id)
    assert [each["outcome"] for each in placed.output["tries"]] == ["failed", "hung_up"]


async def test_a_call_that_graph_places_after_it_was_given_up_is_hung_up(laptop: Laptop) -> None:
    """The request got through, its answer did not, and the first notification comes when nobody waits for it."""
    behaves(laptop, BOB, "waits")
    laptop.simulator.fault({"operation": "createCall"}, "reset_after_acting")
    laptop.simulator.change_settings(establishing_delay_s=300, ring_s=600)
    instance_id = await place(laptop, to=[{"user": BOB}], ring_for_s=30)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id), limit_s=120)
    (call,) = laptop.simulator.calls.values()
    assert not call.over
    await clock_of(laptop).advance(300)
    assert call.over
    assert [birth async for birth in laptop.connections.births.live()] == []


async def test_a_call_that_was_given_up_is_hung_up_by_the_sweeper_where_nothing_else_did(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first notification finds it over; what was to hang it up cannot be started at that moment."""
    start, failed = DurableOrchestrations.start, 0

    async def away(self: DurableOrchestrations, name: str, instance_id: str, given: dict[str, Any]) -> None:
        nonlocal failed
        if name == "closing_orchestrator":
            failed += 1
            raise ConnectionError("the host is away")
        await start(self, name, instance_id, given)

    monkeypatch.setattr(DurableOrchestrations, "start", away)
    behaves(laptop, BOB, "answers", after_s=310)
    laptop.simulator.fault({"operation": "createCall"}, "reset_after_acting")
    laptop.simulator.change_settings(establishing_delay_s=300, ring_s=600)
    instance_id = await place(laptop, to=[{"user": BOB}], ring_for_s=30)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id), limit_s=120)
    (call,) = laptop.simulator.calls.values()
    await clock_of(laptop).advance(400)
    assert (failed, call.over) == (1, False)
    await laptop.host.fire_timer("sweep_calls")
    await clock_of(laptop).advance(1)
    assert call.over
    assert [birth async for birth in laptop.connections.births.live()] == []


async def test_storage_that_is_away_for_a_while_delays_a_gathering(laptop: Laptop) -> None:
    instance_id = await gathering(laptop)
    await clock_of(laptop).advance(4)
    back_at = laptop.clock.now() + 30

    def away(operation: str, partition: str, row: str) -> None:
        if laptop.clock.now() < back_at:
            raise StorageUnavailable("away")

    assert laptop.memory is not None
    laptop.memory.tables["Inbox"].before = away
    placed = await finish_placed(laptop, instance_id)
    assert placed.output["outcome"] in ("completed", "meeting_failed", "nobody_joined")
    assert max(called(laptop).values()) == 1

"""What a crash leaves behind, and that a new host takes it up."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from clock import VirtualClock
from localhost.knobs import Knobs
from localhost.store import DatabaseInUse, StoreClosed


async def test_a_new_host_takes_up_timers_events_and_activities(start_host: Any, tmp_path: Path, until: Any):
    database = tmp_path / "hub.db"
    host = await start_host(database=database)
    host.engine.start_new("sleeps", "timer", 60)
    host.engine.start_new("numbered", "event", 1)
    host.engine.start_new("one_activity", "activity", ["gated", "early"])
    await until(lambda: host.module.RAN["gated began"] == 1 and bool(host.engine.history("event")))
    await host.kill()

    again = await start_host(database=database)
    again.engine.raise_event("event", "notification.0", "after the crash")
    again.module.GATES["early"].set()
    assert (await again.engine.wait_until_ended("event"))["output"] == ["after the crash"]
    assert (await again.engine.wait_until_ended("activity"))["output"] == "early"
    assert (await again.engine.wait_until_ended("timer"))["output"] == 60
    assert again.module.RAN["gated began"] == 2  # at least once
    assert again.module.RAN["gated ended"] == 1


async def test_nothing_in_flight_is_committed_and_the_dead_host_answers_no_more(start_host: Any, until: Any):
    host = await start_host()
    host.engine.start_new("one_activity", "i", ["gated", "early"])
    await until(lambda: host.module.RAN["gated began"] == 1)
    await host.kill()
    host.module.GATES["early"].set()
    await asyncio.sleep(0)
    assert host.module.RAN["gated ended"] == 0
    with pytest.raises(StoreClosed):
        host.engine.raise_event("i", "x")
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", int(host.base_url.rpartition(":")[2]))


async def test_a_database_belongs_to_one_host_at_a_time(start_host: Any, tmp_path: Path):
    host = await start_host(database=tmp_path / "hub.db")
    with pytest.raises(DatabaseInUse, match=r"hub\.db is in use by another host"):
        await start_host(database=tmp_path / "hub.db")
    await host.stop()
    await start_host(database=tmp_path / "hub.db")


async def test_a_clean_stop_lets_running_work_end(start_host: Any, tmp_path: Path, until: Any):
    host = await start_host(database=tmp_path / "hub.db")
    host.engine.start_new("one_activity", "i", ["gated", "early"])
    await until(lambda: host.module.RAN["gated began"] == 1)
    stopping = asyncio.get_running_loop().create_task(host.stop(grace_s=5))
    await asyncio.sleep(0)
    host.module.GATES["early"].set()
    await stopping
    again = await start_host(database=tmp_path / "hub.db")
    assert (await again.engine.wait_until_ended("i"))["output"] == "early"
    assert again.module.RAN["gated began"] == 1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("redelivery_delay_s", [0.0, 30.0])
async def test_killed_at_random_moments_every_call_still_ends_right(
    start_host: Any, tmp_path: Path, clock: VirtualClock, seed: int, redelivery_delay_s: float
):
    chance = random.Random(seed)
    options = {"database": tmp_path / "hub.db", "knobs": Knobs(redelivery_delay_s=redelivery_delay_s)}
    host = await start_host(**options)
    kills, length = 0, 4
    waiting = [(f"i{n}", f"notification.{k}", k) for n in range(5) for k in range(length)]
    for n in range(5):
        host.engine.start_new("numbered", f"i{n}", length)
    chance.shuffle(waiting)
    while waiting:
        instance, name, value = waiting.pop()
        host.engine.raise_event(instance, name, value)
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        if chance.random() < 0.5:
            await host.kill()
            kills += 1
            host = await start_host(**options)
    for n in range(5):
        assert (await host.engine.wait_until_ended(f"i{n}"))["output"] == list(range(length))
    assert kills >= 5


async def test_after_a_crash_what_was_in_hand_comes_back_only_after_the_redelivery_delay(
    start_host: Any, tmp_path: Path, clock: VirtualClock, until: Any
):
    options = {"database": tmp_path / "hub.db", "knobs": Knobs(redelivery_delay_s=30)}
    host = await start_host(**options)
    began = clock.now()
    host.engine.start_new("one_activity", "i", ["gated", "early"])
    await until(lambda: host.module.RAN["gated began"] == 1)
    await host.kill()

    again = await start_host(**options)
    again.module.GATES["early"].set()
    again.engine.start_new("chain", "untouched", 3)
    await again.engine.wait_until_ended("untouched")
    assert clock.now() == began
    assert (await again.engine.wait_until_ended("i"))["output"] == "early"
    assert clock.now() == began + 30

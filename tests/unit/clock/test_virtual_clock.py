"""Virtual time passes only when nobody is at work."""

import asyncio

import pytest

from clock import NothingLeftToHappen, TimeLimitPassed, VirtualClock


async def test_it_jumps_to_each_timer_in_turn():
    clock, seen = VirtualClock(start=100.0), []
    clock.at(130.0, lambda: seen.append(clock.now()))
    clock.at(110.0, lambda: seen.append(clock.now()))
    await clock.run_until(lambda: len(seen) == 2)
    assert seen == [110.0, 130.0]


async def test_timers_of_one_moment_fire_in_the_order_they_were_set():
    clock, seen = VirtualClock(), []
    for name in "abc":
        clock.at(clock.now() + 5, lambda name=name: seen.append(name))
    await clock.advance(5)
    assert seen == ["a", "b", "c"]


async def test_a_cancelled_timer_never_fires():
    clock, seen = VirtualClock(), []
    clock.at(clock.now() + 1, lambda: seen.append("cancelled")).cancel()
    await clock.advance(2)
    assert seen == []


async def test_time_stands_still_while_somebody_is_at_work():
    clock, order = VirtualClock(), []

    async def work() -> None:
        with clock:
            await asyncio.sleep(0.02)  # real work that takes real time
            order.append(("worked", clock.now()))

    start = clock.now()
    task = asyncio.create_task(work())
    clock.at(start + 1, lambda: order.append(("timer", clock.now())))
    await clock.run_until(lambda: len(order) == 2)
    await task
    assert order == [("worked", start), ("timer", start + 1)]


async def test_whoever_sleeps_on_the_clock_is_not_at_work():
    clock, woken = VirtualClock(), []

    async def work() -> None:
        with clock, clock:
            await clock.sleep(30)
            woken.append(clock.now())

    start = clock.now()
    task = asyncio.create_task(work())
    await clock.run_until(lambda: bool(woken))
    await task
    assert woken == [start + 30]


async def test_advance_stops_where_it_was_told_to():
    clock, seen = VirtualClock(), []
    start = clock.now()
    clock.at(start + 11, lambda: seen.append("late"))
    await clock.advance(10)
    assert (clock.now(), seen) == (start + 10, [])


async def test_waiting_for_what_can_no_longer_come_is_an_error():
    with pytest.raises(NothingLeftToHappen):
        await VirtualClock().run_until(lambda: False)


async def test_waiting_too_long_is_an_error():
    clock = VirtualClock()

    def again() -> None:
        clock.at(clock.now() + 10, again)

    again()
    with pytest.raises(TimeLimitPassed):
        await clock.run_until(lambda: False, limit_s=60)


async def test_a_chain_of_short_jobs_is_work_though_nobody_is_seen_at_it():
    """Each job begins and ends within one turn of the loop and starts the next: time must wait for the last."""
    clock = VirtualClock()
    done: list[float] = []
    clock.at(clock.now() + 60, lambda: None)

    async def job(left: int) -> None:
        with clock:
            done.append(clock.now())
            if left:
                chain.append(asyncio.get_running_loop().create_task(job(left - 1)))

    chain = [asyncio.get_running_loop().create_task(job(30))]
    await clock.run_until(lambda: len(done) == 31)
    assert len(set(done)) == 1


async def test_a_block_that_sleeps_longer_than_it_may_is_cancelled_at_that_moment():
    clock = VirtualClock(start=0.0)

    async def work() -> float:
        with clock:
            with pytest.raises(TimeoutError):
                async with clock.timeout(5):
                    await clock.sleep(3600)
            async with clock.timeout(5):
                await asyncio.sleep(0.02)  # however long it takes, time stands still
            return clock.now()

    task = asyncio.create_task(work())
    await clock.run_until(task.done)
    assert await task == 5
    await clock.advance(100)  # nothing is left of either


async def test_what_is_done_together_is_one_piece_of_work():
    clock, order = VirtualClock(start=0.0), []

    async def sleeps(seconds: float) -> float:
        await clock.sleep(seconds)
        return clock.now()

    async def takes_real_time() -> None:
        await asyncio.sleep(0.02)
        order.append(clock.now())
        raise ConnectionError

    async def work() -> list[object]:
        with clock:
            done = await clock.together(sleeps(2), takes_real_time(), sleeps(1))
            await asyncio.sleep(0.02)
            order.append(clock.now())
            return done

    task = asyncio.create_task(work())
    clock.at(2.5, lambda: order.append(clock.now()))
    await clock.run_until(lambda: len(order) == 3)
    first, second, third = await task
    assert (first, third) == (2, 1)
    assert isinstance(second, ConnectionError)
    assert order == [0, 2, 2.5]


async def test_whoever_is_waited_for_may_sleep_while_the_other_is_at_work():
    clock, asked, answered = VirtualClock(start=0.0), asyncio.Queue[str](), asyncio.Event()

    async def serves() -> None:
        by = await asked.get()
        with clock:
            with clock.waited_for(by):
                await clock.sleep(5)
            answered.set()

    async def asks() -> float:
        with clock:
            asked.put_nowait(clock.me())
            await answered.wait()
            await asyncio.sleep(0.02)  # at work again
            return clock.now()

    tasks = [asyncio.create_task(serves()), asyncio.create_task(asks())]
    await clock.run_until(tasks[1].done)
    assert await tasks[1] == 5


async def test_whoever_waits_longer_than_they_may_is_at_work_again():
    clock, asked = VirtualClock(start=0.0), asyncio.Queue[str]()

    async def serves() -> None:
        by = await asked.get()
        with clock, clock.waited_for(by):
            await clock.sleep(60)

    async def asks() -> float:
        with clock:
            asked.put_nowait(clock.me())
            with pytest.raises(TimeoutError):
                async with clock.timeout(5):
                    await asyncio.Event().wait()
            await asyncio.sleep(0.02)
            return clock.now()

    server, client = asyncio.create_task(serves()), asyncio.create_task(asks())
    await clock.run_until(client.done)
    assert await client == 5
    await clock.run_until(server.done)
    assert clock.now() == 60


async def test_nobody_known_is_excused():
    clock = VirtualClock(start=0.0)
    with clock, clock.waited_for("nobody"), clock.waited_for(None):
        assert clock.now() == 0

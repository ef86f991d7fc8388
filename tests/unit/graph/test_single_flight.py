from __future__ import annotations

import asyncio

import pytest

from graph.single_flight import SingleFlight


class Attempts:
    """Counts attempts and holds each until it is let go."""

    def __init__(self) -> None:
        self.made = 0
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.made += 1
        number = self.made
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return number


async def asking(flight: SingleFlight[int], attempts: Attempts, count: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(flight.run(attempts)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


def heard() -> list[object]:
    """What the event loop complains about from now on."""
    noise: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: noise.append(context))
    return noise


async def test_everybody_who_asks_meanwhile_shares_one_attempt() -> None:
    flight, attempts = SingleFlight[int](), Attempts()
    early = await asking(flight, attempts, 3)
    late = await asking(flight, attempts, 3)
    assert flight.under_way
    attempts.gate.set()
    assert await asyncio.gather(*early, *late) == [1] * 6
    assert not flight.under_way


async def test_who_asks_afterwards_causes_a_new_attempt() -> None:
    flight, attempts = SingleFlight[int](), Attempts()
    attempts.gate.set()
    assert [await flight.run(attempts), await flight.run(attempts)] == [1, 2]


async def test_a_failure_is_shared_and_not_kept() -> None:
    flight, attempts = SingleFlight[int](), Attempts()
    attempts.failure = OSError("away")
    tasks = await asking(flight, attempts, 3)
    attempts.gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError] * 3
    attempts.failure = None
    assert await flight.run(attempts) == 2


async def test_a_waiter_that_gives_up_leaves_the_attempt_to_the_others() -> None:
    flight, attempts = SingleFlight[int](), Attempts()
    first, second = await asking(flight, attempts, 2)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert flight.under_way
    attempts.gate.set()
    assert await second == 1


async def test_an_attempt_that_nobody_awaits_fails_without_noise() -> None:
    noise = heard()
    flight, attempts = SingleFlight[int](), Attempts()
    attempts.failure = OSError("away")
    started = flight.start(attempts)
    assert flight.start(attempts) is started
    attempts.gate.set()
    await asyncio.wait([started])
    await asyncio.sleep(0)
    del started
    assert not flight.under_way
    assert noise == []


async def test_an_attempt_that_is_cancelled_makes_room_for_the_next() -> None:
    noise = heard()
    flight, attempts = SingleFlight[int](), Attempts()
    flight.start(attempts).cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not flight.under_way
    attempts.gate.set()
    assert await flight.run(attempts) == 1  # the cancelled one never began
    assert noise == []

"""How limits are counted: what a count reads, and what a storage call that stalls keeps others from."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox import Arrival, Births, Limit
from inbox.occupancy import Occupancy
from localhost.memory_storage import MemoryTable

NOW, DAY = 1_767_603_600.0, 24 * 3600.0
AT_ONCE = (Limit(name="CALLS_AT_ONCE", within="at_once", most=2),)
MONTH = (Limit(name="CALLS_PER_MONTH", within="month", most=4),)


class Place:
    """A table, a time, and two processes."""

    def __init__(self) -> None:
        self.table, self.now, self.queried = MemoryTable(), NOW, list[str]()
        self.births = Births(self.table, lambda: self.now)
        self.occupancies = [Occupancy(self.table, lambda: self.now) for _ in range(2)]
        self.table.before = self._see

    def _see(self, asked: str, partition: str, key: str) -> None:
        if asked == "query" and key.startswith("ended:"):
            self.queried.append(key.removeprefix("ended:"))

    async def claim(self, number: int, limits: tuple[Limit, ...] = MONTH) -> str:
        instance_id = f"call-{number:032x}"
        await self.births.claim(instance_id, f"{number:032x}", "tenant-1", arrival=Arrival(limits=limits))
        return instance_id

    async def admit(self, number: int, limits: tuple[Limit, ...], process: int = 0) -> str:
        return await self.occupancies[process].admit(await self.claim(number, limits), limits)


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_day_that_is_over_is_counted_once(place: Place) -> None:
    over = []
    for number in range(6):
        over.append(await place.admit(number, MONTH))
        await place.births.ended(f"call-{number:032x}")
        place.now += DAY
    assert over == [""] * 4 + ["CALLS_PER_MONTH"] * 2
    assert place.queried == ["20251206", "20260105", "20260106", "20260107", "20260108", "20260109"]
    place.now = NOW + 31 * DAY
    assert [await place.admit(number, MONTH) for number in (6, 7)] == ["", "CALLS_PER_MONTH"]


async def test_what_was_sent_elsewhere_takes_no_place(place: Place) -> None:
    instance_id = await place.claim(1, AT_ONCE)
    for row in (f"live:{instance_id}", f"birth:{instance_id}"):
        await place.table.update("births", row, {"waiting": False, "sent_away": True})
    assert [await place.admit(number, AT_ONCE) for number in (2, 3, 4)] == ["", "", "CALLS_AT_ONCE"]


async def test_a_call_whose_count_stalls_does_not_keep_the_next_from_its_place(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.occupancy._TURN_S", 0.01)
    stalled, left = asyncio.Event(), iter([True])
    query = place.table.query

    async def stalls_at_first(*given: Any, **more: Any) -> Any:
        found = await query(*given, **more)
        if next(left, False):
            await stalled.wait()
        return found

    place.table.query = stalls_at_first  # type: ignore[method-assign]
    first = asyncio.create_task(place.admit(1, AT_ONCE))
    await asyncio.sleep(0)
    assert [await place.admit(number, AT_ONCE) for number in (2, 3, 4)] == ["", "", "CALLS_AT_ONCE"]
    stalled.set()
    assert await first == "CALLS_AT_ONCE"  # what it had read was old by then

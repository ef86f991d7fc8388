"""Requests of operators are let through once each, and telephone calls up to a number an hour."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from localhost.memory_storage import MemoryTable
from records import Admissions, CapReached, Caps, KeyReused
from records.admissions import KEYS_S

NORTHWIND: dict[str, Any] = {"customer": "northwind", "dials": 1, "key": None, "request": "a"}


class Door:
    def __init__(self, *, per_hour: int = 5, per_customer: int = 3) -> None:
        self.table = MemoryTable()
        self.now = 1_767_603_600.0
        caps = Caps(per_hour=per_hour, per_customer_per_hour=per_customer)
        self.admissions = Admissions(self.table, lambda: self.now, caps)

    async def admit(self, **changes: Any) -> str | None:
        """The setting that keeps it out, or None."""
        try:
            await self.admissions.admit(**{**NORTHWIND, **changes})
        except CapReached as reached:
            return reached.setting
        return None


async def test_a_customer_may_dial_so_often_in_an_hour() -> None:
    door = Door()
    assert [await door.admit() for _ in range(4)] == [None, None, None, "DIAL_CAP_PER_CUSTOMER_PER_HOUR"]
    assert await door.admit(customer="harbour") is None


async def test_all_together_may_dial_so_often_in_an_hour() -> None:
    door = Door()
    assert [await door.admit(customer=f"c{number}") for number in range(6)] == [None] * 5 + ["DIAL_CAP_PER_HOUR"]


async def test_a_request_counts_for_all_that_it_may_dial() -> None:
    door = Door()
    assert await door.admit(dials=4) == "DIAL_CAP_PER_CUSTOMER_PER_HOUR"
    assert await door.admit(dials=3) is None
    assert await door.admit() == "DIAL_CAP_PER_CUSTOMER_PER_HOUR"


async def test_an_hour_ends_for_each_call_at_a_time_of_its_own() -> None:
    door = Door()
    for _ in range(3):
        await door.admit()
        door.now += 600
    assert await door.admit() is not None
    door.now += 3600 - 1800
    assert await door.admit() is not None  # the minute of the first still counts
    door.now += 60
    assert await door.admit() is None
    assert await door.admit() is not None


async def test_no_cap_lets_more_through_within_any_hour() -> None:
    door, let_through = Door(per_customer=3), list[float]()
    for _ in range(500):
        door.now += 97
        if await door.admit() is None:
            let_through.append(door.now)
    assert len(let_through) > 30
    assert all(later - first > 3600 for first, later in zip(let_through, let_through[3:], strict=False))


async def test_a_request_under_the_same_key_is_let_through_again_and_not_counted() -> None:
    door = Door()
    assert [await door.admit(key="k", dials=2) for _ in range(9)] == [None] * 9
    assert await door.admit(dials=2) is not None


async def test_another_request_under_the_same_key_is_refused() -> None:
    door = Door()
    await door.admit(key="k", dials=0)
    with pytest.raises(KeyReused):
        await door.admit(key="k", dials=0, request="b")
    door.now += KEYS_S
    assert await door.admit(key="k", dials=0, request="b") is None


async def test_many_at_once_come_to_no_more_than_the_cap() -> None:
    door = Door()
    answers = await asyncio.gather(*(door.admit() for _ in range(12)))
    assert answers.count(None) == 3


async def test_one_request_many_times_at_once_counts_once() -> None:
    door = Door()
    assert await asyncio.gather(*(door.admit(key="k", dials=3) for _ in range(6))) == [None] * 6


async def test_what_dials_nothing_and_has_no_key_costs_nothing() -> None:
    door = Door(per_hour=0)
    assert await door.admit(dials=0) is None
    assert sum(door.table.counts.values()) == 0


async def test_keys_are_let_go_of_in_time() -> None:
    door = Door()
    await door.admit(key="old", dials=0)
    door.now += KEYS_S / 2
    await door.admit(key="young", dials=0)
    door.now += KEYS_S / 2
    await door.admissions.purge()
    await door.admissions.purge()
    assert len(await door.table.query("admissions", "asked:", "asked:~")) == 1

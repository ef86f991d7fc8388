from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from clock import VirtualClock
from localhost.memory_storage import MemoryTable
from media import Allocation, NoWorker, Registry, WorkerControl
from media.registry import WORKERS


class Workers:
    """A registry with these workers, and what each of them answers."""

    def __init__(self, clock: VirtualClock, **answers: int) -> None:
        self.clock, self.answers, self.table = clock, answers, MemoryTable()
        self.asked: list[str] = []
        self.registry = Registry(self.table, clock.now)
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        self.allocation = Allocation(self.registry, WorkerControl(http, self.token), clock.now)

    async def beat(self, worker: str, **other: Any) -> None:
        values = {"boot_id": f"boot-{worker}", "state": "accepting", "capacity": 10, "reserved": 0}
        values |= {"lease_until": self.clock.now() + 30.0, "control_url": f"https://{worker}.example"}
        await self.table.upsert(WORKERS, worker, values | other)

    async def token(self) -> str:
        return "token"

    def answer(self, request: httpx.Request) -> httpx.Response:
        worker = request.url.host.partition(".")[0]
        self.asked.append(worker)
        status = self.answers[worker]
        if status == 0:
            raise httpx.ConnectError("away")
        if status != 201:
            return httpx.Response(status, json={"error": {"code": "x", "message": "y"}})
        assert request.headers["Authorization"] == "Bearer token"
        blob = json.loads(request.content)["sessionId"]
        return httpx.Response(201, json={"bootId": f"boot-{worker}", "mediaConfig": {"blob": blob}})

    async def allocate(self, within_s: float = 15.0) -> str:
        until = self.clock.now() + within_s
        return (await self.allocation.allocate("s-1", {"callRef": "c"}, until=until)).worker_id


@pytest.mark.parametrize("status", [0, 429, 503])
async def test_a_worker_that_cannot_take_a_call_is_passed_over(status: int) -> None:
    workers = Workers(VirtualClock(), w1=status, w2=201)
    await workers.beat("w1", capacity=20)
    await workers.beat("w2")
    assert await workers.allocate() == "w2"
    assert workers.asked == ["w1", "w2"]


async def test_three_are_asked_and_no_fourth() -> None:
    workers = Workers(VirtualClock(), w1=503, w2=503, w3=503, w4=201)
    for name, capacity in (("w1", 40), ("w2", 30), ("w3", 20), ("w4", 10)):
        await workers.beat(name, capacity=capacity)
    with pytest.raises(NoWorker):
        await workers.allocate()
    assert workers.asked == ["w1", "w2", "w3"]


@pytest.mark.parametrize(
    "other", [{"state": "draining"}, {"state": "starting"}, {"lease_until": 0.0}, {"reserved": 10}, {"capacity": 0}]
)
async def test_one_that_is_full_draining_or_dead_is_not_even_asked(other: dict[str, Any]) -> None:
    workers = Workers(VirtualClock(), w1=201)
    await workers.beat("w1", **other)
    with pytest.raises(NoWorker):
        await workers.allocate()
    assert workers.asked == []


async def test_nobody_is_asked_when_there_is_no_time_left_to_answer() -> None:
    workers = Workers(VirtualClock(), w1=201)
    await workers.beat("w1")
    with pytest.raises(NoWorker):
        await workers.allocate(within_s=1.0)


async def test_a_request_that_is_wrong_is_not_tried_elsewhere() -> None:
    workers = Workers(VirtualClock(), w1=400, w2=201)
    await workers.beat("w1", capacity=20)
    await workers.beat("w2")
    with pytest.raises(NoWorker, match="refused"):
        await workers.allocate()
    assert workers.asked == ["w1"]


async def test_fifty_at_once_get_as_many_as_there_is_room_for() -> None:
    workers = Workers(VirtualClock(), w1=201)
    for name in ("w1", "w2", "w3"):
        await workers.beat(name)
    reserved = [worker for worker in await asyncio.gather(*(workers.registry.reserve() for _ in range(50))) if worker]
    rows = {row.worker_id: row.reserved for row in await workers.registry.workers()}
    assert sum(rows.values()) == len(reserved)
    assert max(rows.values()) <= 10


async def test_a_new_boot_or_a_lapsed_lease_means_that_its_sessions_are_gone() -> None:
    clock = VirtualClock()
    workers = Workers(clock, w1=201)
    await workers.beat("w1")
    assert not await workers.registry.is_lost("w1", "boot-w1")
    assert await workers.registry.is_lost("w1", "an earlier boot")
    assert await workers.registry.is_lost("w9", "boot-w9")
    await clock.advance(30)
    assert await workers.registry.is_lost("w1", "boot-w1")
    assert await workers.registry.free_slots() == 0

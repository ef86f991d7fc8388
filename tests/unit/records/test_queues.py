"""Who waits where: positions, and what becomes of those who do not say that they have left."""

from __future__ import annotations

import pytest

from localhost.memory_storage import MemoryTable
from records.queues import Queues

QUEUE = "northwind:support:queue"


class Waiting:
    def __init__(self) -> None:
        self.now = 1000.0
        self.queues = Queues(MemoryTable(), lambda: self.now)

    async def stand(self, who: str, after: float = 1.0, queue: str = QUEUE) -> int:
        self.now += after
        return await self.queues.stand(queue, who, 120.0)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


async def test_callers_stand_in_the_order_in_which_they_came(waiting: Waiting) -> None:
    assert [await waiting.stand(who) for who in "abc"] == [1, 2, 3]
    assert [await waiting.stand(who) for who in "cab"] == [3, 1, 2]


async def test_two_who_came_at_once_do_not_stand_at_one_place(waiting: Waiting) -> None:
    assert [await waiting.stand(who, 0.0) for who in "abab"] == [1, 2, 1, 2]


async def test_who_leaves_makes_room(waiting: Waiting) -> None:
    for who in "abc":
        await waiting.stand(who)
    await waiting.queues.leave(QUEUE, "a")
    await waiting.queues.leave(QUEUE, "a")
    assert [await waiting.stand(who) for who in "bc"] == [1, 2]


async def test_who_does_not_ask_again_has_left(waiting: Waiting) -> None:
    await waiting.stand("a")
    assert await waiting.stand("b", 119.0) == 2
    assert await waiting.stand("b", 3.0) == 1
    assert await waiting.stand("a") == 2  # at the end once more


async def test_each_node_of_each_customer_has_a_queue_of_its_own(waiting: Waiting) -> None:
    assert await waiting.stand("a") == 1
    assert await waiting.stand("b", queue="contoso:support:queue") == 1

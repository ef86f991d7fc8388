"""Many writers, in every order that hypothesis can think of, with answers that get lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox import Inbox, Sealer, Stored
from localhost.memory_storage import MemoryBlobs, MemoryTable
from storage import StorageUnavailable

CALL = "call-1"
SEALER = Sealer(["k" * 40])


@dataclass(frozen=True)
class Sending:
    """One arrival of a notification at a process."""

    what: int
    process: int
    start: int


sendings = st.lists(
    st.builds(Sending, what=st.integers(0, 7), process=st.integers(0, 3), start=st.integers(0, 12)),
    min_size=1,
    max_size=24,
)


class Weather:
    """Delays operations by turns of the event loop, and loses some answers or requests, as drawn."""

    def __init__(self, pauses: list[int], losses: set[int]) -> None:
        self.pauses, self.losses = pauses, losses
        self.operations = 0

    async def before(self, operation: str, partition: str, row: str) -> None:
        self.operations += 1
        for _ in range(self.pauses[self.operations % len(self.pauses)]):
            await asyncio.sleep(0)
        if 2 * self.operations in self.losses:
            raise StorageUnavailable("the request was lost")

    async def after(self, operation: str, partition: str, row: str) -> None:
        if 2 * self.operations + 1 in self.losses:
            raise StorageUnavailable("the answer was lost")


async def until_answered(inbox: Callable[[], Inbox], what: int) -> Stored:
    """Send as Graph does: again, when there was no answer."""
    while True:
        try:
            return await inbox().append(CALL, {"kind": "call", "what": what}, {"what": what}, f"message:{what}")
        except StorageUnavailable:
            await asyncio.sleep(0)


@given(
    sendings=sendings,
    pauses=st.lists(st.integers(0, 6), min_size=1, max_size=17),
    losses=st.sets(st.integers(0, 80), max_size=12),
    restarts=st.sets(st.integers(0, 23), max_size=4),
)
@settings(max_examples=300, deadline=None)
async def test_numbers_have_no_gap_and_no_news_two_numbers(
    sendings: list[Sending], pauses: list[int], losses: set[int], restarts: set[int]
) -> None:
    table, weather = MemoryTable(), Weather(pauses, losses)
    table.before, table.after = weather.before, weather.after

    def process() -> Inbox:
        return Inbox(table, MemoryBlobs(), SEALER, lambda: 0.0)

    processes = [process() for _ in range(4)]
    answers: list[tuple[int, Stored]] = []

    async def send(index: int, sending: Sending) -> None:
        for _ in range(sending.start):
            await asyncio.sleep(0)
        if index in restarts:
            processes[sending.process] = process()
        answers.append((sending.what, await until_answered(lambda: processes[sending.process], sending.what)))

    await asyncio.gather(*(send(index, sending) for index, sending in enumerate(sendings)))
    table.before = table.after = None

    kept = await process().read(CALL, 1)
    assert [item["n"] for item in kept] == list(range(1, len({sending.what for sending in sendings}) + 1))
    number_of = {item["what"]: item["n"] for item in kept}
    assert len(number_of) == len(kept)
    for what, stored in answers:
        assert (stored.number, stored.digest["what"]) == (number_of[what], what)
    assert [item["n"] for item in await process().unraised(CALL)] == [item["n"] for item in kept]
    # Each process knows, or learns, of all that is owed once it has written again.
    for number, inbox in enumerate(processes):
        await inbox.append(CALL, {"kind": "call", "what": -1}, {}, f"message:last:{number}")
        assert [item["n"] for item in await inbox.unraised(CALL)][: len(kept)] == list(range(1, len(kept) + 1))


@given(
    raised=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 12)), max_size=30),
    pauses=st.lists(st.integers(0, 3), min_size=1, max_size=7),
    losses=st.sets(st.integers(0, 80), max_size=10),
)
@settings(max_examples=150, deadline=None)
async def test_what_nobody_marked_is_owed_and_what_was_marked_is_not(
    raised: list[tuple[int, int]], pauses: list[int], losses: set[int]
) -> None:
    table, weather = MemoryTable(), Weather(pauses, losses)
    processes = [Inbox(table, MemoryBlobs(), SEALER, lambda: 0.0) for _ in range(3)]
    table.before, table.after = weather.before, weather.after
    stored = 0
    for process, number in raised:
        inbox = processes[process]
        stored = max(stored, (await until_answered(lambda inbox=inbox: inbox, stored)).number)
        if number <= stored:
            await inbox.mark_raised(CALL, number)
    table.before = table.after = None
    marked = {
        int(row.row[2:]) for row in await table.query(CALL, "n:", "n:~", columns=["raised"]) if row.values["raised"]
    }
    owed = [item["n"] for item in await Inbox(table, MemoryBlobs(), SEALER, lambda: 0.0).unraised(CALL)]
    assert owed == [number for number in range(1, stored + 1) if number not in marked]

"""Calls that we place have no Graph call id at first; whoever hears of it binds it, and all agree."""

from __future__ import annotations

import asyncio

import pytest

from inbox import Births, BoundElsewhere, OtherTenant, Watcher
from localhost.memory_storage import MemoryTable
from storage import RowMissing, StorageUnavailable

CALL, OTHER_CALL = f"call-{'a' * 32}", f"call-{'b' * 32}"
GRAPH, OTHER_GRAPH, TENANT = "1" * 32, "2" * 32, "tenant-1"


class Place:
    def __init__(self) -> None:
        self.table, self.now = MemoryTable(), 1_767_603_600.0
        self.births = self.process()

    def process(self) -> Births:
        return Births(self.table, lambda: self.now)

    async def live(self) -> list[tuple[str, str]]:
        return [(birth.instance_id, birth.call_id) async for birth in self.births.live()]


@pytest.fixture
async def place() -> Place:
    place = Place()
    assert (await place.births.claim_outgoing(CALL, TENANT)).kind == "new"
    await place.births.started(CALL)
    return place


async def test_a_call_that_we_place_is_claimed_once(place: Place) -> None:
    assert (await place.process().claim_outgoing(CALL, TENANT)).started
    with pytest.raises(OtherTenant):
        await place.births.claim_outgoing(CALL, "tenant-2")
    assert await place.live() == [(CALL, "")]


async def test_a_bound_call_is_found_by_its_graph_id(place: Place) -> None:
    assert await place.births.instance_of(GRAPH, TENANT) is None
    assert await place.births.bind(CALL, GRAPH, TENANT)
    for births in (place.births, place.process()):
        assert await births.instance_of(GRAPH, TENANT) == CALL
    assert await place.live() == [(CALL, GRAPH)]
    birth = await place.births.get(CALL)
    assert birth is not None
    assert birth.call_id == GRAPH


async def test_binding_may_be_repeated(place: Place) -> None:
    for births in (place.births, place.process(), place.births):
        assert await births.bind(CALL, GRAPH, TENANT)


async def test_who_binds_otherwise_is_refused(place: Place) -> None:
    await place.births.claim_outgoing(OTHER_CALL, TENANT)
    await place.births.bind(CALL, GRAPH, TENANT)
    with pytest.raises(BoundElsewhere):
        await place.births.bind(CALL, OTHER_GRAPH, TENANT)
    with pytest.raises(BoundElsewhere):
        await place.births.bind(OTHER_CALL, GRAPH, TENANT)
    with pytest.raises(OtherTenant):
        await place.births.bind(CALL, GRAPH, "tenant-2")
    with pytest.raises(RowMissing):
        await place.births.bind(f"call-{'c' * 32}", GRAPH, TENANT)
    assert await place.process().instance_of(GRAPH, TENANT) == CALL
    assert await place.process().instance_of(OTHER_GRAPH, TENANT) is None


async def test_of_many_who_bind_at_once_all_agree_or_are_refused(place: Place) -> None:
    ids = [GRAPH, OTHER_GRAPH] * 5
    results = await asyncio.gather(
        *(place.process().bind(CALL, call_id, TENANT) for call_id in ids), return_exceptions=True
    )
    birth = await place.births.get(CALL)
    assert birth is not None
    for call_id, result in zip(ids, results, strict=True):
        assert result is True if call_id == birth.call_id else isinstance(result, BoundElsewhere)


async def test_a_binding_of_unknown_outcome_may_be_repeated(place: Place) -> None:
    def fail(operation: str, partition: str, row: str) -> None:
        if operation == "transact":
            raise StorageUnavailable("no answer")

    place.table.after = fail
    with pytest.raises(StorageUnavailable):
        await place.births.bind(CALL, GRAPH, TENANT)
    place.table.after = None
    assert await place.births.bind(CALL, GRAPH, TENANT)


async def test_a_lost_call_makes_room_for_the_next_and_is_still_known(place: Place) -> None:
    await place.births.bind(CALL, GRAPH, TENANT)
    await place.births.unbind(CALL, GRAPH)
    await place.births.unbind(CALL, GRAPH)
    assert await place.births.bind(CALL, OTHER_GRAPH, TENANT)
    await place.births.unbind(CALL, GRAPH)  # the activity that made room runs again
    for graph_id in (GRAPH, OTHER_GRAPH):
        assert await place.process().instance_of(graph_id, TENANT) == CALL
        assert await place.births.bind(CALL, graph_id, TENANT)
    assert await place.live() == [(CALL, OTHER_GRAPH)]


async def test_a_call_that_is_bound_after_its_end_is_walked_until_it_is_hung_up(place: Place) -> None:
    await place.births.ended(CALL)
    assert await place.live() == []
    assert not await place.births.bind(CALL, GRAPH, TENANT)
    assert not await place.births.bind(CALL, GRAPH, TENANT)
    assert await place.live() == [(CALL, GRAPH)]
    await place.births.ended(CALL)
    assert await place.live() == []
    assert (await place.births.claim_outgoing(CALL, TENANT)).started


async def test_watchers_are_told_of_by_the_end(place: Place) -> None:
    parent, second = Watcher(instance_id="gathering-1", leg=7), Watcher(instance_id="consultation-1", leg=0)
    await place.births.claim_outgoing(OTHER_CALL, TENANT, watcher=parent)
    assert await place.births.watch(OTHER_CALL, second)
    assert await place.process().watch(OTHER_CALL, second)
    await place.births.bind(OTHER_CALL, GRAPH, TENANT)
    for _ in range(2):
        assert await place.births.ended(OTHER_CALL) == (parent, second)
    assert not await place.births.watch(OTHER_CALL, second)
    assert not await place.births.watch("call-of-nobody", second)
    assert await place.births.ended(CALL) == ()


async def test_who_begins_to_watch_while_the_call_ends_is_told_or_knows(place: Place) -> None:
    watchers = [Watcher(instance_id=f"consultation-{number}", leg=0) for number in range(5)]
    answers = await asyncio.gather(
        place.process().ended(CALL), *(place.process().watch(CALL, watcher) for watcher in watchers)
    )
    told, watching = answers[0], answers[1:]
    assert isinstance(told, tuple)
    assert [watcher in told for watcher in watchers] == list(watching)


async def test_purging_leaves_no_trace_of_any_of_its_calls(place: Place) -> None:
    await place.births.bind(CALL, GRAPH, TENANT)
    await place.births.unbind(CALL, GRAPH)
    await place.births.bind(CALL, OTHER_GRAPH, TENANT)
    await place.births.ended(CALL)
    await place.births.purge(CALL)
    assert await place.table.query("births", "!", "~") == []
    assert await place.births.instance_of(GRAPH, TENANT) is None

from __future__ import annotations

import asyncio

import pytest

from inbox import Arrival, Begun, Births, Inbox, Intents, OtherTenant, Sealer
from inbox.retention import TOMBSTONES_S, purge_old_calls
from localhost.memory_storage import MemoryBlobs, MemoryTable
from storage import StorageUnavailable

GRAPH, TENANT = "0c1f5b0011114a2b9c3d000000000001", "tenant-1"
CALL = f"call-{GRAPH}"
DAY = 24 * 3600.0


class Place:
    def __init__(self) -> None:
        self.table, self.now = MemoryTable(), 1_767_603_600.0
        self.births = self.process()

    def process(self) -> Births:
        return Births(self.table, lambda: self.now)

    async def live(self) -> list[str]:
        return [birth.instance_id async for birth in self.births.live()]


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_new_call_is_started_by_who_claims_it(place: Place) -> None:
    claim = await place.births.claim(CALL, GRAPH, TENANT)
    assert (claim.kind, claim.started, claim.in_progress) == ("new", False, False)
    await place.births.started(CALL)
    for births in (place.births, place.process()):
        assert (await births.claim(CALL, GRAPH, TENANT)).started


async def test_who_comes_second_waits_and_takes_over_from_the_dead(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT)
    other = place.process()
    place.now += 1.95
    claim = await other.claim(CALL, GRAPH, TENANT)
    assert claim.in_progress
    assert claim.wait_s == pytest.approx(0.05)
    place.now += 0.05
    assert (await other.claim(CALL, GRAPH, TENANT)).kind == "taken_over"
    assert (await place.births.claim(CALL, GRAPH, TENANT)).in_progress
    await other.started(CALL)
    assert (await place.births.claim(CALL, GRAPH, TENANT)).started


async def test_of_many_who_come_at_once_one_starts_the_call(place: Place) -> None:
    claims = await asyncio.gather(*(place.process().claim(CALL, GRAPH, TENANT) for _ in range(10)))
    assert sorted(claim.kind for claim in claims) == ["in_progress"] * 9 + ["new"]
    place.now += 3
    claims = await asyncio.gather(*(place.process().claim(CALL, GRAPH, TENANT) for _ in range(10)))
    assert sorted(claim.kind for claim in claims) == ["in_progress"] * 9 + ["taken_over"]


async def test_a_call_that_lived_is_never_started_again(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT)
    await place.births.started(CALL)
    await place.births.ended(CALL)
    place.now += 20 * DAY
    assert (await place.births.claim(CALL, GRAPH, TENANT)).started


async def test_a_call_that_ended_before_its_start_was_noted_has_ended(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT)
    await place.births.ended(CALL)
    await place.births.started(CALL)
    assert await place.live() == []
    assert (await place.births.claim(CALL, GRAPH, TENANT)).started


async def test_a_call_is_of_one_tenant(place: Place) -> None:
    assert await place.births.instance_of(GRAPH, TENANT) is None
    await place.births.claim(CALL, GRAPH, TENANT)
    assert await place.births.instance_of(GRAPH, TENANT) == CALL
    assert await place.births.instance_of(GRAPH, "tenant-2") is None
    with pytest.raises(OtherTenant):
        await place.births.claim(CALL, GRAPH, "tenant-2")
    assert await place.births.instance_of(GRAPH, TENANT) == CALL


async def test_live_calls_are_those_claimed_and_not_ended(place: Place) -> None:
    for number in (1, 2, 3):
        await place.births.claim(f"call-{number}", str(number), TENANT)
    await place.births.ended("call-2")
    await place.births.ended("call-2")
    await place.births.ended("call-of-nobody")
    assert await place.live() == ["call-1", "call-3"]
    [first, _] = [birth async for birth in place.births.live()]
    assert (first.call_id, first.tenant_id, first.claimed_at) == ("1", TENANT, place.now)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_ending_of_unknown_outcome_may_be_repeated(place: Place, moment: str) -> None:
    await place.births.claim(CALL, GRAPH, TENANT)

    def fail(operation: str, partition: str, row: str) -> None:
        raise StorageUnavailable("no answer")

    setattr(place.table, moment, fail)
    with pytest.raises(StorageUnavailable):
        await place.births.ended(CALL)
    setattr(place.table, moment, None)
    await place.births.ended(CALL)
    assert await place.live() == []


async def test_a_claim_costs_one_operation_and_so_does_finding_a_call_that_another_process_claimed(
    place: Place,
) -> None:
    await place.births.claim(CALL, GRAPH, TENANT)
    await place.births.started(CALL)
    assert await place.births.instance_of(GRAPH, TENANT) == CALL
    assert dict(place.table.counts) == {"transact": 1, "update": 1}
    other = place.process()
    for _ in range(3):
        assert await other.instance_of(GRAPH, TENANT) == CALL
        assert await other.instance_of(GRAPH, "tenant-2") is None
    assert dict(place.table.counts) == {"transact": 1, "update": 1, "get": 1}


async def test_a_call_that_is_not_known_yet_is_asked_for_again(place: Place) -> None:
    other = place.process()
    assert await other.instance_of(GRAPH, TENANT) is None
    await place.births.claim(CALL, GRAPH, TENANT)
    assert await other.instance_of(GRAPH, TENANT) == CALL


async def test_of_calls_found_only_the_latest_are_remembered(place: Place) -> None:
    for number in range(2001):
        await place.births.claim(f"call-{number}", str(number), TENANT)
    place.table.counts.clear()
    assert await place.births.instance_of("2000", TENANT) == "call-2000"
    assert place.table.counts["get"] == 0
    assert await place.births.instance_of("0", TENANT) == "call-0"
    assert place.table.counts["get"] == 1


async def test_calls_are_purged_thirty_days_after_their_end_and_not_before(place: Place) -> None:
    inbox = Inbox(place.table, MemoryBlobs(), Sealer(["k" * 40]), lambda: place.now)
    intents = Intents(place.table)
    for number in range(5):
        instance_id = f"call-{number}"
        await place.births.claim(instance_id, str(number), TENANT)
        await inbox.append(instance_id, {"kind": "call"}, {}, "message:1")
        await intents.begin(instance_id, "1")
        if number != 4:
            await place.births.ended(instance_id)
            await inbox.forget_payloads(instance_id)
        place.now += DAY

    async def purge(limit: int = 100) -> int:
        return await purge_old_calls(inbox, place.births, intents, now=place.now, limit=limit)

    place.now += TOMBSTONES_S - 5 * DAY
    assert await purge() == 0
    assert (await place.births.claim("call-0", "0", TENANT)).started
    place.now += 2 * DAY
    assert await purge(limit=1) == 1
    assert await purge() == 1
    assert await purge() == 0
    assert await place.live() == ["call-4"]
    for number, left in enumerate([0, 0, 2, 2, 4]):
        assert len(await place.table.query(f"call-{number}", "!", "~")) == left
        assert (await place.births.instance_of(str(number), TENANT) is None) == (left == 0)
    assert (await place.births.claim("call-0", "0", TENANT)).kind == "new"


async def test_a_step_is_begun_once_and_its_end_is_remembered(place: Place) -> None:
    one, two = Intents(place.table), Intents(place.table)
    assert await one.begin(CALL, "3") == Begun(first=True)
    assert await two.begin(CALL, "3") == Begun(first=False, result=None)
    await one.finish(CALL, "3", {"ok": {"operation_id": "op"}})
    await one.finish(CALL, "3", {"ok": {"operation_id": "op"}})
    assert await two.begin(CALL, "3") == Begun(first=False, result={"ok": {"operation_id": "op"}})
    assert (await two.begin(CALL, "4")).first
    assert (await two.begin("call-2", "3")).first


async def test_a_step_that_surely_did_nothing_may_be_begun_again(place: Place) -> None:
    intents = Intents(place.table)
    await intents.begin(CALL, "last-resort.hang_up")
    await intents.withdraw(CALL, "last-resort.hang_up")
    await intents.withdraw(CALL, "last-resort.hang_up")
    assert (await intents.begin(CALL, "last-resort.hang_up")).first


async def test_of_many_who_begin_a_step_one_acts(place: Place) -> None:
    begun = await asyncio.gather(*(Intents(place.table).begin(CALL, "1") for _ in range(10)))
    assert [answer.first for answer in begun].count(True) == 1


CHAIN = Arrival(chain="c" * 40)


async def test_two_ids_of_one_chain_are_told_apart_by_whoever_knows_more(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT, arrival=CHAIN)
    place.now += 14.9
    second = await place.births.claim("call-2", "2", TENANT, arrival=CHAIN)
    assert (second.kind, second.of) == ("same_chain", CALL)
    assert await place.births.get("call-2") is None
    assert (await place.births.claim("call-2", "2", TENANT, arrival=CHAIN, another=CALL)).kind == "new"
    third = await place.births.claim("call-3", "3", TENANT, arrival=CHAIN, another=CALL)
    assert (third.kind, third.of) == ("same_chain", "call-2")


async def test_after_fifteen_seconds_a_chain_is_no_sign(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT, arrival=CHAIN)
    place.now += 15.0
    assert (await place.births.claim("call-2", "2", TENANT, arrival=CHAIN)).kind == "new"


async def test_the_same_id_is_known_though_its_chain_is_taken(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT, arrival=CHAIN)
    assert (await place.births.claim(CALL, GRAPH, TENANT, arrival=CHAIN)).kind == "in_progress"


async def test_of_two_ids_at_once_one_is_new(place: Place) -> None:
    both = (place.process().claim(f"call-{n}", str(n), TENANT, arrival=CHAIN) for n in (1, 2))
    assert sorted(claim.kind for claim in await asyncio.gather(*both)) == ["new", "same_chain"]


async def test_a_purged_call_leaves_its_chain_to_the_next(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT, arrival=CHAIN)
    place.now += 20
    await place.births.claim("call-2", "2", TENANT, arrival=CHAIN)
    await place.births.purge(CALL)
    assert await place.table.get("births", f"chain:{CHAIN.chain}") is not None
    await place.births.purge("call-2")
    assert await place.table.get("births", f"chain:{CHAIN.chain}") is None


async def test_a_claim_that_is_given_back_is_taken_over_at_once(place: Place) -> None:
    await place.births.claim(CALL, GRAPH, TENANT)
    await place.births.give_back(CALL)
    assert (await place.process().claim(CALL, GRAPH, TENANT)).kind == "taken_over"

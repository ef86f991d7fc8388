from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox import Inbox, InboxClosed, NoSuchNotification, Sealer
from localhost.memory_storage import MemoryBlobs, MemoryTable
from storage import StorageUnavailable

CALL = "call-0c1f5b0011114a2b9c3d000000000001"
KEY = "k" * 40


class Time:
    def __init__(self) -> None:
        self.now = 1_767_603_600.0

    def __call__(self) -> float:
        return self.now


class Place:
    """Storage, a clock, and as many processes as a test likes."""

    def __init__(self) -> None:
        self.table, self.blobs, self.time = MemoryTable(), MemoryBlobs(), Time()

    def process(self, *keys: str) -> Inbox:
        return Inbox(self.table, self.blobs, Sealer(keys or (KEY,)), self.time)


@pytest.fixture
def place() -> Place:
    return Place()


def digest(what: object) -> dict[str, Any]:
    return {"kind": "call", "state": what}


async def numbers(inbox: Inbox, first: int = 1) -> list[int]:
    return [item["n"] for item in await inbox.read(CALL, first)]


async def test_notifications_are_numbered_from_one(place: Place) -> None:
    inbox = place.process()
    for number in (1, 2, 3):
        stored = await inbox.append(CALL, digest(number), {"a": number}, f"message:{number}")
        assert (stored.number, stored.new) == (number, True)
        assert stored.digest == {"kind": "call", "state": number, "n": number, "at": place.time.now}
    assert await numbers(inbox) == [1, 2, 3]
    assert await numbers(inbox, 3) == [3]
    assert await numbers(inbox, 4) == []


async def test_a_duplicate_keeps_its_number_and_its_digest(place: Place) -> None:
    inbox = place.process()
    first = await inbox.append(CALL, digest("a"), {}, "message:1")
    await inbox.append(CALL, digest("b"), {}, "message:2")
    place.time.now += 100_000
    again = await inbox.append(CALL, digest("other"), {}, "message:1")
    assert (again.number, again.new, again.digest) == (1, False, first.digest)
    assert await numbers(inbox) == [1, 2]


async def test_a_duplicate_is_known_to_every_process(place: Place) -> None:
    await place.process().append(CALL, digest("a"), {}, "message:1")
    again = await place.process().append(CALL, {"kind": "incoming"}, {}, "message:1")
    assert (again.number, again.new, again.digest["state"]) == (1, False, "a")


async def test_a_tone_is_the_same_only_within_ten_seconds(place: Place) -> None:
    inbox = place.process()

    async def press() -> tuple[int, bool]:
        stored = await inbox.append(CALL, {"kind": "tone", "sequence": 1}, {}, "tone:1:tone5")
        return stored.number, stored.new

    assert await press() == (1, True)
    place.time.now += 6
    assert await press() == (1, False)
    place.time.now += 4
    assert await press() == (1, False)  # 10 s after the first, whatever windows one might cut time into
    place.time.now += 0.1
    assert await press() == (2, True)  # the counter has restarted
    place.time.now += 9.9
    assert await press() == (2, False)
    assert await numbers(inbox) == [1, 2]


async def test_a_tone_that_comes_again_in_its_message_is_the_same_however_late(place: Place) -> None:
    async def press(message: str) -> tuple[int, bool]:
        stored = await place.process().append(CALL, {"kind": "tone"}, {}, "tone:1:tone5", message=message)
        return stored.number, stored.new

    assert await press("m1:0.0") == (1, True)
    place.time.now += 60
    assert await press("m1:0.0") == (1, False)
    assert await press("m2:0.0") == (2, True)  # the counter has restarted
    place.time.now += 60
    assert await press("") == (3, True)  # nobody says in which message it came
    place.time.now += 60
    assert await press("") == (4, True)


async def test_the_clock_of_another_machine_may_be_behind(place: Place) -> None:
    await place.process().append(CALL, {"kind": "tone"}, {}, "tone:1:tone5")
    place.time.now -= 3
    assert not (await place.process().append(CALL, {"kind": "tone"}, {}, "tone:1:tone5")).new


async def test_a_restarted_counter_seen_by_two_processes_is_one_press(place: Place) -> None:
    one, two = place.process(), place.process()
    await one.append(CALL, {"kind": "tone"}, {}, "tone:1:tone5")
    place.time.now += 60
    first = await one.append(CALL, {"kind": "tone"}, {}, "tone:1:tone5")
    second = await two.append(CALL, {"kind": "tone"}, {}, "tone:1:tone5")
    assert (first.number, first.new, second.number, second.new) == (2, True, 2, False)


async def test_a_restarted_counter_seen_by_many_at_once_is_one_press(place: Place) -> None:
    await place.process().append(CALL, {"kind": "tone"}, {}, "tone:1:tone5")
    place.time.now += 60
    processes = [place.process() for _ in range(4)]
    pressed = await asyncio.gather(*(p.append(CALL, {"kind": "tone"}, {}, "tone:1:tone5") for p in processes))
    assert [stored.number for stored in pressed] == [2, 2, 2, 2]
    assert [stored.new for stored in pressed].count(True) == 1
    assert await numbers(processes[0]) == [1, 2]


async def test_processes_take_turns_without_a_gap(place: Place) -> None:
    one, two = place.process(), place.process()
    for number in range(1, 9):
        stored = await (one if number % 3 else two).append(CALL, digest(number), {}, f"message:{number}")
        assert stored.number == number


async def test_what_is_not_marked_raised_is_owed(place: Place) -> None:
    inbox = place.process()
    for number in (1, 2, 3):
        await inbox.append(CALL, digest(number), {}, f"message:{number}")
    await inbox.mark_raised(CALL, 2)
    assert [item["n"] for item in await inbox.unraised(CALL)] == [1, 3]
    await inbox.mark_raised(CALL, 1)
    await inbox.mark_raised(CALL, 3)
    assert await inbox.unraised(CALL) == []


async def test_another_process_learns_what_a_dead_one_owed(place: Place) -> None:
    dead, alive = place.process(), place.process()
    await alive.append(CALL, digest(1), {}, "message:1")
    await alive.mark_raised(CALL, 1)
    await dead.append(CALL, digest(2), {}, "message:2")
    await alive.append(CALL, digest(3), {}, "message:3")
    assert [item["state"] for item in await alive.unraised(CALL)] == [2, 3]
    assert [item["state"] for item in await place.process().unraised(CALL)] == [2, 3]


async def test_a_duplicate_of_what_another_process_stored_shows_what_that_one_owed(place: Place) -> None:
    dead, alive = place.process(), place.process()
    await alive.append(CALL, digest(1), {}, "message:1")
    await alive.unraised(CALL)
    await dead.append(CALL, digest(2), {}, "message:2")
    await alive.append(CALL, digest(2), {}, "message:2")
    assert [item["n"] for item in await alive.unraised(CALL)] == [1, 2]
    await alive.mark_raised(CALL, 2)
    assert [item["n"] for item in await place.process().unraised(CALL)] == [1]


async def test_a_ringing_call_that_is_announced_again_is_not_thought_raised(place: Place) -> None:
    await place.process().append(CALL, {"kind": "incoming"}, {}, "message:1")
    other = place.process()
    assert not (await other.append(CALL, {"kind": "incoming"}, {}, "message:1")).new
    assert [item["n"] for item in await other.unraised(CALL)] == [1]
    await other.mark_raised(CALL, 1)
    assert await place.process().unraised(CALL) == []


async def test_a_mark_that_cannot_be_noted_is_owed_still(place: Place) -> None:
    inbox = place.process()
    await inbox.append(CALL, digest(1), {}, "message:1")
    assert len(await inbox.unraised(CALL)) == 1

    def away(operation: str, partition: str, row: str) -> None:
        raise StorageUnavailable("away")

    place.table.before = away
    await inbox.mark_raised(CALL, 1)
    place.table.before = None
    assert [item["n"] for item in await inbox.unraised(CALL)] == [1]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_write_of_unknown_outcome_may_be_repeated(place: Place, moment: str) -> None:
    inbox = place.process()
    await inbox.append(CALL, digest(1), {}, "message:1")
    await inbox.unraised(CALL)

    def fail(operation: str, partition: str, row: str) -> None:
        if operation == "transact":
            raise StorageUnavailable("no answer")

    setattr(place.table, moment, fail)
    with pytest.raises(StorageUnavailable):
        await inbox.append(CALL, digest(2), {}, "message:2")
    setattr(place.table, moment, None)
    assert len(await inbox.unraised(CALL)) == (1 if moment == "before" else 2)
    again = await inbox.append(CALL, digest(2), {}, "message:2")
    assert (again.number, again.new) == (2, moment == "before")
    assert (await inbox.append(CALL, digest(3), {}, "message:3")).number == 3
    assert [item["n"] for item in await inbox.unraised(CALL)] == [1, 2, 3]


async def test_the_raw_item_is_kept_and_unreadable_at_rest(place: Place) -> None:
    inbox = place.process()
    item = {"resourceData": {"source": {"phone": "+442079460000"}, "name": "Zoë 🙂"}}
    await inbox.append(CALL, digest(1), item, "message:1")
    assert await inbox.raw(CALL, 1) == item
    rows = await place.table.query(CALL, "!", "~")
    assert "442079460000" not in repr(rows)


async def test_a_large_item_lies_in_a_blob_and_is_unreadable_there(place: Place) -> None:
    inbox = place.process()
    item = {"participants": ["Alice Example"] * 20_000}
    await inbox.append(CALL, digest(1), item, "message:1")
    again = await inbox.append(CALL, digest(1), item, "message:1")
    assert (again.number, again.new) == (1, False)
    [name] = await place.blobs.names("")
    assert b"Alice" not in await place.blobs.read(name)
    assert await inbox.raw(CALL, 1) == item


@pytest.mark.parametrize("size", [61_000, 61_430, 61_440, 65_500, 65_530, 66_000])
async def test_items_around_the_limit_of_a_column_are_kept(place: Place, size: int) -> None:
    inbox = place.process()
    await inbox.append(CALL, digest(1), {"a": "x" * size}, "message:1")
    assert await inbox.raw(CALL, 1) == {"a": "x" * size}


async def test_an_item_moved_to_another_number_does_not_open(place: Place) -> None:
    inbox = place.process()
    await inbox.append(CALL, digest(1), {"a": 1}, "message:1")
    await inbox.append(CALL, digest(2), {"a": 2}, "message:2")
    row = await place.table.get(CALL, "n:00000001")
    assert row is not None
    await place.table.update(CALL, "n:00000002", {"sealed": row.values["sealed"]})
    with pytest.raises(Exception, match="not what was sealed there"):
        await inbox.raw(CALL, 2)


async def test_a_number_that_was_never_given_has_no_item(place: Place) -> None:
    with pytest.raises(NoSuchNotification):
        await place.process().raw(CALL, 1)


async def test_after_a_call_nothing_of_it_is_left_and_nothing_more_is_stored(place: Place) -> None:
    inbox, other = place.process(), place.process()
    await other.append(CALL, digest(1), {}, "message:1")
    for number in range(2, 80):
        await inbox.append(CALL, digest(number), {}, f"message:{number}")
    await inbox.append(CALL, digest(80), {"a": "x" * 100_000}, "message:80")
    await inbox.put_roster(CALL, {"value": ["y" * 100_000]}, 1)
    await inbox.forget_payloads(CALL)
    await inbox.forget_payloads(CALL)
    assert [row.row for row in await place.table.query(CALL, "!", "~")] == ["head"]
    assert await place.blobs.names("") == []
    for late in (inbox, other, place.process()):
        for news in (digest("late"), {"kind": "incoming"}):
            with pytest.raises(InboxClosed):
                await late.append(CALL, news, {"a": "x" * 100_000}, "message:81")
        with pytest.raises(InboxClosed):
            await late.put_roster(CALL, {}, 2)
        await late.mark_raised(CALL, 80)
        assert await late.read(CALL, 1) == []
        assert await late.roster(CALL) is None
        with pytest.raises(NoSuchNotification):
            await late.raw(CALL, 80)
    assert await place.blobs.names("") == []
    await inbox.purge(CALL)
    assert await place.table.query(CALL, "!", "~") == []


async def test_the_newest_roster_is_kept_by_sequence(place: Place) -> None:
    inbox = place.process()
    assert await inbox.roster(CALL) is None
    assert await inbox.put_roster(CALL, {"who": 5}, 5)
    assert not await inbox.put_roster(CALL, {"who": 4}, 4)
    assert not await inbox.put_roster(CALL, {"who": 5}, 5)
    assert await place.process().put_roster(CALL, {"who": 6}, 6)
    assert await inbox.roster(CALL) == {"who": 6}
    assert await inbox.put_roster(CALL, {"who": "arrived later"}, None)
    assert await inbox.roster(CALL) == {"who": "arrived later"}


async def test_a_large_roster_replaces_a_small_one_and_leaves_no_blob_behind(place: Place) -> None:
    inbox = place.process()
    await inbox.put_roster(CALL, {"who": "a" * 100_000}, 1)
    await inbox.put_roster(CALL, {"who": "b" * 100_000}, 2)
    assert await inbox.roster(CALL) == {"who": "b" * 100_000}
    assert len(await place.blobs.names("")) == 1
    await inbox.put_roster(CALL, {"who": "c"}, 3)
    assert await inbox.roster(CALL) == {"who": "c"}
    assert await place.blobs.names("") == []


async def test_rosters_are_not_numbered(place: Place) -> None:
    inbox = place.process()
    await inbox.put_roster(CALL, {}, 1)
    assert (await inbox.append(CALL, digest(1), {}, "message:1")).number == 1


async def test_a_retired_key_opens_nothing_and_a_previous_one_still_does(place: Place) -> None:
    old, new = "o" * 40, "n" * 40
    await place.process(old).append(CALL, digest(1), {"a": 1}, "message:1")
    rotated = place.process(new, old)
    assert await rotated.raw(CALL, 1) == {"a": 1}
    await rotated.append(CALL, digest(2), {"a": 2}, "message:2")
    assert await place.process(new).raw(CALL, 2) == {"a": 2}
    with pytest.raises(Exception, match="CALLBACK_KEYS"):
        await place.process(new).raw(CALL, 1)


async def test_writers_of_one_process_do_not_get_into_each_others_way(place: Place) -> None:
    inbox = place.process()
    await asyncio.gather(*(inbox.append(CALL, digest(number), {}, f"message:{number}") for number in range(10)))
    assert dict(place.table.counts) == {"get": 1, "transact": 10}


async def spent(place: Place, work: Any) -> dict[str, int]:
    place.table.counts.clear()
    await work
    return dict(place.table.counts)


async def test_storage_is_asked_as_little_as_possible(place: Place) -> None:
    inbox = place.process()

    async def take(number: int, kind: str = "call") -> None:
        stored = await inbox.append(CALL, {"kind": kind}, {}, f"message:{number}")
        await inbox.unraised(CALL)
        await inbox.mark_raised(CALL, stored.number)

    assert await spent(place, take(1, "incoming")) == {"transact": 1, "update": 1}
    assert await spent(place, take(2)) == {"transact": 1, "update": 1}
    assert await spent(place, take(2)) == {"transact": 1, "get": 2}
    assert await spent(place, inbox.read(CALL, 1)) == {"query": 1}
    inbox = place.process()
    assert await spent(place, take(3)) == {"get": 1, "transact": 1, "query": 1, "update": 1}
    assert await spent(place, take(4)) == {"transact": 1, "update": 1}
    assert await spent(place, inbox.forget_payloads(CALL)) == {"upsert": 1, "query": 2, "transact": 1, "delete": 1}

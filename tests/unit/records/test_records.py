from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localhost.memory_storage import MemoryTable
from records import Records
from storage import StorageUnavailable

ID = "call-0c1f5b0011114a2b9c3d000000000001"


class Place:
    def __init__(self) -> None:
        self.table = MemoryTable()
        self.now = 1_767_603_600.0
        self.records = Records(self.table, lambda: self.now)


@pytest.fixture
def place() -> Place:
    return Place()


def call(number: int) -> str:
    return f"call-{number:032x}"


async def test_a_call_that_lives_is_on_record(place: Place) -> None:
    await place.records.open(ID, {"customer": "harbour", "flow": "reception"})
    summary = {
        "id": ID,
        "state": "live",
        "customer": "harbour",
        "flow": "reception",
        "started": place.now,
        "recordings": [],
    }
    assert await place.records.get(ID) == summary
    assert (await place.records.list()).calls == [summary]
    assert (await place.records.list(state="ended")).calls == []


async def test_closing_puts_the_outcome_over_what_was_opened(place: Place) -> None:
    await place.records.open(ID, {"customer": "harbour", "flow": "reception", "started": 100.0})
    place.now += 60
    recordings = [{"blob": "2026/01/05/a.wav", "sha256": "00" * 32, "bytes": 32044}]
    await place.records.close(ID, {"outcome": "completed", "started": 100.5, "recordings": recordings})
    found = await place.records.get(ID)
    assert found == {
        "id": ID,
        "state": "ended",
        "customer": "harbour",
        "flow": "reception",
        "outcome": "completed",
        "started": 100.0,
        "recordings": recordings,
    }
    assert (await place.records.list()).calls == [found]
    assert (await place.records.list(customer="harbour")).calls == [found]
    assert (await place.records.list(state="live")).calls == []


async def test_the_first_closing_stands_and_a_late_opening_changes_nothing(place: Place) -> None:
    await place.records.open(ID, {"customer": "a"})
    await place.records.close(ID, {"outcome": "completed"})
    await place.records.close(ID, {"outcome": "failed"})
    await place.records.open(ID, {"customer": "a"})
    found = await place.records.get(ID)
    assert found is not None and (found["outcome"], found["state"]) == ("completed", "ended")
    assert len((await place.records.list()).calls) == 1


async def test_what_becomes_known_of_a_live_call_is_added_everywhere_it_is_listed(place: Place) -> None:
    await place.records.open(ID, {"customer": "harbour"})
    thread = {"thread_id": "19:meeting_2079460000@thread.v2", "join_url": "https://teams.microsoft.com/l?context=x"}
    await place.records.amend(ID, {"meeting": thread})
    kept = {"thread_id": "19:meeting_2079460000@thread.v2", "join_url": "https://teams.microsoft.com/l"}
    for calls in (place.records.list(), place.records.list(customer="harbour"), place.records.list(state="live")):
        assert [each["meeting"] for each in (await calls).calls] == [kept]
    await place.records.close(ID, {"outcome": "completed"})
    assert ((await place.records.get(ID)) or {})["meeting"] == kept


async def test_a_call_that_has_ended_or_never_began_is_not_amended(place: Place) -> None:
    await place.records.amend(ID, {"meeting": None})
    assert await place.records.get(ID) is None
    await place.records.open(ID, {"customer": "harbour"})
    await place.records.close(ID, {"outcome": "completed"})
    before = await place.records.get(ID)
    await place.records.amend(ID, {"meeting": {"bot_id": "1"}})
    assert await place.records.get(ID) == before


async def test_a_call_that_was_never_opened_is_recorded_all_the_same(place: Place) -> None:
    await place.records.close(ID, {"outcome": "failed"}, [{"seq": 1, "what": "ended"}])
    await place.records.open(ID, {"customer": "a"})
    found = await place.records.get(ID)
    assert found is not None and (found["state"], found["customer"], found["started"]) == ("ended", None, place.now)
    assert (await place.records.list()).calls == [found]


async def test_a_customer_that_is_known_only_at_the_end_is_in_the_right_list(place: Place) -> None:
    await place.records.open(ID, {"customer": "a"})
    await place.records.close(ID, {"customer": "b"})
    assert (await place.records.list(customer="a")).calls == []
    assert [found["id"] for found in (await place.records.list(customer="b")).calls] == [ID]
    assert len((await place.records.list()).calls) == 1


@pytest.mark.parametrize("failing", ["transact", "get"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_closing_of_unknown_outcome_may_be_repeated(place: Place, moment: str, failing: str) -> None:
    await place.records.open(ID, {"customer": "a"})

    def fail(operation: str, partition: str, row: str) -> None:
        if operation == failing:
            raise StorageUnavailable("no answer")

    setattr(place.table, moment, fail)
    with pytest.raises(StorageUnavailable):
        await place.records.close(ID, {"outcome": "completed"}, [{"seq": 1, "what": "ended"}])
    setattr(place.table, moment, None)
    await place.records.close(ID, {"outcome": "completed"}, [{"seq": 1, "what": "ended"}])
    [found] = (await place.records.list()).calls
    assert found["outcome"] == "completed"
    assert await place.records.events(ID) == [{"seq": 1, "what": "ended"}]
    assert (await place.records.list(state="live")).calls == []


@pytest.mark.parametrize("action", ["amend", "close"])
async def test_a_record_that_others_keep_changing_is_not_taken_for_written(place: Place, action: str) -> None:
    await place.records.open(ID, {"customer": "a"})
    changes = 0

    async def meddle(operation: str, partition: str, row: str) -> None:
        nonlocal changes
        if operation == "transact":
            changes += 1
            place.table.before = None
            await place.records.revise(ID, lambda call: {**call, "changes": changes})
            place.table.before = meddle

    place.table.before = meddle
    with pytest.raises(StorageUnavailable, match="others were quicker"):
        await getattr(place.records, action)(ID, {"outcome": "completed"})
    place.table.before = None
    assert ((await place.records.get(ID)) or {})["state"] == "live"


async def test_what_is_changed_while_a_call_is_closed_stays(place: Place) -> None:
    await place.records.open(ID, {"customer": "a"})

    async def hold(operation: str, partition: str, row: str) -> None:
        if operation == "transact" and partition == "calls":
            place.table.before = None
            await place.records.revise(ID, lambda call: {**call, "hold": {"at": 1.0}})

    place.table.before = hold
    await place.records.close(ID, {"outcome": "completed"})
    found = await place.records.get(ID) or {}
    assert (found["outcome"], found["hold"]) == ("completed", {"at": 1.0})


async def test_events_are_kept_once_and_in_order(place: Place) -> None:
    events = [{"seq": seq, "what": "key", "node": "menu"} for seq in range(1, 251)]
    await place.records.append(ID, events[100:])
    await place.records.append(ID, events[:120])
    await place.records.append(ID, [])
    assert await place.records.events(ID) == events
    assert await place.records.events(call(2)) == []
    assert place.table.counts["transact"] == 4


async def test_lists_are_newest_first_and_go_on_where_they_stopped(place: Place) -> None:
    for number in range(7):
        await place.records.open(call(number), {"customer": "ab"[number % 2], "started": 1000.0 + number})
        if number < 5:
            await place.records.close(call(number), {})
    await place.records.open(call(99), {"customer": "a", "started": 1003.0})

    async def walk(**filters: Any) -> list[int]:
        found: list[int] = []
        after = None
        while True:
            page = await place.records.list(limit=2, after=after, **filters)
            assert len(page.calls) <= 2
            found += [int(item["id"].removeprefix("call-"), 16) for item in page.calls]
            after = page.next
            if after is None:
                return found

    assert await walk() == [6, 5, 4, 3, 99, 2, 1, 0]
    assert await walk(customer="b") == [5, 3, 1]
    assert await walk(customer="nobody") == []
    assert await walk(state="live") == [6, 5, 99]
    assert await walk(state="live", customer="a") == [6, 99]
    assert await walk(state="ended") == [4, 3, 2, 1, 0]
    assert await walk(since=1003.0) == [6, 5, 4, 3, 99]
    assert await walk(until=1003.0) == [3, 99, 2, 1, 0]
    assert await walk(since=1001.0, until=1002.0, customer="b") == [1]
    assert await walk(since=0.0) == [6, 5, 4, 3, 99, 2, 1, 0]
    assert await walk(until=0.0) == []


async def test_a_page_is_one_query_and_opening_and_closing_are_few(place: Place) -> None:
    for number in range(30):
        await place.records.open(call(number), {"customer": "a", "started": float(number)})
    assert dict(place.table.counts) == {"transact": 30}
    place.table.counts.clear()
    await place.records.list(customer="a", limit=20)
    assert dict(place.table.counts) == {"query": 1}
    place.table.counts.clear()
    await place.records.close(call(1), {}, [{"seq": 1}])
    assert dict(place.table.counts) == {"transact": 2, "get": 1}


@pytest.mark.parametrize("after", ["", "x", "%%%", "YWJj", "é", "MTIzNDU2Nzg5MDEyMzovfg"])
async def test_a_place_that_no_list_gave_is_refused(place: Place, after: str) -> None:
    with pytest.raises(ValueError, match="not one that a list of calls has given"):
        await place.records.list(after=after)


async def test_a_customer_may_be_called_anything(place: Place) -> None:
    for number, customer in enumerate(["a/b", "Grüße & Söhne #1?", "x" * 2000, "", "of:", "+442079460123"]):
        await place.records.open(call(number), {"customer": customer})
        assert [found["customer"] for found in (await place.records.list(customer=customer)).calls] == [customer]


async def test_nothing_reaches_storage_unmasked(place: Place) -> None:
    await place.records.open(
        ID, {"customer": "a", "who": {"displayName": "Alice Example", "phone": "+44 20 7946 0123"}}
    )
    await place.records.append(ID, [{"seq": 1, "target": "tel:+442079460123", "access_token": "eyJhbGciOi.x.y"}])
    await place.records.close(ID, {"note": "call back 020-7946-0123"})
    rows = [*await place.table.query("calls", "!", "~"), *await place.table.query(ID, "!", "~")]
    text = json.dumps([row.values for row in rows])
    for secret in ("Alice", "7946", "eyJ"):
        assert secret not in text
    assert await place.records.events(ID) == [{"seq": 1, "target": "tel:***123"}]


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("oc")), max_size=25), st.integers(1, 5))
async def test_a_walk_over_pages_finds_every_call_once(steps: list[tuple[int, str]], limit: int) -> None:
    place, known = Place(), dict[str, str]()
    for number, step in steps:
        place.now += 0.25
        if step == "o":
            await place.records.open(call(number), {})
            known.setdefault(call(number), "live")
        else:
            await place.records.close(call(number), {})
            known[call(number)] = "ended"
    for state in ("live", "ended", None):
        found: list[str] = []
        after = None
        while True:
            page = await place.records.list(limit=limit, after=after, state=state)
            found += [item["id"] for item in page.calls]
            starts = [item["started"] for item in page.calls]
            assert starts == sorted(starts, reverse=True)
            if (after := page.next) is None:
                break
        assert sorted(found) == sorted(name for name, is_now in known.items() if state in (None, is_now))

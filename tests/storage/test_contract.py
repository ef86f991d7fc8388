"""What every kind of storage does alike: the in-memory twin may be trusted because it passes this with Azurite."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from storage import (
    BlobMissing,
    Blobs,
    BlobTooLarge,
    Change,
    Delete,
    Insert,
    RowChanged,
    RowExists,
    RowMissing,
    RowTooLarge,
    StorageError,
    Table,
    TransactionRefused,
    Unstorable,
    Update,
    Upsert,
    Value,
    WrittenBlob,
)

P = "call-1"


async def test_a_row_that_is_not_there_is_none(table: Table) -> None:
    assert await table.get(P, "r") is None


async def test_values_come_back_as_they_went(table: Table) -> None:
    values: dict[str, Value] = {
        "text": "Grüße, 世界 🙂 'quoted' \"too\" & <b>\n\t\x01",
        "empty": "",
        "number_like": "42",
        "date_like": "2026-01-05T09:00:00Z",
        "small": 7,
        "negative": -1,
        "large": 2**63 - 1,
        "least": -(2**63),
        "whole_float": 2.0,
        "float": 1767603600.123,
        "tiny": 5e-324,
        "yes": True,
        "no": False,
        "bytes": bytes(range(256)),
        "no_bytes": b"",
    }
    await table.insert(P, "r", values)
    row = await table.get(P, "r")
    assert row is not None
    assert (row.partition, row.row) == (P, "r")
    assert row.values == values
    assert {name: type(value) for name, value in row.values.items()} == {n: type(v) for n, v in values.items()}


@pytest.mark.parametrize("key", ["a b", "it's", "50%25", "a+b&c=d", "Ünïcode-世界", "n:00000001", "x" * 512, "'"])
async def test_odd_keys_are_kept(table: Table, key: str) -> None:
    etag = await table.insert(key, key, {"a": 1})
    etag = await table.update(key, key, {"b": 2}, etag=etag)
    await table.transact(key, [Update(key, {"c": 3}, etag), Insert("other", {})])
    assert [row.values for row in await table.query(key, key, key)] == [{"a": 1, "b": 2, "c": 3}]
    row = await table.get(key, key)
    assert row is not None and row.row == row.partition == key
    await table.delete(key, key)
    assert await table.get(key, key) is None


async def test_a_second_insert_is_refused_and_changes_nothing(table: Table) -> None:
    await table.insert(P, "r", {"a": 1})
    with pytest.raises(RowExists):
        await table.insert(P, "r", {"a": 2})
    row = await table.get(P, "r")
    assert row is not None and row.values == {"a": 1}


async def test_an_upsert_replaces_the_whole_row(table: Table) -> None:
    await table.upsert(P, "r", {"a": 1, "b": 1})
    await table.upsert(P, "r", {"a": 2})
    row = await table.get(P, "r")
    assert row is not None and row.values == {"a": 2}


async def test_an_update_keeps_other_values(table: Table) -> None:
    await table.insert(P, "r", {"a": 1, "b": 1})
    await table.update(P, "r", {"b": 2, "c": 3})
    row = await table.get(P, "r")
    assert row is not None and row.values == {"a": 1, "b": 2, "c": 3}


async def test_an_update_of_nothing_is_refused(table: Table) -> None:
    with pytest.raises(RowMissing):
        await table.update(P, "r", {"a": 1})
    etag = await table.insert(P, "r", {})
    await table.delete(P, "r")
    with pytest.raises(RowMissing):
        await table.update(P, "r", {"a": 1}, etag=etag)


async def test_an_etag_guards_a_row_against_those_who_read_it_earlier(table: Table) -> None:
    first = await table.insert(P, "r", {"a": 1})
    second = await table.update(P, "r", {"a": 2}, etag=first)
    row = await table.get(P, "r")
    assert row is not None and row.etag == second != first
    with pytest.raises(RowChanged):
        await table.update(P, "r", {"a": 3}, etag=first)
    with pytest.raises(RowChanged):
        await table.delete(P, "r", etag=first)
    third = await table.upsert(P, "r", {"a": 4})
    with pytest.raises(RowChanged):
        await table.update(P, "r", {"a": 5}, etag=second)
    await table.delete(P, "r", etag=third)


async def test_deleting_what_is_not_there_is_no_error(table: Table) -> None:
    await table.delete(P, "r")
    etag = await table.insert(P, "r", {})
    await table.delete(P, "r")
    await table.delete(P, "r", etag=etag)


async def test_a_transaction_makes_every_change_and_tells_the_etags(table: Table) -> None:
    old = await table.insert(P, "b", {"a": 1, "b": 1})
    await table.insert(P, "d", {})
    changes: list[Change] = [Insert("a", {"x": 1}), Update("b", {"b": 2}, old), Upsert("c", {"y": b"1"}), Delete("d")]
    etags = await table.transact(P, changes)
    rows = await table.query(P, "a", "z")
    assert {row.row: row.values for row in rows} == {"a": {"x": 1}, "b": {"a": 1, "b": 2}, "c": {"y": b"1"}}
    assert etags == [*(row.etag for row in rows), None]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (Insert("there", {}), RowExists),
        (Update("gone", {}), RowMissing),
        (Update("there", {"a": 9}, "stale"), RowChanged),
        (Delete("gone"), RowMissing),
        (Delete("there", "stale"), RowChanged),
    ],
)
@pytest.mark.parametrize("index", [0, 1, 3])
async def test_a_refused_transaction_names_its_first_failure_and_changes_nothing(
    table: Table, change: Change, cause: type[StorageError], index: int
) -> None:
    stale = await table.insert(P, "there", {"a": 0})
    await table.update(P, "there", {"a": 1})
    if getattr(change, "etag", None) == "stale":
        change = Update("there", {"a": 9}, stale) if isinstance(change, Update) else Delete("there", stale)
    changes: list[Change] = [Insert(f"new{number}", {}) for number in range(4)]
    changes.insert(index, change)
    await table.insert(P, "also", {})
    changes.append(Insert("also", {}))  # fails too, but later
    with pytest.raises(TransactionRefused) as refused:
        await table.transact(P, changes)
    assert refused.value.index == index
    assert type(refused.value.cause) is cause
    assert [row.row for row in await table.query(P, "a", "z")] == ["also", "there"]


async def test_a_transaction_in_which_everything_fails_names_the_first(table: Table) -> None:
    old = await table.insert(P, "head", {"last": 0})
    await table.transact(P, [Insert("i:1", {}), Insert("n:1", {}), Update("head", {"last": 1}, old)])
    with pytest.raises(TransactionRefused) as refused:
        await table.transact(P, [Insert("i:1", {}), Insert("n:1", {}), Update("head", {"last": 1}, old)])
    assert refused.value.index == 0 and isinstance(refused.value.cause, RowExists)
    with pytest.raises(TransactionRefused) as refused:
        await table.transact(P, [Insert("i:2", {}), Insert("n:1", {}), Update("head", {"last": 1}, old)])
    assert refused.value.index == 1 and isinstance(refused.value.cause, RowExists)
    with pytest.raises(TransactionRefused) as refused:
        await table.transact(P, [Insert("i:2", {}), Insert("n:2", {}), Update("head", {"last": 1}, old)])
    assert refused.value.index == 2 and isinstance(refused.value.cause, RowChanged)


async def test_a_transaction_takes_a_hundred_changes(table: Table) -> None:
    await table.transact(P, [Insert(f"{number:03d}", {}) for number in range(100)])
    assert len(await table.query(P, "000", "999")) == 100
    await table.transact(P, [Delete(f"{number:03d}") for number in range(100)])
    assert await table.query(P, "000", "999") == []


async def test_what_no_table_takes_is_refused(table: Table) -> None:
    refused: list[tuple[type[Unstorable], list[Change]]] = [
        (Unstorable, []),
        (Unstorable, [Insert(f"{number}", {}) for number in range(101)]),
        (Unstorable, [Insert("a", {}), Delete("a")]),
        (RowTooLarge, [Insert(f"{n}", {f"c{c}": b"x" * 65536 for c in range(14)}) for n in range(5)]),
    ]
    for error, changes in refused:
        with pytest.raises(error):
            await table.transact(P, changes)
    assert await table.query(P, "!", "~") == []


@pytest.mark.parametrize("key", ["", "a/b", "a\\b", "a#b", "a?b", "tab\t", "nul\0", "del\x7f", "x" * 513, "🙂" * 257])
async def test_keys_that_no_table_takes_are_refused_everywhere(table: Table, key: str) -> None:
    for partition, row in ((key, "r"), (P, key)):
        for attempt in (
            table.get(partition, row),
            table.insert(partition, row, {}),
            table.upsert(partition, row, {}),
            table.update(partition, row, {}),
            table.delete(partition, row),
            table.query(partition, row, "z"),
            table.query(partition, "a", row),
            table.transact(partition, [Insert(row, {}), Insert("s", {})]),
        ):
            with pytest.raises(Unstorable):
                await attempt


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"a": "x" * 32768}, None),
        ({"a": "x" * 32769}, RowTooLarge),
        ({"a": "🙂" * 16384}, None),
        ({"a": "🙂" * 16385}, RowTooLarge),
        ({"a": b"x" * 65536}, None),
        ({"a": b"x" * 65537}, RowTooLarge),
        ({f"c{n}": b"x" * 65536 for n in range(11)}, None),
        ({f"c{n}": b"x" * 65536 for n in range(16)}, RowTooLarge),
        ({f"c{n}": n for n in range(252)}, None),
        ({f"c{n}": n for n in range(253)}, RowTooLarge),
        ({"a": 2**63}, Unstorable),
        ({"a": float("nan")}, Unstorable),
        ({"a": float("inf")}, Unstorable),
        ({"a": "\ud800"}, Unstorable),
        ({"a": None}, Unstorable),
        ({"a": ["list"]}, Unstorable),
        ({"RowKey": "x"}, Unstorable),
        ({"Timestamp": "x"}, Unstorable),
        ({"a-b": 1}, Unstorable),
        ({"odata.type": 1}, Unstorable),
    ],
)
async def test_limits_of_values_hold_everywhere(
    table: Table, values: dict[str, Value], error: type[Unstorable] | None
) -> None:
    if error is None:
        etag = await table.insert(P, "r", values)
        etag = await table.update(P, "r", values, etag=etag)
        row = await table.get(P, "r")
        assert row is not None and row.values == values
        return
    for attempt in (
        table.insert(P, "r", values),
        table.upsert(P, "r", values),
        table.update(P, "r", values),
        table.transact(P, [Insert("q", {}), Insert("r", values)]),
    ):
        with pytest.raises(error):
            await attempt
    assert await table.query(P, "a", "z") == []


async def test_a_query_gives_a_range_of_one_partition_sorted(table: Table) -> None:
    for row in ["n:2", "n:10", "n:1", "i:9", "o", "N:1"]:
        await table.insert(P, row, {})
    await table.insert("call-2", "n:1", {})
    assert [found.row for found in await table.query(P, "n:1", "n:2")] == ["n:1", "n:10", "n:2"]
    assert [found.row for found in await table.query(P, "n:", "n:~")] == ["n:1", "n:10", "n:2"]
    assert [found.row for found in await table.query(P, "!", "~")] == ["N:1", "i:9", "n:1", "n:10", "n:2", "o"]
    assert [found.row for found in await table.query(P, "n:1", "n:2", limit=2)] == ["n:1", "n:10"]
    assert await table.query(P, "n:1", "n:2", limit=0) == []
    assert await table.query(P, "n:2", "n:1") == []
    assert await table.query("call-3", "!", "~") == []


async def test_a_query_follows_pages_to_the_end(table: Table) -> None:
    for h in range(11):  # one after another: together, on a busy machine, they wait for each other past the time limit
        await table.transact(P, [Insert(f"{h * 100 + n:05d}", {"n": n}) for n in range(100)])
    rows = await table.query(P, "00000", "99999")
    assert [row.row for row in rows] == [f"{number:05d}" for number in range(1100)]
    assert len(await table.query(P, "00000", "99999", limit=1050)) == 1050


async def test_a_query_may_ask_for_some_columns(table: Table) -> None:
    etag = await table.insert(P, "a", {"x": 1, "y": 2, "z": b"3"})
    await table.insert(P, "b", {"y": 2})
    rows = await table.query(P, "a", "b", columns=["x", "z"])
    assert [(row.partition, row.row, row.values) for row in rows] == [(P, "a", {"x": 1, "z": b"3"}), (P, "b", {})]
    assert rows[0].etag == etag


async def test_what_was_read_is_a_copy(table: Table) -> None:
    values: dict[str, Value] = {"a": 1}
    await table.insert(P, "r", values)
    values["a"] = 2
    row = await table.get(P, "r")
    assert row is not None
    row.values["a"] = 3
    again = await table.get(P, "r")
    assert again is not None and again.values == {"a": 1}


async def test_of_many_who_insert_one_wins(table: Table) -> None:
    results = await asyncio.gather(*(table.insert(P, "r", {"who": n}) for n in range(8)), return_exceptions=True)
    winners = [number for number, result in enumerate(results) if isinstance(result, str)]
    row = await table.get(P, "r")
    assert row is not None and [row.values["who"]] == winners
    assert sum(isinstance(result, RowExists) for result in results) == 7


async def test_of_many_who_update_under_one_etag_one_wins(table: Table) -> None:
    etag = await table.insert(P, "r", {"who": -1})
    results = await asyncio.gather(
        *(table.update(P, "r", {"who": n}, etag=etag) for n in range(8)), return_exceptions=True
    )
    winners = [number for number, result in enumerate(results) if isinstance(result, str)]
    row = await table.get(P, "r")
    assert row is not None and [row.values["who"]] == winners
    assert sum(isinstance(result, RowChanged) for result in results) == 7


# --- blobs ---


async def chunked(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_a_blob_comes_back_as_it_went_with_its_sha256(blobs: Blobs) -> None:
    data = bytes(range(256)) * 13_000  # 3.3 MB: several blocks, the last one short
    written = await blobs.write_once(
        "calls/1/rec-1.wav", chunked(data, 77_777), metadata={"customer": "c1"}, limit=4_000_000
    )
    sha256 = hashlib.sha256(data).hexdigest()
    assert written == WrittenBlob(
        name="calls/1/rec-1.wav",
        sha256=sha256,
        bytes=len(data),
        metadata={"customer": "c1", "sha256": sha256},
    )
    assert await blobs.read("calls/1/rec-1.wav") == data
    assert await blobs.find("calls/1/rec-1.wav") == written


async def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    written = await blobs.write_once("empty", chunked(b""), limit=10)
    assert (written.bytes, written.sha256) == (0, hashlib.sha256(b"").hexdigest())
    assert await blobs.read("empty") == b""


async def test_a_second_write_learns_what_the_first_one_wrote(blobs: Blobs) -> None:
    first = await blobs.write_once("b", chunked(b"first"), metadata={"by": "1"}, limit=10)
    assert await blobs.write_once("b", chunked(b"another"), metadata={"by": "2"}, limit=10) == first
    assert await blobs.read("b") == b"first"


async def test_of_many_who_write_one_blob_all_learn_of_the_same_one(blobs: Blobs) -> None:
    async def slowly(data: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(data), 400_000):
            await asyncio.sleep(0)
            yield data[start : start + 400_000]

    contents = [bytes([number]) * 1_500_000 for number in range(5)]
    written = await asyncio.gather(*(blobs.write_once("b", slowly(data), limit=2_000_000) for data in contents))
    assert len({blob.sha256 for blob in written}) == 1
    data = await blobs.read("b")
    assert data in contents
    assert hashlib.sha256(data).hexdigest() == written[0].sha256


async def test_a_stream_past_its_limit_leaves_nothing(blobs: Blobs) -> None:
    assert (await blobs.write_once("exact", chunked(b"x" * 2_000_000), limit=2_000_000)).bytes == 2_000_000
    with pytest.raises(BlobTooLarge):
        await blobs.write_once("over", chunked(b"x" * 2_000_001), limit=2_000_000)
    assert await blobs.find("over") is None
    assert await blobs.names("") == ["exact"]


async def test_a_stream_that_breaks_leaves_nothing_and_may_be_tried_again(blobs: Blobs) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"x" * 1_500_000
        raise ConnectionError("the far end is gone")

    with pytest.raises(ConnectionError):
        await blobs.write_once("b", breaking(), limit=2_000_000)
    assert await blobs.find("b") is None
    assert await blobs.names("") == []
    with pytest.raises(BlobMissing):
        await blobs.read("b")
    assert (await blobs.write_once("b", chunked(b"whole"), limit=10)).bytes == 5


async def test_names_are_listed_by_prefix_in_order(blobs: Blobs) -> None:
    assert await blobs.names("inbox/") == []
    for name in ["inbox/2/a", "inbox/1/b", "inbox/1/a", "inbox-1"]:
        await blobs.write_once(name, chunked(b"x"), limit=1)
    assert await blobs.names("inbox/1/") == ["inbox/1/a", "inbox/1/b"]
    assert await blobs.names("inbox/") == ["inbox/1/a", "inbox/1/b", "inbox/2/a"]


async def test_a_deleted_blob_is_gone_and_deleting_is_repeatable(blobs: Blobs) -> None:
    await blobs.write_once("b", chunked(b"x"), limit=1)
    await blobs.delete("b")
    await blobs.delete("b")
    assert await blobs.find("b") is None
    with pytest.raises(BlobMissing):
        await blobs.read("b")
    assert (await blobs.write_once("b", chunked(b"new"), limit=10)).bytes == 3

"""Erasing what is kept of a caller or a customer; legal holds; what expires by itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from callers import ALICE, MOBILE, Played, clock_of, is_recorded, laptop_with_flows, play, speech
from placed import place

from cli.laptop import DEVELOPMENT_KEY, Laptop
from records import caller_hash

JSON = dict[str, Any]

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: note}
  note: {kind: record, consent: voicemail-consent, maxDuration: 3s, next: thanks, on: {failed: thanks}}
  thanks: {kind: hangup, prompts: voicemail-thanks}
"""
BOB = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000b0b0", "displayName": "Bob Canary Example"}}
SPEAKS = is_recorded(say=speech(9.0))
DAY_S = 24 * 3600


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Laptop]:
    settings = {"RECORDING_DAYS": "30", "RECORD_DAYS": "60", "HISTORY_DAYS": "10"}
    async with laptop_with_flows(tmp_path, settings=settings, test=FLOW) as running:
        yield running


async def ask(laptop: Laptop, method: str, path: str, body: JSON | None = None) -> JSON:
    async with httpx.AsyncClient(base_url=laptop.host.base_url) as http:
        answer = await http.request(method, f"/api{path}", json=body, headers={"x-development-key": DEVELOPMENT_KEY})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def calls(laptop: Laptop) -> tuple[Played, Played, Played]:
    """Two of Alice's, one of Bob's."""
    first, second = [await play(laptop, SPEAKS, caller=ALICE) for _ in range(2)]
    return first, second, await play(laptop, SPEAKS, caller=BOB)


async def traces(laptop: Laptop, call: Played) -> list[str]:
    """Where anything of a call is left: rows (but for its tombstone), blobs, durable histories."""
    assert laptop.memory is not None
    found = [
        f"{name} {partition} {row}"
        for name, table in laptop.memory.tables.items()
        for partition, rows in table._partitions.items()
        for row, each in rows.items()
        if call.instance_id in f"{partition} {row} {json.dumps(dict(each.values), default=str)}"
        and partition != "births"
        and row != "head"
    ]
    for container, blobs in laptop.memory.containers.items():
        for name in await blobs.names(""):
            said = f"{name} {await blobs.read(name)!r}"
            found += [f"{container} {name}"] * (name == call.recording["blob"] or call.instance_id in said)
    return found + [each.id for each in laptop.host.engine.instances() if each.id == call.instance_id]


async def test_what_is_kept_of_a_caller_is_erased_and_of_others_stays(laptop: Laptop) -> None:
    first, second, bobs = await calls(laptop)
    before = await traces(laptop, bobs)
    assert all([await traces(laptop, each) for each in (first, second, bobs)])
    answer = await ask(laptop, "POST", "/erasures", {"caller": {"user": ALICE["user"]["id"]}})
    assert answer == {"calls": 2, "held": [], "live": [], "more": False}
    assert [await traces(laptop, each) for each in (first, second)] == [[], []]
    assert await traces(laptop, bobs) == before
    assert await ask(laptop, "POST", "/erasures", {"caller": {"user": ALICE["user"]["id"]}}) == {**answer, "calls": 0}


async def test_a_telephone_is_found_by_its_number(laptop: Laptop) -> None:
    call = await play(laptop, SPEAKS, caller=MOBILE)
    assert (await ask(laptop, "POST", "/erasures", {"caller": {"phone": MOBILE["phone"]}}))["calls"] == 1
    assert await traces(laptop, call) == []


@pytest.mark.parametrize("who", [BOB["user"]["id"], ALICE["user"]["id"]])
async def test_a_group_call_is_found_by_everybody_whom_it_called(laptop: Laptop, who: str) -> None:
    people = [{"user": each["user"]["id"]} for each in (BOB, ALICE)]
    instance_id = await place(laptop, to=people)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id), limit_s=600)
    assert (await ask(laptop, "POST", "/erasures", {"caller": {"user": who}}))["calls"] == 1
    assert await laptop.connections.records.get(instance_id) is None


async def test_a_customer_is_erased_whole(laptop: Laptop) -> None:
    played = await calls(laptop)
    assert (await ask(laptop, "POST", "/erasures", {"customer": "harbour"}))["calls"] == 0
    assert (await ask(laptop, "POST", "/erasures", {"customer": "northwind"}))["calls"] == 3
    assert [await traces(laptop, each) for each in played] == [[], [], []]


@pytest.mark.parametrize("whose", [{"customer": "northwind"}, {"caller": {"user": ALICE["user"]["id"]}}])
async def test_a_call_behind_a_hundred_that_live_is_erased(laptop: Laptop, whose: JSON) -> None:
    records, alice = laptop.connections.records, laptop.connections.caller_hash("user", ALICE["user"]["id"])
    ids = [f"call-{200 - number:032x}" for number in range(101)]
    for number, instance_id in enumerate(ids):
        begun = {"customer": "northwind", "started": 1000.0 + number, "caller_hash": alice}
        await records.open(instance_id, begun)
    await records.close(ids[0], {"outcome": "completed"})
    answer = await ask(laptop, "POST", "/erasures", whose)
    assert (answer["calls"], len(answer["live"]), answer["more"]) == (1, 100, False)
    assert await records.get(ids[0]) is None


@pytest.mark.parametrize("hashed_with", ["present-key", "former-key", "callback key"])
async def test_a_caller_is_found_under_every_key_that_is_known(tmp_path: Path, hashed_with: str) -> None:
    settings = {"CALLER_KEY": "present-key,former-key"}
    async with laptop_with_flows(tmp_path, settings=settings, test=FLOW) as laptop:
        here, alice = laptop.connections, ALICE["user"]["id"]
        key = here.settings.callback_keys[0] if hashed_with == "callback key" else hashed_with
        instance_id = f"call-{1:032x}"
        await here.records.close(instance_id, {"customer": "northwind", "caller_hash": caller_hash(key, "user", alice)})
        assert (await ask(laptop, "POST", "/erasures", {"caller": {"user": alice}}))["calls"] == 1
        assert await here.records.get(instance_id) is None


async def test_the_row_that_stays_names_nobody(laptop: Laptop) -> None:
    first, *_ = await calls(laptop)
    await ask(laptop, "POST", "/erasures", {"caller": {"user": ALICE["user"]["id"]}})
    (row,) = await laptop.connections.storage.table("Records").query("erasures", "!", "~")
    assert {name: row.values[name] for name in ("because", "calls", "held")} == {
        "because": "caller",
        "calls": 2,
        "held": 0,
    }
    assert first.instance_id not in str(row.values) and ALICE["user"]["id"] not in str(row.values)


async def test_a_call_under_a_legal_hold_is_named_and_stays_until_the_hold_ends(laptop: Laptop) -> None:
    first, second, _ = await calls(laptop)
    await ask(laptop, "PUT", f"/calls/{first.instance_id}/legal-hold", {"reason": "case 2417"})
    before = await traces(laptop, first)
    answer = await ask(laptop, "POST", "/erasures", {"caller": {"user": ALICE["user"]["id"]}})
    assert (answer["calls"], answer["held"]) == (1, [first.instance_id])
    assert await traces(laptop, second) == []
    await clock_of(laptop).advance(70 * DAY_S)
    await laptop.host.fire_timer("purge_calls")
    kept = {each for each in before if each.startswith(("Records", "recordings "))}
    assert kept and kept <= set(await traces(laptop, first))
    await ask(laptop, "DELETE", f"/calls/{first.instance_id}/legal-hold")
    assert (await ask(laptop, "POST", "/erasures", {"caller": {"user": ALICE["user"]["id"]}}))["calls"] == 1
    assert await traces(laptop, first) == []


async def test_the_reason_of_a_hold_is_masked(laptop: Laptop) -> None:
    call, *_ = await calls(laptop)
    await ask(laptop, "PUT", f"/calls/{call.instance_id}/legal-hold", {"reason": "asked for by +442079460123"})
    record = await laptop.connections.records.get(call.instance_id)
    assert record is not None and record["hold"]["reason"] == "asked for by ***123"


async def test_histories_recordings_and_records_go_when_their_time_is_over(laptop: Laptop) -> None:
    call, *_ = await calls(laptop)
    records, engine = laptop.connections.records, laptop.host.engine
    await clock_of(laptop).advance(9 * DAY_S)
    await laptop.host.fire_timer("purge_calls")
    assert engine.instance(call.instance_id) is not None
    await clock_of(laptop).advance(2 * DAY_S)
    await laptop.host.fire_timer("purge_calls")
    assert [each.id for each in engine.instances()] == []
    assert await laptop.connections.recordings.names("") != []
    await clock_of(laptop).advance(20 * DAY_S)
    await laptop.host.fire_timer("purge_calls")
    assert await laptop.connections.recordings.names("") == []
    record = await records.get(call.instance_id)
    assert record is not None and record["recordings"][0]["status"] == "deleted"
    await clock_of(laptop).advance(30 * DAY_S)
    await laptop.host.fire_timer("purge_calls")
    assert (await records.list()).calls == []
    assert await records.events(call.instance_id) == []

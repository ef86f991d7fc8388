"""What becomes of recordings: by their route, and by a node that asks for less."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from callers import Played, clock_of, is_recorded, laptop_with_flows, play, ring, speech

from cli.laptop import Laptop
from storage import StorageUnavailable

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: note}
  note: {kind: record, consent: voicemail-consent, maxDuration: 3s, recording: NODE, next: thanks, on: {failed: sorry}}
  thanks: {kind: hangup, prompts: voicemail-thanks}
  sorry: {kind: hangup, prompts: apology, outcome: failed}
"""
ROUTES = "schema: 1\nroutes: [{name: test, flow: test, customer: northwind, recording: ROUTE}]\n"
SPEAKS = is_recorded(say=speech(9.0))


async def recorded(folder: Path, route: str, node: str) -> tuple[Played, dict[str, list[str]]]:
    """A call, and the names of the blobs that there are when it is over."""
    flow, routes = FLOW.replace("NODE", node), ROUTES.replace("ROUTE", route)
    async with laptop_with_flows(folder, routes=routes, test=flow) as laptop:
        call = await play(laptop, SPEAKS)
        return call, await stored(laptop)


async def stored(laptop: Laptop) -> dict[str, list[str]]:
    here = laptop.connections
    return {"kept": await here.recordings.names(""), "transient": await here.transient.names("")}


@pytest.mark.parametrize(
    ("route", "node", "mode"),
    [
        ("off", "route", None),
        ("off", "kept", None),
        ("kept", "off", None),
        ("kept", "route", "kept"),
        ("kept", "kept", "kept"),
        ("kept", "transient", "transient"),
        ("transient", "kept", "transient"),
        ("transient", "route", "transient"),
        ("compliance", "route", None),  # this call is no policy's
    ],
)
async def test_a_node_may_ask_for_less_than_its_route_and_never_for_more(
    tmp_path: Path, route: str, node: str, mode: str | None
) -> None:
    call, blobs = await recorded(tmp_path, route, node)
    assert {kind: len(names) for kind, names in blobs.items()} == {
        "kept": int(mode == "kept"),
        "transient": int(mode == "transient"),
    }
    assert [each["mode"] for each in call.record["recordings"]] == ([mode] if mode else [])
    assert (call.record["outcome"] == "completed") is (mode is not None)
    assert ("recordResponse" in call.requests) is (mode is not None)


async def test_a_transient_recording_can_be_read_and_is_gone_a_minute_after_the_call(tmp_path: Path) -> None:
    async with laptop_with_flows(
        tmp_path, routes=ROUTES.replace("ROUTE", "transient"), test=FLOW.replace("NODE", "route")
    ) as laptop:
        call = await play(laptop, SPEAKS)
        (name,) = (await stored(laptop))["transient"]
        assert len(await laptop.connections.transient.read(name)) == call.recording["bytes"]
        await clock_of(laptop).advance(60 - (laptop.clock.now() - call.record["ended"]))
        assert await stored(laptop) == {"kept": [], "transient": []}
        record = await laptop.connections.records.get(call.instance_id)
    assert record is not None
    assert [(each["status"], each["blob"]) for each in record["recordings"]] == [("deleted", None)]
    assert record["recordings"][0]["sha256"] == call.recording["sha256"]


async def test_what_could_not_be_deleted_in_time_is_deleted_as_soon_as_storage_is_back(tmp_path: Path) -> None:
    async with laptop_with_flows(
        tmp_path, routes=ROUTES.replace("ROUTE", "transient"), test=FLOW.replace("NODE", "route")
    ) as laptop:
        assert laptop.memory is not None
        call = await play(laptop, SPEAKS)
        away = True

        def refuse(operation: str, name: str, _: str) -> None:
            if away and operation in ("names", "delete"):
                raise StorageUnavailable("away")

        laptop.memory.containers["transient"].before = refuse
        await clock_of(laptop).advance(90)
        away = False
        await clock_of(laptop).advance(90)
        assert await stored(laptop) == {"kept": [], "transient": []}
        assert call.recording["status"] == "saved"


async def test_no_request_to_graph_waits_for_a_recording(tmp_path: Path) -> None:
    async with laptop_with_flows(
        tmp_path, routes=ROUTES.replace("ROUTE", "kept"), test=FLOW.replace("NODE", "route")
    ) as laptop:
        asked: dict[str, list[str]] = {"graph": [], "elsewhere": []}

        async def to_graph(request: httpx.Request) -> None:
            asked["graph"].append(request.url.path)

        async def elsewhere(request: httpx.Request) -> None:
            asked["elsewhere"].append(request.url.path)

        laptop.connections.http.event_hooks = {"request": [to_graph]}
        laptop.connections.http_elsewhere.event_hooks = {"request": [elsewhere]}
        await play(laptop, SPEAKS)
        (recording,) = asked["elsewhere"]
        assert asked["graph"] and recording not in asked["graph"]


async def test_a_transient_recording_that_nobody_deletes_is_swept_up(tmp_path: Path) -> None:
    async with laptop_with_flows(
        tmp_path, routes=ROUTES.replace("ROUTE", "transient"), test=FLOW.replace("NODE", "route")
    ) as laptop:
        call = await play(laptop, SPEAKS)
        laptop.host.engine.terminate(f"forgetting-{call.instance_id}", "lost")
        await clock_of(laptop).advance(61)
        assert (await stored(laptop))["transient"] != []
        await laptop.host.fire_timer("sweep_calls")
        assert (await stored(laptop))["transient"] == []


async def test_a_call_that_lives_keeps_its_recording_though_its_record_could_not_be_begun(tmp_path: Path) -> None:
    flow = FLOW.replace("NODE", "route").replace("next: thanks,", "next: wait,") + (
        "  wait: {kind: wait, for: 600s, next: thanks}\n"
    )
    async with laptop_with_flows(tmp_path, routes=ROUTES.replace("ROUTE", "transient"), test=flow) as laptop:
        assert laptop.memory is not None

        def refuse(operation: str, partition: str, _: str) -> None:
            if operation == "transact" and partition == "calls":
                raise StorageUnavailable("away")

        laptop.memory.tables["Records"].before = refuse
        call_id = ring(laptop, SPEAKS)
        await clock_of(laptop).advance(120)
        (recording,) = (await stored(laptop))["transient"]
        await laptop.host.fire_timer("sweep_calls")
        assert (await stored(laptop))["transient"] == [recording]
        laptop.memory.tables["Records"].before = None
        await laptop.run_until_over(call_id)


async def test_a_recording_that_comes_too_late_for_its_call_does_not_stay(tmp_path: Path) -> None:
    async with laptop_with_flows(
        tmp_path, routes=ROUTES.replace("ROUTE", "transient"), test=FLOW.replace("NODE", "route")
    ) as laptop:
        laptop.simulator.fault({"operation": "recording"}, {"status": 503}, times=6)
        laptop.simulator.change_settings(recording_kept_s=90)
        call_id = ring(laptop, SPEAKS)
        await laptop.run_until_over(call_id)
        await clock_of(laptop).advance(300)
        assert await stored(laptop) == {"kept": [], "transient": []}

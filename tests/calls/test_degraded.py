"""Calls that cannot be answered as they should: an apology, the route's fallback, or a busy signal; never silence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from callers import OPERATOR, ROUTES, clock_of, finish, hears, laptop_with_flows, play, ring

from cli.laptop import Laptop
from simulator import SimulatorSettings
from storage import StorageUnavailable
from triggers import callbacks

GOOD = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
FALLBACK = ROUTES.replace("recording: kept", f"recording: kept, fallback: {{user: {OPERATOR}}}")
FRENCH = ROUTES.replace("recording: kept", "recording: kept, locale: fr-FR")
BROKEN = {
    "no YAML": "nodes: [",
    "a kind that is none": GOOD.replace("hangup", "hangupp"),
    "a node that is none": GOOD.replace("next: bye", "next: buy"),
    "a prompt that is none": GOOD.replace("prompts: goodbye", "prompts: good-night"),
    "empty": "",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
async def test_a_flow_that_cannot_be_read_apologises(tmp_path: Path, text: str) -> None:
    async with laptop_with_flows(tmp_path, test=text) as laptop:
        call = await play(laptop)
    assert call.heard == ["apology"]
    assert (call.record["outcome"], call.record["flow"], call.record["route"]) == ("failed", "apology", "test")


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
async def test_a_flow_that_cannot_be_read_sends_its_callers_to_the_fallback(tmp_path: Path, text: str) -> None:
    async with laptop_with_flows(tmp_path, routes=FALLBACK, test=text) as laptop:
        call = await play(laptop)
    assert call.requests == ["redirect"]
    assert (call.record["outcome"], call.record["flow"]) == ("redirected", "fallback")


async def test_a_fallback_that_graph_refuses_is_a_busy_signal(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, routes=FALLBACK, test="") as laptop:
        laptop.simulator.fault({"operation": "redirect"}, {"status": 403, "code": "7504"})
        call = await play(laptop)
    assert call.requests == ["reject"]


@pytest.mark.parametrize("routes", ["routes: [", "schema: 1\nroutes: []\n", ROUTES.replace("flow: test", "flow: nix")])
async def test_routes_that_lead_nowhere_apologise(tmp_path: Path, routes: str) -> None:
    async with laptop_with_flows(tmp_path, routes=routes, test=GOOD) as laptop:
        assert (await play(laptop)).heard == ["apology"]


async def test_routes_in_another_charset_apologise(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=GOOD) as laptop:
        (tmp_path / "routes.yaml").write_bytes(f"# f\xfcr alle\n{ROUTES}".encode("latin-1"))
        assert (await play(laptop)).heard == ["apology"]


async def test_a_language_without_prompts_apologises_in_english(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, routes=FRENCH, test=GOOD) as laptop:
        assert (await play(laptop)).heard == ["apology"]


async def test_a_deployment_without_prompts_is_busy(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test="") as laptop:
        laptop.connections.catalogue._files.clear()
        call_id = ring(laptop)
        await laptop.run_until_over(call_id)
        record = await laptop.connections.records.get(laptop.instance_of(call_id))
    assert record is not None
    assert (record["outcome"], record["flow"]) == ("rejected", "busy")


async def test_a_flow_that_is_mended_answers_the_next_call(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test="") as laptop:
        assert (await play(laptop)).heard == ["apology"]
        (tmp_path / "test.yaml").write_text(GOOD, encoding="utf-8")
        assert (await play(laptop)).heard == ["goodbye"]


@pytest.mark.parametrize(("times", "heard"), [(3, "greeting"), (1000, "apology")])
async def test_a_call_waits_a_moment_for_storage_to_say_whom_it_is_for(laptop: Laptop, times: int, heard: str) -> None:
    assert laptop.memory is not None
    left = iter(range(times))

    def refuse(asked: str, partition: str, key: str) -> None:
        if asked == "get" and key.startswith("n:") and next(left, None) is not None:
            raise StorageUnavailable("away")

    laptop.memory.tables["Inbox"].before = refuse
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.heard == [heard]
    assert call.at("request", action="answer")[0] - call.record["started"] < 5


def storage_fails(laptop: Laptop, times: int) -> None:
    """So many of the next transactions on the inbox table are refused."""
    assert laptop.memory is not None
    left = iter(range(times))

    def refuse(asked: str, partition: str, key: str) -> None:
        if asked == "transact" and next(left, None) is not None:
            raise StorageUnavailable("away")

    laptop.memory.tables["Inbox"].before = refuse


async def test_a_call_that_cannot_be_stored_at_the_first_try_is_stored_at_the_third(laptop: Laptop) -> None:
    storage_fails(laptop, 2)
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.heard == ["greeting"]
    assert call.call.transcript.of("notification")[0]["attempts"] == [202]


async def test_a_call_that_is_claimed_and_cannot_be_stored_is_tried_again_at_once(laptop: Laptop) -> None:
    assert laptop.memory is not None
    left = iter(range(2))

    def refuse(asked: str, partition: str, key: str) -> None:
        if asked == "transact" and partition != "births" and next(left, None) is not None:
            raise StorageUnavailable("away")

    laptop.memory.tables["Inbox"].before = refuse
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.heard == ["greeting"]
    assert call.call.transcript.of("notification")[0]["attempts"] == [202]
    assert call.at("request", action="answer")[0] == call.at("notification")[0]


async def test_a_call_that_cannot_be_stored_is_sent_to_its_fallback(laptop: Laptop) -> None:
    storage_fails(laptop, 1000)
    call_id = ring(laptop)
    await clock_of(laptop).run_until(lambda: laptop.simulator.call(call_id).over)
    transcript = laptop.simulator.call(call_id).transcript
    assert [(entry["action"], entry["status"]) for entry in transcript.of("request")] == [("redirect", 202)]
    assert transcript.of("notification")[0]["attempts"] == [202]
    assert laptop.host.engine.instances() == []


async def test_a_call_that_cannot_be_stored_and_has_no_fallback_is_told_again_and_answered(tmp_path: Path) -> None:
    retries = SimulatorSettings(webhook_attempts=4, webhook_retry_delay_s=1)
    async with laptop_with_flows(tmp_path, test=GOOD, simulator_settings=retries) as laptop:
        storage_fails(laptop, 4)
        call = await play(laptop)
    assert call.heard == ["goodbye"]
    assert call.call.transcript.of("notification")[0]["attempts"] == [503, 202]


async def test_a_call_that_was_started_is_not_sent_away_because_its_webhook_is_slow(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that hangs is a note that nothing depends on."""
    monkeypatch.setattr(callbacks, "RING_PATIENCE_S", 0.2)  # on the wall
    laptop.simulator.change_settings(unacknowledged_call_ends=False)
    inbox = laptop.connections.inbox
    mark_raised = inbox.mark_raised

    async def hangs_at_first(instance_id: str, number: int) -> None:
        if number == 1:
            await asyncio.Event().wait()
        await mark_raised(instance_id, number)

    monkeypatch.setattr(inbox, "mark_raised", hangs_at_first)
    call_id = ring(laptop, hears("greeting", hang_up=True))
    await laptop.run_until_over(call_id)
    transcript = laptop.simulator.call(call_id).transcript
    assert transcript.of("notification")[0]["attempts"] == [503]
    asked = [entry["action"] for entry in transcript.of("request")]
    assert asked.count("answer") == 1
    assert "redirect" not in asked
    assert len(transcript.of("prompt")) == 1


async def test_a_webhook_whose_storage_hangs_is_told_so_in_time(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callbacks.PATIENCE_S == 5.0
    monkeypatch.setattr(callbacks, "PATIENCE_S", 0.1)  # on the wall
    assert laptop.memory is not None
    inbox = laptop.memory.tables["Inbox"]
    inbox.before = lambda asked, partition, key: asyncio.sleep(3600)
    call_id = ring(laptop)
    await clock_of(laptop).run_until(lambda: laptop.simulator.call(call_id).over)
    assert laptop.simulator.call(call_id).transcript.of("notification")[0]["attempts"] == [503]


async def test_a_call_that_is_never_stored_leaves_nothing_behind(laptop: Laptop) -> None:
    assert laptop.memory is not None

    def refuse(asked: str, partition: str, key: str) -> None:
        raise StorageUnavailable("away")

    laptop.memory.tables["Inbox"].before = refuse
    call_id = ring(laptop)
    await clock_of(laptop).run_until(lambda: laptop.simulator.call(call_id).over)
    assert laptop.host.engine.instances() == []
    laptop.memory.tables["Inbox"].before = None
    (call,) = await finish(laptop, ring(laptop, hears("greeting", hang_up=True)))
    assert call.record["outcome"] == "hung_up"

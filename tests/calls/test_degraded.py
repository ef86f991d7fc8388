"""Calls that cannot be answered as they should: an apology, the route's fallback, or a busy signal; never silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from callers import (
    OPERATOR,
    ROUTES,
    announce,
    clock_of,
    finish,
    hears,
    laptop_with_flows,
    look,
    play,
    ring,
    ring_unheard,
)

import connections
from cli.laptop import Laptop
from connections.durable import DurableOrchestrations
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
    asked = [(entry["action"], entry["status"]) for entry in transcript.of("request")]
    assert asked == [("getCall", 200), ("redirect", 202)]  # nothing can be noted, so Graph is asked who has answered
    assert transcript.of("notification")[0]["attempts"] == [202]
    assert laptop.host.engine.instances() == []


async def test_a_call_that_cannot_be_stored_and_has_no_fallback_is_told_again_and_answered(tmp_path: Path) -> None:
    retries = SimulatorSettings(webhook_attempts=4, webhook_retry_delay_s=1)
    async with laptop_with_flows(tmp_path, test=GOOD, simulator_settings=retries) as laptop:
        storage_fails(laptop, 4)
        call = await play(laptop)
    assert call.heard == ["goodbye"]
    assert call.call.transcript.of("notification")[0]["attempts"] == [503, 202]


async def test_a_call_that_was_started_is_taken_however_long_a_note_of_it_takes(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that hangs is a note that nothing depends on."""
    inbox, mark_raised = laptop.connections.inbox, laptop.connections.inbox.mark_raised

    left = iter([True])

    async def hangs_at_first(instance_id: str, number: int) -> None:
        if next(left, False):
            await clock_of(laptop).sleep(3600)
        await mark_raised(instance_id, number)

    monkeypatch.setattr(inbox, "mark_raised", hangs_at_first)
    call_id = await ring_unheard(laptop, hears("greeting", hang_up=True))
    assert await announce(laptop, call_id) == 202
    await laptop.run_until_over(call_id)
    call = await look(laptop, call_id)
    assert (call.requests.count("answer"), call.heard) == (1, ["greeting"])
    assert "redirect" not in call.requests


def storage_hangs(laptop: Laptop) -> None:
    """No operation on the inbox table is answered any more."""
    assert laptop.memory is not None
    laptop.memory.tables["Inbox"].before = lambda asked, partition, key: clock_of(laptop).sleep(3600)


@pytest.fixture
def took(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each webhook took, on the bot's clock."""
    receive, times = callbacks.receive, []

    async def timed(*given: Any) -> Any:
        now = connections.current().now
        began = now()
        answer = await receive(*given)
        times.append(now() - began)
        return answer

    monkeypatch.setattr(callbacks, "receive", timed)
    return times


async def test_a_webhook_whose_storage_hangs_is_told_so_in_time(tmp_path: Path, took: list[float]) -> None:
    async with laptop_with_flows(tmp_path, test=GOOD) as laptop:
        storage_hangs(laptop)
        assert await announce(laptop, await ring_unheard(laptop)) == 503
    assert took == [pytest.approx(callbacks.TAKEN_BY_S)]


async def test_calls_whose_storage_hangs_are_sent_to_their_fallback_in_time_those_of_one_request_too(
    laptop: Laptop, took: list[float]
) -> None:
    storage_hangs(laptop)
    calls = [await ring_unheard(laptop) for _ in range(3)]
    assert await announce(laptop, *calls) == 202
    for call in calls:
        requests = laptop.simulator.call(call).transcript.of("request")
        assert [entry["action"] for entry in requests] == ["getCall", "redirect"]
    assert took[0] < callbacks.TURNED_AWAY_BY_S < callbacks.DONE_BY_S < callbacks.PATIENCE_S == 5.0


async def test_keys_that_take_long_count_against_the_same_five_seconds(laptop: Laptop, took: list[float]) -> None:
    validate, left = laptop.connections.webhook_tokens.validate, iter([True])

    async def slow(authorization: str | None) -> Any:
        if next(left, False):
            await clock_of(laptop).sleep(2.5)
        return await validate(authorization)

    laptop.connections.webhook_tokens.validate = slow  # type: ignore[method-assign]
    storage_hangs(laptop)
    assert await announce(laptop, await ring_unheard(laptop)) == 202
    assert took[0] < callbacks.TURNED_AWAY_BY_S


async def test_what_is_stored_is_taken_though_its_orchestration_cannot_be_told(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_event, left = DurableOrchestrations.raise_event, iter(range(2))

    async def away(self: DurableOrchestrations, *given: Any) -> bool:
        if next(left, None) is not None:
            raise ConnectionError("away")
        return await raise_event(self, *given)

    monkeypatch.setattr(DurableOrchestrations, "raise_event", away)
    call = await play(laptop, hears("greeting", hang_up=True))
    assert {tuple(one["attempts"]) for one in call.call.transcript.of("notification")} == {(202,)}
    assert call.heard == ["greeting"]


@pytest.mark.parametrize("look", [{"status": 500}, {"status": 403}])
async def test_where_nobody_can_say_whether_a_call_is_served_it_is_not_sent_elsewhere(
    laptop: Laptop, look: dict[str, int]
) -> None:
    laptop.simulator.fault({"operation": "getCall"}, look, times=100)
    storage_fails(laptop, 1000)
    call_id = await ring_unheard(laptop)
    assert await announce(laptop, call_id) == 503
    asked = [entry["action"] for entry in laptop.simulator.call(call_id).transcript.of("request")]
    assert "redirect" not in asked


BEGINS_LATER = """
schema: 1
id: test
locale: en-US
start: note
nodes:
  note: {kind: set, values: {seen: 'true'}, next: pick-up}
  pick-up: {kind: answer, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""


async def test_what_starts_late_leaves_a_call_alone_that_was_sent_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting fails, as far as the webhook can tell; the call is sent away, and then the orchestration begins."""
    start = DurableOrchestrations.start

    async def away(self: DurableOrchestrations, name: str, instance_id: str, given: dict[str, Any]) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(DurableOrchestrations, "start", away)
    async with laptop_with_flows(tmp_path, routes=FALLBACK, test=BEGINS_LATER) as laptop:
        laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "waits"}})
        call_id = ring(laptop)
        await clock_of(laptop).advance(1)
        transcript = laptop.simulator.call(call_id).transcript
        assert [entry["action"] for entry in transcript.of("request")] == ["redirect"]
        assert transcript.of("notification")[0]["attempts"] == [202]
        monkeypatch.setattr(DurableOrchestrations, "start", start)

        assert await announce(laptop, call_id, message_id="again") == 202
        await clock_of(laptop).advance(40)
        await laptop.host.fire_timer("sweep_calls")
        await clock_of(laptop).advance(5)
        assert laptop.host.engine.instances() == []  # neither a second announcement nor the sweeper starts it

        birth = await laptop.connections.births.get(laptop.instance_of(call_id))
        assert birth is not None and birth.sent_away
        call = {"instance_id": birth.instance_id, "call_id": birth.call_id, "tenant_id": birth.tenant_id}
        (first,) = [one for one in await laptop.connections.inbox.read(birth.instance_id, 1) if one["n"] == 1]
        given = {"call": call, "digest": first}
        laptop.host.engine.start_new("call_orchestrator", birth.instance_id, given)  # the late one
        await laptop.run_until_over(call_id)
        assert [entry["action"] for entry in transcript.of("request")] == ["redirect"]


async def test_while_the_signing_keys_are_away_graph_is_asked_to_come_again(tmp_path: Path) -> None:
    retries = SimulatorSettings(webhook_attempts=3, webhook_retry_delay_s=6)
    async with laptop_with_flows(tmp_path, test=GOOD, simulator_settings=retries) as laptop:
        laptop.simulator.fault({"operation": "keys"}, {"status": 500})
        call = await play(laptop)
    assert call.call.transcript.of("notification")[0]["attempts"] == [503, 202]
    assert call.heard == ["goodbye"]


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

"""How calls begin late or not at all, how long they last, and when they are kept alive."""

from __future__ import annotations

from pathlib import Path

import pytest
from callers import MOBILE, clock_of, finish, has_heard, hears, laptop_with_flows, play, ring, waits

from cli.laptop import Laptop

LONG = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: talk}
  talk: {kind: play, bargeIn: false, prompts: [PROMPTS], next: talk}
""".replace("PROMPTS", ", ".join(["main-menu"] * 20))  # more than four minutes in one request


async def test_an_answer_that_comes_too_late_leaves_a_record_and_no_instance_that_waits(laptop: Laptop) -> None:
    """Every answer is lost on the way until Graph has given up: 15 s after the first ring it is a 404."""
    laptop.simulator.fault({"operation": "answer"}, {"status": 503, "retry_after": 8}, times=9)
    call = await play(laptop)
    assert call.record["outcome"] == "failed"
    assert ("pick-up", "failed") in call.outcomes
    # It was not answered, so it was sent where the route says that unanswerable calls go.
    assert call.requests == ["redirect"]


async def test_an_answer_after_the_window_is_told_404_and_the_call_is_recorded_as_abandoned(laptop: Laptop) -> None:
    laptop.simulator.change_settings(answer_window_s=2, webhook_attempts=2, webhook_retry_delay_s=3)
    laptop.simulator.fault({"notification": "incoming"}, {"delay": 3})
    call = await play(laptop)
    assert call.requests == []
    assert [each["status"] for each in call.call.transcript.of("request")] == [404]
    assert (call.record["outcome"], call.record["code"], call.record["subcode"]) == ("abandoned", 408, 8587)


@pytest.mark.parametrize("caller", [MOBILE, {"guest": {"displayName": "Somebody"}}])
async def test_a_caller_who_leaves_between_the_ring_and_the_answer_leaves_a_record(
    laptop: Laptop, caller: dict[str, object]
) -> None:
    laptop.simulator.fault({"notification": "incoming"}, {"delay": 2})
    call = await play(laptop, waits(1, hang_up=True), caller=caller)
    assert (call.record["outcome"], call.record["code"]) == ("abandoned", 487)
    assert call.record["answered"] is None
    assert call.outcomes == [("pick-up", "hangup")]


async def test_a_caller_who_leaves_while_the_call_is_established_is_no_failure(laptop: Laptop) -> None:
    call = await play(laptop, waits(0.2, hang_up=True))
    assert call.record["outcome"] == "abandoned"
    assert call.heard == []


async def test_media_that_never_comes_up_ends_the_call_after_half_a_minute(laptop: Laptop) -> None:
    laptop.simulator.change_settings(media_delay_s=3600)
    call = await play(laptop)
    assert (call.record["outcome"], call.record["reason"]) == ("failed", "notEstablished")
    assert call.requests == ["answer", "hangUp"]


@pytest.mark.parametrize("caller", [{"user": {"id": "b0b"}}, MOBILE, {"guest": {"displayName": "Somebody"}}])
async def test_whoever_calls_is_served_and_recorded_by_kind_only(laptop: Laptop, caller: dict[str, object]) -> None:
    call = await play(laptop, hears("greeting", hang_up=True), caller=caller)
    (kind,) = caller
    assert (call.record["caller"], call.record["outcome"]) == (kind, "hung_up")


async def test_a_call_is_kept_alive_every_fourteen_minutes_and_hung_up_after_four_hours(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=LONG) as laptop:
        call = await play(laptop, limit_s=5 * 3600)
    (since,) = call.at("state", state="established", audio=None)
    kept = call.at("request", action="keepAlive", status=200)
    assert [round(at - since, 1) for at in kept] == [840.0 * n for n in range(1, 18)]
    assert (call.record["outcome"], call.record["reason"]) == ("maximum_length", "maximumLength")
    assert call.record["duration_s"] == pytest.approx(4 * 3600, abs=1)
    assert call.requests[-1] == "hangUp"


async def test_a_call_that_graph_ends_without_a_keep_alive_is_recorded_as_that(laptop: Laptop) -> None:
    laptop.simulator.change_settings(keep_alive_lapse_s=5)
    call = await play(laptop)
    assert (call.record["outcome"], call.record["subcode"]) == ("keepalive_lost", 8537)


async def test_an_end_that_graph_never_tells_is_found_by_the_next_request(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", hang_up=True))
    laptop.simulator.fault({"notification": "ended", "call_id": call_id}, "drop")
    laptop.simulator.fault({"notification": "operation", "state": "failed", "call_id": call_id}, "drop")
    await laptop.run_until_over(call_id)
    record = await laptop.connections.records.get(laptop.instance_of(call_id))
    assert record is not None
    assert (record["outcome"], record["state"]) == ("hung_up", "ended")
    assert clock_of(laptop).now() - record["started"] < 40


async def test_callers_of_the_same_moment_do_not_hear_of_each_other(laptop: Laptop) -> None:
    hours = [ring(laptop, hears("main-menu", press="1"), has_heard("opening-hours", hang_up=True)) for _ in range(3)]
    voicemails = [ring(laptop, hears("main-menu", press="3")) for _ in range(3)]
    calls = await finish(laptop, *hours, *voicemails)
    assert all(call.heard[2] == "opening-hours" for call in calls[:3])
    assert all(call.heard[2] == "voicemail-consent" for call in calls[3:])
    assert len({call.record["id"] for call in calls}) == 6

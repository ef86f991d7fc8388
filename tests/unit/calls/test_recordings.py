"""Recordings: how they end, and that none is forgotten."""

from __future__ import annotations

from typing import Any

import pytest


def at_voicemail(ring: Any, **pinned: Any) -> Any:
    return ring(**pinned).on("main-menu", press="3")


@pytest.mark.parametrize(
    ("subcode", "next_prompt", "status"),
    [
        (8514, "voicemail-thanks", "saved"),
        (8509, "voicemail-thanks", "saved"),
        (8515, "voicemail-thanks", "saved"),
        (0, "voicemail-thanks", "saved"),
        (8510, "voicemail-silent", None),
        (8512, "apology", "lost"),
        (8508, "apology", "lost"),
    ],
)
def test_the_result_code_decides_what_the_recording_is(
    ring: Any, subcode: int, next_prompt: str, status: str | None
) -> None:
    call = at_voicemail(ring)
    call.record = (3000, subcode)
    call.run()
    assert call.heard[call.heard.index("voicemail-consent") + 1] == next_prompt
    assert [entry["status"] for entry in call.summary["recordings"]] == ([status] if status else [])


def test_the_request_says_what_the_flow_says(ring: Any) -> None:
    call = at_voicemail(ring).run()
    (record,) = [command for command in call.commands if command["activity"] == "record_response"]
    assert (record["max_duration_s"], record["initial_silence_s"], record["max_silence_s"]) == (120, 5, 4)
    assert (record["stop_tones"], record["prompts"], record["beep"], record["barge_in"]) == (["#"], [], True, False)


def test_consent_is_heard_to_its_end_before_anything_is_recorded(ring: Any) -> None:
    call = at_voicemail(ring).on("voicemail-consent", press="5").run()
    consent, record = (
        next(
            at
            for at, each in enumerate(call.commands)
            if each["activity"] == "play_prompt" and each["prompts"] == ["voicemail-consent"]
        ),
        call.activities.index("record_response"),
    )
    assert record == consent + 1


def test_nothing_is_recorded_on_a_consent_that_may_not_have_been_heard(ring: Any) -> None:
    call = at_voicemail(ring).run(until=3500)
    call.lost = lambda event: event["kind"] == "operation"
    call.run()
    assert "record_response" not in call.activities
    assert ("voicemail", "failed") in call.outcomes


def test_a_route_that_records_nothing_refuses_before_the_request(ring: Any) -> None:
    call = at_voicemail(ring, recording="off").run()
    assert "record_response" not in call.activities
    assert ("voicemail", "failed") in call.outcomes


@pytest.mark.parametrize("told_after", [-1500, 200])
def test_the_key_that_stops_the_recording_is_not_heard_by_the_next_node(ring: Any, told_after: int) -> None:
    flow = """
schema: 1
id: stop
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: rec}
  rec: {kind: record, consent: consent, next: menu}
  menu:
    kind: menu
    prompts: menu
    noMatch: wrong
    options: {1: bye}
    on: {tooMany: bye}
  bye: {kind: hangup}
"""
    call = ring(flow)
    call.record = (3000, 8514)
    call.press("#", after=300 + 2000 + 3000 + told_after)
    call.press("1", after=12_000)
    assert call.run().heard == ["consent", "menu"]


def test_a_caller_who_hangs_up_keeps_what_was_recorded(ring: Any) -> None:
    call = at_voicemail(ring)
    call.hang_up(after=8000)
    call.record = (5200, 8509)
    call.run()
    assert call.summary["outcome"] == "hung_up"
    assert call.summary["recordings"][0]["status"] == "saved"
    assert ("voicemail", "hangup") in call.outcomes
    assert call.now < 20_000


def test_a_recording_that_ends_before_the_caller_is_waited_for(ring: Any) -> None:
    call = at_voicemail(ring)
    call.record = (3000, 8509)
    call.on("voicemail-thanks", hang_up=True, after=10)
    call.run()
    assert call.summary["recordings"][0]["status"] == "saved"


def test_a_recording_of_which_no_word_comes_is_lost_and_says_why(ring: Any) -> None:
    call = at_voicemail(ring)
    call.record = None
    call.hang_up(after=8000)
    call.run()
    assert call.now == 38_000
    (recording,) = call.summary["recordings"]
    assert (recording["status"], recording["reason"]) == ("lost", "Graph never said that it ended")


def test_a_recording_that_is_never_stored_is_lost_and_says_why(ring: Any) -> None:
    call = at_voicemail(ring)
    call.store = None
    call.run()
    (recording,) = call.summary["recordings"]
    assert (recording["status"], recording["reason"]) == ("lost", "not stored in time")


def test_a_recording_that_could_not_be_fetched_is_lost_and_says_why(ring: Any) -> None:
    call = at_voicemail(ring)
    call.store = {"status": "lost", "reason": "gone"}
    call.run()
    (recording,) = call.summary["recordings"]
    assert (recording["status"], recording["reason"]) == ("lost", "gone")


def test_a_cancelled_recording_after_the_hang_up_ends_the_wait(ring: Any) -> None:
    call = at_voicemail(ring)
    call.hang_up(after=8000)
    call.record = (5200, 8508)
    call.run()
    assert call.summary["recordings"][0]["reason"] == "operation failed, code 400, subcode 8508"
    assert call.now < 15_000


def test_a_recording_without_a_place_to_fetch_it_from_is_a_failure(ring: Any) -> None:
    call = at_voicemail(ring).run(until=6000)
    while not any(each[2]["kind"] == "operation" for each in call._events):
        call.run(until=call.now + 500)
    for _, _, event in call._events:
        if event["kind"] == "operation":
            event["recording"] = False
    call.lost = lambda event: event["kind"] == "recording"
    call.run()
    assert call.summary["recordings"][0]["status"] == "lost"
    assert call.heard[-1] == "apology"


def test_the_word_of_the_store_may_come_before_the_operations_end(ring: Any) -> None:
    call = at_voicemail(ring)
    call.record = (3000, 8509)
    call.run(until=6000)
    step = call.commands[-1]["step"]
    call.say({"kind": "recording", "operation_id": f"op{step}", **call.store})
    call.run()
    assert [each["status"] for each in call.summary["recordings"]] == ["saved"]


def test_a_recording_that_never_ends_is_cancelled(ring: Any) -> None:
    call = at_voicemail(ring)
    call.record = None
    call.run()
    assert call.activities[call.activities.index("record_response") + 1] == "cancel_media_processing"
    assert ("voicemail", "failed") in call.outcomes

"""A call that seems to be over: Graph's own word is awaited for two seconds, and says how it ended."""

from __future__ import annotations

from typing import Any

import pytest

FLOW = """
schema: 1
id: two-prompts
locale: en-US
start: pick-up
defaults: {bargeIn: false, onError: {next: sorry}}
nodes:
  pick-up: {kind: answer, next: one}
  one: {kind: play, prompts: one, next: two}
  two: {kind: play, prompts: two, next: bye}
  bye: {kind: hangup}
  sorry: {kind: hangup, prompts: sorry, outcome: failed}
"""


def hung_up_at(ring: Any, after: int, order: tuple[str, str], *, code: int = 200, gap: int = 0) -> Any:
    """A caller who leaves during the first prompt, and in which order that is told."""
    call = ring(FLOW).run(until=1000)
    step = call.commands[-1]["step"]
    call._events.clear()
    told = {
        "operation": {
            "kind": "operation",
            "operation_id": f"op{step}",
            "status": "failed",
            "context": f"call-1:{step}",
            "code": 400,
            "subcode": 8508,
        },
        "ended": {"kind": "ended", "code": code, "subcode": 4521, "reason": None},
    }
    for index, name in enumerate(order):
        call.say(told[name], after + index * gap)
    return call


@pytest.mark.parametrize("order", [("operation", "ended"), ("ended", "operation")])
@pytest.mark.parametrize("gap", [0, 1900])
def test_a_caller_who_leaves_in_a_prompt_is_no_failure_in_whatever_order_it_is_told(
    ring: Any, order: tuple[str, str], gap: int
) -> None:
    call = hung_up_at(ring, 500, order, gap=gap).run()
    assert call.outcomes == {("pick-up", "answered"), ("one", "hangup")}
    assert call.heard == ["one"]
    assert (call.summary["outcome"], call.summary["code"], call.summary["subcode"]) == ("hung_up", 200, 4521)


def test_a_line_that_breaks_in_a_prompt_is_told_from_a_caller_who_leaves(ring: Any) -> None:
    assert hung_up_at(ring, 500, ("operation", "ended"), code=500).run().summary["outcome"] == "dropped"


def test_a_prompt_that_somebody_else_cancelled_is_a_failure_when_the_call_lives_on(ring: Any) -> None:
    call = hung_up_at(ring, 500, ("operation", "ended"), gap=60_000).run()
    assert call.heard == ["one", "sorry"]
    assert ("one", "failed") in call.outcomes


@pytest.mark.parametrize("subcode", [8508, 8528])
def test_a_recording_that_ends_with_its_call_belongs_to_a_caller_who_left(ring: Any, subcode: int) -> None:
    call = ring().on("main-menu", press="3")
    call.record = (3000, subcode)
    call.run(until=1000)
    while call.activities[-1] != "record_response":
        call.run(until=call.now + 500)
    call.hang_up(after=3100)
    call.run()
    assert ("voicemail", "hangup") in call.outcomes
    assert call.heard[-1] == "voicemail-consent"


def test_a_recording_whose_call_lives_on_is_followed_by_what_follows_a_recording(ring: Any) -> None:
    call = ring().on("main-menu", press="3")
    call.record = None
    call.run(until=14_000)
    step = call.commands[-1]["step"]
    call.say(
        {
            "kind": "operation",
            "operation_id": f"op{step}",
            "context": f"call-1:{step}",
            "status": "completed",
            "recording": True,
            "code": 200,
            "subcode": 8528,
        }
    )
    call.run()
    assert call.heard[-2:] == ["voicemail-thanks", "goodbye"]


def test_a_404_waits_for_the_word_on_how_the_call_ended(ring: Any) -> None:
    call = ring(FLOW)
    call.answers["play_prompt"] = [{"error": {"kind": "gone", "status": 404}}]
    call.hang_up(1500, 500, 1005)
    call.run()
    assert (call.summary["outcome"], call.summary["subcode"]) == ("media_lost", 1005)
    assert call.activities == ["answer_call", "play_prompt", "close_call"]


def test_a_404_without_a_word_is_the_end_after_two_seconds(ring: Any) -> None:
    call = ring(FLOW)
    call.answers["play_prompt"] = [{"error": {"kind": "gone", "status": 404}}]
    call.run()
    assert call.now == 300 + 2000
    assert call.summary["outcome"] == "hung_up"


def test_keys_change_nothing_while_the_word_is_awaited(ring: Any) -> None:
    call = ring()
    call.answers["play_prompt"] = [{"error": {"kind": "gone", "status": 404}}]
    call.press("12#", after=500)
    assert call.run().activities == ["answer_call", "subscribe_to_tone", "play_prompt", "close_call"]


def test_a_transfer_that_went_through_is_known_by_the_word_that_comes_after_a_404(ring: Any) -> None:
    call = ring(keep_alive_s=18).on("main-menu", press="0")
    call.lost = lambda event: event["kind"] == "call" and event["state"] == "transferAccepted"
    call.transfer = (0, 7015)
    call.answers["keep_alive"] = [{"error": {"kind": "gone", "status": 404}}]
    call.run(until=6000)
    call._events = [(call.now + 13_000, order, event) for _, order, event in call._events]
    call.run()
    assert "keep_alive" in call.activities
    assert call.summary["outcome"] == "transferred"
    assert ("operator", "completed") in call.outcomes

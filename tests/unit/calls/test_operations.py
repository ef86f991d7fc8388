"""Media operations: told early, twice, never; and every way an activity can go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from calls import IllegalEvent

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
ACTIVE = {"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None}


def playing_one(ring: Any) -> tuple[Any, int]:
    """A call whose first prompt was asked for and has not returned; and the step of it."""
    call = ring(FLOW)
    call._first = []
    call.receive({"kind": "performed", "step": 1, "ok": {}})
    (prompt,) = call.receive(ACTIVE)
    return call, prompt.step


def ended(step: int, **facts: Any) -> dict[str, Any]:
    return {
        "kind": "operation",
        "operation": "playPrompt",
        "operation_id": f"op{step}",
        "status": "completed",
        "context": f"call-1:{step}",
        "code": 200,
        "subcode": 0,
        **facts,
    }


def running(step: int) -> dict[str, Any]:
    return {"kind": "performed", "step": step, "ok": {"operation_id": f"op{step}", "status": "running"}}


def names(commands: list[Any]) -> list[str]:
    return [command.activity for command in commands]


def test_an_operation_completed_within_its_request_needs_no_notification(ring: Any) -> None:
    call, step = playing_one(ring)
    result = {"operation_id": "op", "status": "completed", "code": 200, "subcode": 0}
    (two,) = call.receive({"kind": "performed", "step": step, "ok": result})
    assert two.prompts == ("two",)


def test_an_operation_failed_within_its_request_is_a_failure(ring: Any) -> None:
    call, step = playing_one(ring)
    result = {"operation_id": "op", "status": "failed", "code": 400, "subcode": 8536}
    (sorry,) = call.receive({"kind": "performed", "step": step, "ok": result})
    assert sorry.prompts == ("sorry",)


def test_the_end_may_be_told_before_the_request_has_returned(ring: Any) -> None:
    call, step = playing_one(ring)
    (two,) = call.receive(ended(step))
    assert two.prompts == ("two",)
    assert call.receive(running(step)) == []
    assert names(call.receive(ended(two.step))) == ["hang_up"]


def test_an_end_told_twice_counts_once(ring: Any) -> None:
    call, step = playing_one(ring)
    call.receive(running(step))
    assert names(call.receive(ended(step))) == ["play_prompt"]
    assert call.receive(ended(step)) == []
    assert call.receive(ended(step, status="failed", code=400, subcode=8508)) == []


def test_an_operation_is_known_by_its_id_where_the_context_is_missing(ring: Any) -> None:
    call, step = playing_one(ring)
    call.receive(running(step))
    assert call.receive(ended(step, context=None, operation_id="other")) == []
    assert names(call.receive(ended(step, context=None))) == ["play_prompt"]


def test_an_operation_of_another_call_or_step_is_ignored(ring: Any) -> None:
    call, step = playing_one(ring)
    call.receive(running(step))
    assert call.receive(ended(step, operation_id="x", context=f"call-2:{step}")) == []
    assert call.receive(ended(step, operation_id="x", context="call-1:99")) == []


def test_an_end_that_is_never_told_is_assumed_after_the_length_and_a_grace(ring: Any) -> None:
    call = ring(FLOW)
    call.lost = lambda event: event.get("context") is not None
    call.run()
    assert call.heard == ["one", "two"]
    assert call.summary["outcome"] == "completed"
    assert call.now == 300 + 2 * 7000 + 80


@pytest.mark.parametrize(
    ("error", "heard", "outcome"),
    [
        ("refused", ["sorry"], "failed"),
        ("not_reached", ["sorry"], "failed"),
        ("unknown", ["two"], "completed"),
        ("gone", [], "hung_up"),
        ("internal", [], "failed"),
    ],
)
def test_each_kind_of_error_has_its_consequence(ring: Any, error: str, heard: list[str], outcome: str) -> None:
    call = ring(FLOW)
    call.answers["play_prompt"] = [{"error": {"kind": error, "status": 400, "code": "x"}}]
    call.run()
    assert call.heard == heard
    assert call.summary["outcome"] == outcome
    assert call.activities[-1] == "close_call"
    assert ("hang_up" in call.activities) == (error != "gone")


def test_an_internal_fault_is_the_last_resort(ring: Any) -> None:
    call = ring(FLOW)
    call.answers["play_prompt"] = [{"error": {"kind": "internal"}}]
    call.answers["hang_up"] = [{"error": {"kind": "internal"}}]
    call.run()
    assert call.activities == ["answer_call", "play_prompt", "hang_up", "close_call"]
    assert call.summary["reason"] == "play_prompt failed"


def test_an_error_handler_that_fails_too_is_not_tried_for_ever(ring: Any) -> None:
    flow = FLOW.replace(
        "sorry: {kind: hangup, prompts: sorry, outcome: failed}", "sorry: {kind: play, prompts: sorry, next: bye}"
    )
    call = ring(flow)
    call.answers["play_prompt"] = [{"error": {"kind": "refused"}}] * 20
    call.run()
    assert call.activities.count("play_prompt") == 3
    assert call.summary["outcome"] == "failed"


def test_a_prompt_that_is_not_pinned_is_a_failure_and_no_request(ring: Any) -> None:
    call = ring(FLOW)
    del call.session._call.pinned["prompts"]["one"]
    assert call.run().heard == ["sorry"]


def test_a_cancellation_that_is_refused_leaves_the_prompt_to_end_by_itself(ring: Any) -> None:
    call = ring().on("greeting", press="1")
    call.answers["cancel_media_processing"] = [{"error": {"kind": "refused"}}]
    call.run(until=4000)
    assert call.heard == ["greeting", "opening-hours"]


def test_a_return_of_a_command_never_asked_for_is_ignored(ring: Any) -> None:
    call, _step = playing_one(ring)
    before = call.session.to_json()
    assert call.receive({"kind": "performed", "step": 99, "error": {"kind": "gone"}}) == []
    assert call.session.to_json() == before


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"kind": 3},
        {"kind": "tone", "tone": "tone1"},
        {"kind": "tone", "tone": "tone1", "sequence": "1"},
        {"kind": "tone", "tone": "tone1", "sequence": True},
        {"kind": "tone", "tone": None, "sequence": 1},
        {"kind": "call", "state": 5},
        {"kind": "operation", "status": "running"},
        {"kind": "recording", "status": "perhaps"},
        {"kind": "performed", "ok": {}},
        {"kind": "performed", "step": 1},
        {"kind": "performed", "step": 1, "error": {"kind": "odd"}},
        {"kind": "performed", "step": 1, "ok": {"operation_id": 7}},
        {"kind": "ended", "code": "200"},
        {"kind": "roster"},
        {"kind": "control", "action": "mute", "n": 4},
        {"kind": "control", "action": "mute", "request": "r"},
        {"kind": "consultation", "status": "perhaps"},
    ],
)
def test_what_is_no_event_raises_by_name_and_changes_nothing(ring: Any, event: dict[str, Any]) -> None:
    call, _ = playing_one(ring)
    before = call.session.to_json()
    with pytest.raises(IllegalEvent):
        call.session.receive(event, call.at(99_000))
    assert call.session.to_json() == before


@pytest.mark.parametrize("kind", ["sharing", "unknown", "participant_left", "incoming", "anything"])
def test_what_no_state_acts_on_changes_nothing(ring: Any, kind: str) -> None:
    call, _ = playing_one(ring)
    before = call.session.to_json()
    assert call.receive({"kind": kind}) == []
    assert call.session.to_json() == before

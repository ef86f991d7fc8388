"""However a call ends, it ends once, with a record."""

from __future__ import annotations

import json
from typing import Any

import pytest

LOOP = """
schema: 1
id: loop
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: one}
  one: {kind: play, prompts: one, next: one}
"""


def test_a_call_that_goes_on_for_ever_is_hung_up_at_its_maximum_length(ring: Any) -> None:
    call = ring(LOOP, max_call_s=60).run()
    assert call.summary["outcome"] == "maximum_length"
    assert call.now == 150 + 60_000 + 80


def test_a_prompt_that_our_hang_up_cuts_short_does_not_take_the_flow_further(ring: Any) -> None:
    call = ring(LOOP, max_call_s=61).run(until=60_000)
    step = next(each["step"] for each in reversed(call.commands) if each["activity"] == "play_prompt")
    call._events.clear()
    cancelled = {"status": "failed", "code": 400, "subcode": 8508}
    call.say({"kind": "operation", "operation_id": f"op{step}", "context": f"call-1:{step}", **cancelled}, 1200)
    call.run()
    assert call.activities[-2:] == ["hang_up", "close_call"]
    assert call.summary["outcome"] == "maximum_length"


def test_a_long_call_is_kept_alive(ring: Any) -> None:
    call = ring(LOOP, keep_alive_s=10, max_call_s=60).run()
    assert call.activities.count("keep_alive") == 5


def test_a_keep_alive_that_fails_is_followed_by_the_next(ring: Any) -> None:
    call = ring(LOOP, keep_alive_s=10, max_call_s=60)
    call.answers["keep_alive"] = [{"error": {"kind": "not_reached"}}, {"error": {"kind": "unknown"}}]
    assert call.run().activities.count("keep_alive") == 5


def test_a_keep_alive_that_finds_no_call_ends_it(ring: Any) -> None:
    call = ring(LOOP, keep_alive_s=10)
    call.answers["keep_alive"] = [{"error": {"kind": "gone"}}]
    call.run()
    assert call.activities[-2:] == ["keep_alive", "close_call"]
    assert call.summary["outcome"] == "hung_up"


def test_a_hang_up_that_nobody_confirms_is_over_after_its_time(ring: Any) -> None:
    call = ring(LOOP, max_call_s=60)
    call.answers["hang_up"] = [{"ok": {}}]
    call.run()
    assert call.now == 150 + 60_000 + 10_000
    assert call.summary["ended"] == call.at().timestamp()


@pytest.mark.parametrize("kind", ["unknown", "not_reached"])
def test_a_hang_up_that_graph_may_not_have_heard_is_said_again_ever_more_seldom(ring: Any, kind: str) -> None:
    call = ring(LOOP, max_call_s=60)
    call.answers["hang_up"] = [{"error": {"kind": kind}}] * 3
    call.run()
    assert call.activities[-5:] == [*["hang_up"] * 4, "close_call"]
    assert call.now == 150 + 60_000 + 10_000 + 10_000 + 20_000 + 80


def test_a_hang_up_that_never_reaches_graph_is_given_up_after_a_quarter_of_an_hour(ring: Any) -> None:
    call = ring(LOOP, max_call_s=60)
    call.answers["hang_up"] = [{"error": {"kind": "not_reached"}}] * 100
    call.run()
    assert 900_000 <= call.now - 60_150 <= 960_000
    assert call.activities.count("hang_up") < 25


def test_a_hang_up_that_graph_refuses_is_not_said_again(ring: Any) -> None:
    call = ring(LOOP, max_call_s=60)
    call.answers["hang_up"] = [{"error": {"kind": "refused", "status": 403, "code": "7504"}}]
    call.run()
    assert call.activities.count("hang_up") == 1


@pytest.mark.parametrize(
    ("code", "outcome"), [(200, "hung_up"), (None, "hung_up"), (500, "media_lost"), (408, "media_lost")]
)
def test_a_caller_who_leaves_and_a_line_that_breaks_are_told_apart(ring: Any, code: int | None, outcome: str) -> None:
    call = ring(LOOP)
    call.hang_up(5000, code, 1005)
    assert call.run().summary["outcome"] == outcome


def test_the_flow_may_see_to_something_after_the_caller_has_left(ring: Any) -> None:
    flow = LOOP.replace("nodes:", "defaults: {onHangup: {next: note}}\nnodes:") + (
        "  note: {kind: set, values: {left: 'true'}, next: last}\n"
        "  last: {kind: branch, cases: [{when: left, next: one}], default: one}\n"
    )
    call = ring(flow)
    call.hang_up(5000)
    call.run()
    assert {("one", "hangup"), ("note", "done"), ("last", "one")} <= call.outcomes
    assert call.activities[-1] == "close_call"


@pytest.mark.parametrize("result", [{"ok": {}}, {"error": {"kind": "internal"}}, {"error": {"kind": "gone"}}])
def test_the_session_has_ended_when_the_record_was_asked_for_and_returned(ring: Any, result: dict[str, Any]) -> None:
    call = ring(LOOP)
    call.hang_up(5000)
    call.answers["close_call"] = [result]
    call.run()
    assert call.session.ended
    assert call.session.deadline_at is None
    assert call.session.status()["state"] == "closed"


def test_what_comes_after_the_end_changes_nothing(ring: Any) -> None:
    call = ring(LOOP)
    call.hang_up(5000)
    call.run()
    before = call.session.to_json()
    for event in (
        {"kind": "ended", "code": 200, "subcode": 0, "reason": None},
        {"kind": "tone", "sequence": 1, "tone": "tone1"},
        {"kind": "timed_out"},
        {"kind": "performed", "step": 3, "ok": {}},
        {"kind": "operation", "operation_id": "op3", "context": "call-1:3", "status": "completed"},
    ):
        assert call.receive(event) == []
    assert call.session.to_json() == before


def test_a_flow_that_goes_round_in_circles_without_waiting_is_ended(ring: Any) -> None:
    flow = """
schema: 1
id: circles
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: one}
  one: {kind: play, prompts: one, next: two}
  two: {kind: play, prompts: two, next: one}
"""
    call = ring(flow).on("one", press="1").run()
    assert (call.summary["outcome"], call.summary["reason"]) == ("failed", "circles")


def test_the_summary_tells_the_call(ring: Any) -> None:
    call = ring().on("main-menu", press="1").on("main-menu", hang_up=True).run()
    summary = call.summary
    assert summary["flow"] == "small-business" and len(summary["hash"]) == 64
    assert summary["nodes"] == ["pick-up", "greeting", "main-menu", "opening-hours", "main-menu"]
    assert (summary["caller"], summary["called"], summary["customer"]) == ("user", "phone", "northwind")
    assert summary["started"] < summary["answered"] < summary["ended"]
    assert summary["duration_s"] == pytest.approx(summary["ended"] - summary["answered"])
    assert (summary["code"], summary["subcode"], summary["keys"]) == (200, 4521, 1)
    assert call.session.summary() == summary


def test_the_status_is_small_and_tells_the_story(ring: Any) -> None:
    call = ring().on("main-menu", press="2").on("enter-account", press="1234").run()
    states = [status["state"] for status in call.statuses]
    assert {"answering", "subscribing", "playing", "interrupting", "listening", "closing", "closed"} <= set(states)
    assert all(len(json.dumps(status)) < 1024 for status in call.statuses)
    assert all({"state", "node", "flow", "version", "since"} <= set(status) for status in call.statuses)


@pytest.mark.parametrize(
    ("subcode", "outcome"),
    [
        (5002, "alone"),
        (5010, "alone"),
        (5020, "alone"),
        (5300, "removed"),
        (5001, "conversation_ended"),
        (5007, "initiator_left"),
    ],
)
def test_a_call_of_two_that_became_one_of_several_ends_as_those_do(ring: Any, subcode: int, outcome: str) -> None:
    """Others were brought in: what Graph then says of its end it says of conversations."""
    call = ring().run(until=2000)
    call.say({"kind": "roster", "sequence": 1, "count": 3})
    call.hang_up(500, 200, subcode)
    call.run()
    assert (call.summary["outcome"], call.summary["party"]) == (outcome, "group")

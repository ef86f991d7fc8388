"""From the ring to the first prompt."""

from __future__ import annotations

from typing import Any

import pytest

HELLO = """
schema: 1
id: hello
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: hello}
  hello: {kind: play, prompts: hello, bargeIn: BARGE, next: bye}
  bye: {kind: hangup}
"""
SILENT = HELLO.replace("BARGE", "false")
KEYED = HELLO.replace("BARGE", "true")
DECLINING = """
schema: 1
id: declining
locale: en-US
start: first
nodes:
  first: {kind: KIND, PARAMETERS}
  after: {kind: reject, reason: busy}
"""
USER = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"


def changed(state: str, audio: str | None = None) -> dict[str, Any]:
    return {"kind": "call", "state": state, "audio": audio, "code": None, "subcode": None}


def unheard(ring: Any, flow: str = SILENT) -> Any:
    """A call whose answer is followed by no notification of its own."""
    call = ring(flow)
    call.answers["answer_call"] = [{"ok": {}}]
    return call


@pytest.mark.parametrize(
    ("told", "plays"),
    [
        ([changed("establishing"), changed("established", "inactive"), changed("established", "active")], True),
        ([changed("established", "active"), changed("establishing", "inactive")], True),
        ([changed("established", "inactive"), changed("establishing")], False),
        ([changed("established", "inactive"), changed("established")], False),
        ([changed("establishing", "active")], False),
        ([changed("established", "active")] * 3, True),
        ([changed("established"), changed("established", "active")], True),
    ],
)
def test_prompts_begin_once_at_established_with_active_audio(
    ring: Any, told: list[dict[str, Any]], plays: bool
) -> None:
    call = unheard(ring)
    for at, event in enumerate(told):
        call.say(event, 100 + at)
    call.run(until=1000)
    assert call.activities.count("play_prompt") == plays


def test_tones_are_subscribed_before_the_first_prompt_and_once(ring: Any) -> None:
    call = ring(KEYED).run()
    assert call.activities == ["answer_call", "subscribe_to_tone", "play_prompt", "hang_up", "close_call"]


def test_a_flow_without_keys_subscribes_to_none(ring: Any) -> None:
    assert "subscribe_to_tone" not in ring(SILENT).run().activities


def test_the_answer_names_the_prompts_worth_fetching(ring: Any) -> None:
    assert ring().run(until=100).commands[0]["prefetch"][:2] == ["greeting", "apology"]


def test_established_before_the_answer_has_returned_is_enough(ring: Any) -> None:
    call = ring(SILENT)
    (answer,) = call._first
    call._first = []
    commands = call.receive(changed("established", "active"))
    assert [command.activity for command in commands] == ["play_prompt"]
    assert call.receive({"kind": "performed", "step": answer.step, "ok": {}}) == []
    assert call.session.status()["state"] == "playing"


def test_a_call_answered_before_goes_on_with_what_graph_says_of_it(ring: Any) -> None:
    call = ring(SILENT)
    call.answers["answer_call"] = [{"ok": {"state": "established", "audio": "active"}}]
    assert call.run().summary["outcome"] == "completed"


def test_an_answer_of_unknown_fate_is_waited_for(ring: Any) -> None:
    call = unheard(ring)
    call.answers["answer_call"] = [{"error": {"kind": "unknown"}}]
    call.say(changed("established", "active"), 9000)
    assert call.run().summary["outcome"] == "completed"


def test_a_call_that_is_never_established_is_hung_up(ring: Any) -> None:
    call = unheard(ring).run()
    assert call.activities == ["answer_call", "hang_up", "close_call"]
    assert (call.summary["outcome"], call.summary["reason"]) == ("failed", "notEstablished")
    assert call.now == 30_080


def test_a_caller_who_gave_up_before_the_answer_leaves_a_record(ring: Any) -> None:
    call = ring(SILENT)
    call.answers["answer_call"] = [{"error": {"kind": "gone", "status": 404}}]
    call.run()
    assert call.activities == ["answer_call", "close_call"]
    assert call.summary["outcome"] == "abandoned"
    assert call.outcomes == {("pick-up", "hangup")}


def test_an_unanswerable_call_goes_to_the_routes_fallback(ring: Any) -> None:
    call = ring(SILENT, fallback={"user": USER})
    call.answers["answer_call"] = [{"error": {"kind": "refused", "status": 403, "code": "7504"}}]
    call.run()
    assert call.activities == ["answer_call", "redirect_call", "close_call"]
    assert call.commands[1]["targets"] == [{"user": USER}]
    assert (call.summary["outcome"], call.summary["reason"]) == ("permission_missing", "answer_call")


def test_a_fallback_that_fails_becomes_a_rejection_and_then_the_end(ring: Any) -> None:
    call = ring(SILENT, fallback={"user": USER})
    for activity in ("answer_call", "redirect_call", "reject_call"):
        call.answers[activity] = [{"error": {"kind": "not_reached"}}]
    assert call.run().activities == ["answer_call", "redirect_call", "reject_call", "close_call"]


def test_keys_that_cannot_be_subscribed_are_an_error_of_the_answer(ring: Any) -> None:
    call = ring()
    call.answers["subscribe_to_tone"] = [{"error": {"kind": "refused", "status": 400}}]
    call.run()
    assert call.heard == ["apology"]
    assert ("pick-up", "failed") in call.outcomes


@pytest.mark.parametrize(
    ("kind", "parameters", "activity", "outcome"),
    [
        ("reject", "reason: forbidden", "reject_call", "rejected"),
        ("redirect", f"to: [{{user: {USER}}}]", "redirect_call", "redirected"),
    ],
)
def test_a_flow_may_begin_by_declining(ring: Any, kind: str, parameters: str, activity: str, outcome: str) -> None:
    call = ring(DECLINING.replace("KIND", kind).replace("PARAMETERS", parameters)).run()
    assert call.activities == [activity, "close_call"]
    assert call.summary["outcome"] == outcome
    assert call.outcomes == {("first", "done")}


def test_a_redirect_that_graph_refuses_takes_the_flows_next_idea(ring: Any) -> None:
    flow = DECLINING.replace("KIND", "redirect").replace("PARAMETERS", f"to: {{user: {USER}}}, on: {{failed: after}}")
    call = ring(flow)
    call.answers["redirect_call"] = [{"error": {"kind": "refused", "status": 403}}]
    call.run()
    assert call.activities == ["redirect_call", "reject_call", "close_call"]
    assert call.outcomes == {("first", "failed"), ("after", "done")}


def test_a_decline_that_nobody_confirms_is_over_after_its_time(ring: Any) -> None:
    call = ring(DECLINING.replace("KIND", "reject").replace("PARAMETERS", "reason: busy"))
    call.answers["reject_call"] = [{"error": {"kind": "unknown"}}]
    assert call.run().summary["outcome"] == "rejected"
    assert call.now == 10_000


def test_a_caller_who_left_before_the_decline_has_given_up(ring: Any) -> None:
    call = ring(DECLINING.replace("KIND", "reject").replace("PARAMETERS", "reason: busy"))
    call.answers["reject_call"] = [{"error": {"kind": "gone"}}]
    assert call.run().summary["outcome"] == "abandoned"

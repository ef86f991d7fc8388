"""Asking first: the caller hears music, and leaves us only for somebody who wants them."""

from __future__ import annotations

from typing import Any

import pytest

USER = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
FLOW = f"""
schema: 1
id: consult
locale: en-US
start: pick-up
nodes:
  pick-up: {{kind: answer, next: send}}
  send:
    kind: transfer
    target: {{user: {USER}}}
    consult: true
    hold: music
    timeout: 30s
    on: {{noAnswer: away, declined: away, failed: away}}
  away: {{kind: play, prompts: away, next: bye}}
  bye: {{kind: hangup}}
"""
NEWS = {"kind": "consultation", "status": "accepted", "call_id": "42"}


def consulting(ring: Any) -> Any:
    call = ring(FLOW).run(until=4000)
    assert call.session.status()["state"] == "consulting"
    return call


def test_the_caller_hears_music_until_the_target_accepts_and_is_then_sent_on(ring: Any) -> None:
    call = consulting(ring)
    call.say(NEWS, 6000)
    call.run()
    assert call.heard == ["music"] * 4
    (asked,) = [each for each in call.commands if each["activity"] == "start_consultation"]
    assert (asked["target"], asked["timeout_s"], asked["request_n"]) == ({"user": USER}, 30, None)
    (transfer,) = [each for each in call.commands if each["activity"] == "transfer_call"]
    assert (transfer["target"], transfer["replaces"]) == ({"user": USER}, "42")
    assert call.summary["outcome"] == "transferred"
    assert call.summary["transfer"] == {"target": "user", "state": "completed"}
    assert ("send", "completed") in call.outcomes


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("declined", "declined"), ("busy", "declined"), ("no_answer", "noAnswer"), ("failed", "failed")],
)
def test_a_target_that_will_not_have_the_caller_costs_nothing(ring: Any, status: str, outcome: str) -> None:
    call = consulting(ring)
    call.say({"kind": "consultation", "status": status, "call_id": None}, 6000)
    call.run()
    assert "transfer_call" not in call.activities
    assert call.heard[-1] == "away"
    assert ("send", outcome) in call.outcomes


@pytest.mark.parametrize("error", ["refused", "not_reached", "gone", "internal"])
def test_a_consultation_that_cannot_begin_has_failed(ring: Any, error: str) -> None:
    call = ring(FLOW)
    call.answers["start_consultation"] = [{"error": {"kind": error}}]
    assert ("send", "failed") in call.run().outcomes


def test_no_news_is_no_answer(ring: Any) -> None:
    call = consulting(ring).run()
    assert ("send", "noAnswer") in call.outcomes
    assert "transfer_call" not in call.activities


def test_news_that_come_later_are_nobodys(ring: Any) -> None:
    call = consulting(ring)
    call.run(until=76_000)
    assert call.heard[-1] == "away"
    call.say(NEWS)
    assert call.run().summary["outcome"] == "completed"
    assert "transfer_call" not in call.activities


def test_a_caller_who_leaves_meanwhile_has_hung_up(ring: Any) -> None:
    call = consulting(ring)
    call.hang_up(1000)
    call.say(NEWS, 2000)
    assert call.run().summary["outcome"] == "hung_up"


def test_a_transfer_that_fails_after_all_comes_back(ring: Any) -> None:
    call = consulting(ring)
    call.transfer = (500, 7700)
    call.say(NEWS, 1000)
    assert ("send", "failed") in call.run().outcomes


def test_an_operator_may_ask_first_too(ring: Any) -> None:
    call = ring().run(until=4000)
    call.ask("transfer", consult=True)
    call.run(until=5000)
    assert call.session.status()["state"] == "consulting"
    call.say({"kind": "consultation", "status": "declined", "call_id": None})
    call.run(until=6000)
    assert call.heard[-1] == call.heard[-2]  # the menu again
    call.ask("transfer", consult=True)
    call.say(NEWS, 1000)
    assert call.run().summary["outcome"] == "transferred"
    asked = [each["request_n"] for each in call.commands if each["activity"] in ("start_consultation", "transfer_call")]
    assert asked == [101, 102, 102]


def test_nobody_is_sent_out_of_a_group_by_a_flow(ring: Any) -> None:
    call = ring(FLOW, place={"to": ["user", "user"]}).run()
    assert ("send", "failed") in call.outcomes
    assert "start_consultation" not in call.activities

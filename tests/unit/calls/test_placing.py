"""From the request for a call to its first prompt, and every way not to get there."""

from __future__ import annotations

from typing import Any

import pytest

HELLO = """
schema: 1
id: hello
locale: en-US
start: call
nodes:
  call: {kind: answer, next: hello}
  hello: {kind: play, prompts: hello, bargeIn: false, next: bye}
  bye: {kind: hangup}
"""
NEVER = """
schema: 1
id: never
locale: en-US
start: end
nodes:
  end: {kind: hangup, outcome: failed}
"""


def placed(ring: Any, flow: str = HELLO, **place: Any) -> Any:
    return ring(flow, place=place)


def test_a_call_is_placed_then_served_like_any_other(ring: Any) -> None:
    call = placed(ring).run()
    assert call.activities == ["place_call", "play_prompt", "hang_up", "close_call"]
    assert [each["call_id"] for each in call.commands] == ["", "1", "1", "1"]
    summary = call.summary
    assert (summary["direction"], summary["party"]) == ("outgoing", "peer")
    assert (summary["caller"], summary["called"], summary["outcome"]) == ("application", "user", "completed")
    assert summary["answered"] > summary["started"]


def test_keys_are_subscribed_before_the_flow_goes_on(ring: Any) -> None:
    call = ring(place={})
    call.on("main-menu", hang_up=True).run()
    assert call.activities[:3] == ["place_call", "subscribe_to_tone", "play_prompt"]


def test_the_prompts_worth_fetching_are_named(ring: Any) -> None:
    assert placed(ring).run(until=10).commands[0]["prefetch"] == ["hello"]


@pytest.mark.parametrize(
    ("place", "party", "called"),
    [
        ({"to": ["phone"]}, "peer", "phone"),
        ({"to": ["user", "user"]}, "group", "user"),
        ({"to": [], "meeting": "organizer"}, "meeting", "meeting"),
    ],
)
def test_what_kind_of_call_it_is_follows_from_whom_is_called(
    ring: Any, place: dict[str, Any], party: str, called: str
) -> None:
    summary = placed(ring, **place).run().summary
    assert (summary["party"], summary["called"]) == (party, called)


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        ({"kind": "refused", "status": 400, "code": "8523"}, "refused", "8523"),
        ({"kind": "refused", "status": 403, "code": "7504"}, "permission_missing", "place_call"),
        ({"kind": "gone", "status": 404}, "refused", "404"),
        ({"kind": "not_reached"}, "failed", "not_reached"),
        ({"kind": "internal"}, "failed", "internal"),
    ],
)
def test_a_call_that_cannot_be_placed_says_why_and_asks_for_nothing_more(
    ring: Any, error: dict[str, Any], outcome: str, reason: str
) -> None:
    call = placed(ring)
    call.answers["place_call"] = [{"error": error}]
    call.run()
    assert call.activities == ["place_call", "close_call"]
    assert (call.summary["outcome"], call.summary["reason"]) == (outcome, reason)
    assert call.outcomes == {("call", "hangup")}


def test_a_placing_of_unknown_fate_is_known_by_its_first_notification(ring: Any) -> None:
    call = placed(ring)
    call.answers["place_call"] = [{"error": {"kind": "unknown"}}]
    told = {"kind": "call", "code": None, "subcode": None}
    call.say({**told, "state": "establishing", "audio": None}, 1000)
    call.say({**told, "state": "establishing", "audio": None, "call_id": "9"}, 2000)
    call.say({**told, "state": "established", "audio": "active", "call_id": "9"}, 5000)
    call.run()
    assert call.activities == ["place_call", "play_prompt", "hang_up", "close_call"]
    assert call.commands[1]["call_id"] == "9"


def test_a_placing_that_nothing_is_heard_of_is_given_up_and_never_repeated(ring: Any) -> None:
    call = placed(ring)
    call.answers["place_call"] = [{"error": {"kind": "unknown"}}]
    call.answers["hang_up"] = [{"ok": {}}]
    call.run()
    assert call.activities == ["place_call", "hang_up", "close_call"]
    assert (call.summary["outcome"], call.summary["reason"]) == ("failed", "notConfirmed")
    assert call.now == 70_000


def test_a_call_that_rings_too_long_is_hung_up(ring: Any) -> None:
    call = placed(ring, ring_for_s=20)
    call.answers_after = None
    call.run()
    assert (call.summary["outcome"], call.now) == ("no_answer", 20_080)


def test_a_call_that_is_answered_without_audio_is_given_up(ring: Any) -> None:
    call = placed(ring)
    call.lost = lambda event: event.get("audio") == "active"
    call.run()
    assert (call.summary["outcome"], call.summary["reason"]) == ("failed", "notEstablished")
    assert call.now == 33_080


def test_a_meeting_may_keep_us_in_its_lobby_for_longer(ring: Any) -> None:
    call = placed(ring, to=[], meeting="organizer")
    call.lost = lambda event: event.get("audio") == "active"
    call.run()
    assert (call.summary["outcome"], call.now) == ("lobby_timeout", 35 * 60_000 + 80)


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (486, 560486, "busy"),
        (486, 8539, "busy"),
        (603, 0, "declined"),
        (487, 10024, "declined"),
        (0, 5003, "declined"),
        (200, 4521, "declined"),
        (487, 10004, "no_answer"),
        (200, 5013, "no_answer"),
        (408, 0, "no_answer"),
        (480, 10037, "unreachable"),
        (408, 10057, "unreachable"),
        (480, 10134, "unreachable"),
        (480, 0, "unreachable"),
        (480, 10199, "refused"),
        (403, 510403, "refused"),
        (400, 8561, "refused"),
        (403, 7504, "permission_missing"),
        (200, 5855, "lobby_timeout"),
        (410, 301005, "media_lost"),
        (500, 560500, "failed"),
        (None, None, "failed"),
    ],
)
def test_a_call_that_is_over_before_it_was_one_says_why(
    ring: Any, code: int | None, subcode: int | None, outcome: str
) -> None:
    call = placed(ring)
    call.answers_after = None
    call.hang_up(2000, code, subcode)
    call.run()
    assert call.summary["outcome"] == outcome
    assert (call.summary["code"], call.summary["subcode"]) == (code, subcode)
    assert "hang_up" not in call.activities


def test_a_flow_that_ends_before_it_wants_a_call_has_none_placed(ring: Any) -> None:
    call = placed(ring, NEVER).run()
    assert call.activities == ["close_call"]
    assert call.summary["outcome"] == "failed"


@pytest.mark.parametrize("start", ["{kind: reject, reason: busy}", "{kind: redirect, to: [{phone: '+442079460123'}]}"])
def test_what_is_done_to_a_call_that_rings_cannot_be_done_to_one_that_is_placed(ring: Any, start: str) -> None:
    flow = HELLO.replace("start: call", "start: first").replace("nodes:\n", f"nodes:\n  first: {start}\n")
    call = placed(ring, flow).run()
    assert call.activities == ["close_call"]
    assert ("first", "failed") in call.outcomes


def test_a_leg_tells_its_parent_how_far_it_is(ring: Any) -> None:
    flow = HELLO.replace("next: hello}", "next: tell}").replace(
        "nodes:\n", "nodes:\n  tell: {kind: report, status: accepted, next: hello}\n"
    )
    call = ring(flow, place={}, leg={"parent": "gathering-1", "leg": 3}).run()
    reports = [each for each in call.commands if each["activity"] == "report_leg"]
    assert [each["status"] for each in reports] == ["ringing", "established", "accepted"]
    assert {(each["parent"], each["leg"], each["call_id"]) for each in reports} == {("gathering-1", 3, "1")}
    assert call.summary["parent"] == "gathering-1"


def test_a_call_that_is_nobodys_leg_reports_to_nobody(ring: Any) -> None:
    flow = HELLO.replace("next: hello}", "next: tell}").replace(
        "nodes:\n", "nodes:\n  tell: {kind: report, status: accepted, next: hello}\n"
    )
    assert "report_leg" not in placed(ring, flow).run().activities


@pytest.mark.parametrize("error", [{"kind": "gone"}, {"kind": "internal"}, {"kind": "not_reached"}])
def test_a_report_that_fails_is_not_the_calls_end(ring: Any, error: dict[str, Any]) -> None:
    call = ring(HELLO, place={}, leg={"parent": "gathering-1", "leg": 3})
    call.answers["report_leg"] = [{"error": error}] * 2
    assert call.run().summary["outcome"] == "completed"

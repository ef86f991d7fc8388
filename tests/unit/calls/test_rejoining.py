"""A meeting that is lost is joined again, and goes on where it was."""

from __future__ import annotations

from typing import Any

import pytest

MEETING = """
schema: 1
id: meeting
locale: en-US
start: join
nodes:
  join: {kind: answer, next: ask}
  ask: {kind: collect, prompts: number, into: number, max: 2, firstDigitTimeout: 60s, next: meet, on: {tooMany: meet}}
  meet: {kind: stay, atMost: 1h, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
RECORD = """
schema: 1
id: record
locale: en-US
start: join
nodes:
  join: {kind: answer, next: speak}
  speak: {kind: record, consent: consent, next: bye}
  bye: {kind: hangup}
"""
LOST = [(410, 301005), (500, 1005), (408, 8537), (500, 560500)]


def meeting(ring: Any, flow: str = MEETING, until: int = 20_000, **more: Any) -> Any:
    call = ring(flow, place={"to": [], "meeting": "organizer"}, **more)
    return call.run(until=until)


def at_stay(ring: Any, **more: Any) -> Any:
    call = ring(MEETING, place={"to": [], "meeting": "organizer"}, **more).on("number", press="12")
    call.run(until=10_000)
    assert call.session.status()["state"] == "staying"
    return call


@pytest.mark.parametrize(("code", "subcode"), LOST)
def test_a_lost_meeting_is_joined_again(ring: Any, code: int, subcode: int) -> None:
    call = at_stay(ring)
    call.hang_up(0, code, subcode)
    call.run(until=20_000)
    assert call.session.status()["state"] == "staying"
    again = [each for each in call.commands if each["activity"] == "place_call"]
    assert [each["former"] for each in again] == [None, "1"]
    call.ask("release")
    call.run()
    assert call.commands[-1]["call_id"] == "2"
    assert (call.summary["outcome"], call.summary["rejoins"]) == ("completed", 1)


def test_what_was_cut_off_begins_once_more_and_keys_are_heard_again(ring: Any) -> None:
    call = meeting(ring)
    call.hang_up(0, 410, 301005)
    call.run(until=24_000)
    assert call.heard == ["number", "number"]
    assert call.activities.count("subscribe_to_tone") == 2
    call._sequence = 0  # the new call counts from the beginning
    call.press("12", after=500)
    call.run(until=30_000)
    assert call.session.status()["node"] == "meet"


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [(200, 5300, "removed"), (200, 5002, "alone"), (200, 5001, "conversation_ended"), (200, 4521, "hung_up")],
)
def test_a_meeting_that_somebody_ended_is_over(ring: Any, code: int, subcode: int, outcome: str) -> None:
    call = at_stay(ring)
    call.hang_up(0, code, subcode)
    assert call.run().summary["outcome"] == outcome
    assert call.activities.count("place_call") == 1


def test_it_is_joined_again_twice_at_most(ring: Any) -> None:
    call = at_stay(ring)
    for _ in range(3):
        call.hang_up(0, 410, 301005)
        call.run(until=call.now + 10_000)
    assert call.run().summary["outcome"] == "media_lost"
    assert call.activities.count("place_call") == 3


def test_it_is_not_joined_again_when_the_request_says_so(ring: Any) -> None:
    call = at_stay(ring, rejoin=False)
    call.hang_up(0, 410, 301005)
    assert call.run().summary["outcome"] == "media_lost"


@pytest.mark.parametrize("place", [{"to": ["user"]}, {"to": ["user", "user"]}])
def test_only_meetings_are_joined_again(ring: Any, place: dict[str, Any]) -> None:
    call = ring(MEETING, place=place).run(until=5000)
    call.hang_up(0, 410, 301005)
    assert call.run().summary["outcome"] == "media_lost"
    assert call.activities.count("place_call") == 1


@pytest.mark.parametrize("result", [{"kind": "refused", "code": "8560"}, {"kind": "not_reached"}, {"kind": "gone"}])
def test_a_meeting_that_cannot_be_joined_again_ended_as_it_was_lost(ring: Any, result: dict[str, Any]) -> None:
    call = at_stay(ring)
    call.answers["place_call"] = [{"error": result}]
    call.hang_up(0, 408, 8537)
    call.run()
    assert (call.summary["outcome"], call.summary["code"], call.summary["subcode"]) == ("keepalive_lost", 408, 8537)


def test_a_meeting_that_lets_nobody_in_again_ended_as_it_was_lost(ring: Any) -> None:
    call = at_stay(ring)
    call.answers_after = None
    call.hang_up(0, 410, 301005)
    call.hang_up(5000, 200, 5855)
    assert call.run().summary["outcome"] == "media_lost"


def test_a_rejoining_of_unknown_fate_is_not_taken_for_the_call_that_was_lost(ring: Any) -> None:
    call = at_stay(ring)
    call.answers["place_call"] = [{"error": {"kind": "unknown"}}]
    call.hang_up(0, 410, 301005)
    changed = {"kind": "call", "code": None, "subcode": None}
    call.say({**changed, "state": "established", "audio": "active", "call_id": "1"}, 500)
    call.run(until=12_000)
    assert call.session.status()["state"] == "placing"
    call.say({**changed, "state": "established", "audio": "active", "call_id": "2"}, 500)
    call.run(until=14_000)
    assert call.session.status()["state"] == "staying"


def test_a_meeting_that_a_keep_alive_finds_gone_is_joined_again(ring: Any) -> None:
    call = at_stay(ring, keep_alive_s=60)
    call.answers["keep_alive"] = [{"error": {"kind": "gone"}}]
    call.run(until=100_000)
    assert call.activities.count("place_call") == 2
    assert call.session.status()["state"] == "staying"


def test_a_long_meeting_is_as_long_however_often_it_is_lost(ring: Any) -> None:
    call = at_stay(ring, max_call_s=600)
    call.hang_up(200_000, 410, 301005)
    call.run()
    assert call.summary["outcome"] == "maximum_length"
    assert call.summary["duration_s"] == pytest.approx(600, abs=1)


def test_an_operators_hang_up_is_never_undone(ring: Any) -> None:
    call = at_stay(ring)
    call.answers["hang_up"] = [{"ok": {}}]
    call.ask("hang_up")
    call.hang_up(500, 410, 301005)
    assert call.run().summary["outcome"] == "ended_by_operator"
    assert call.activities.count("place_call") == 1


def test_a_recording_that_the_loss_cut_off_is_not_forgotten(ring: Any) -> None:
    call = ring(RECORD, place={"to": [], "meeting": "organizer"})
    call.record = None
    call.run(until=8000)
    assert call.session.status()["state"] == "recording"
    call.hang_up(0, 410, 301005)
    call.record = (3000, 8509)
    call.run()
    assert [each["status"] for each in call.summary["recordings"]] == ["lost", "saved"]
    assert call.summary["rejoins"] == 1


@pytest.mark.parametrize(("count", "found", "outcome"), [(1, 1, "alone"), (1, 2, None), (2, 1, None), (1, None, None)])
def test_we_leave_a_meeting_that_everybody_has_left(
    ring: Any, count: int, found: int | None, outcome: str | None
) -> None:
    call = at_stay(ring)
    call.answers["list_participants"] = [{"ok": {"count": found}} if found else {"error": {"kind": "not_reached"}}]
    call.say({"kind": "roster", "sequence": 1, "count": 3})
    call.say({"kind": "roster", "sequence": 2, "count": count}, 1000)
    call.run(until=150_000)
    if outcome is None:
        assert call.session.status()["state"] == "staying"
    else:
        assert call.summary["outcome"] == outcome


def test_we_wait_for_the_first_to_come(ring: Any) -> None:
    call = at_stay(ring)
    call.say({"kind": "roster", "sequence": 1, "count": 1})
    call.run(until=600_000)
    assert "list_participants" not in call.activities


def test_a_meeting_to_which_somebody_comes_back_in_time_goes_on(ring: Any) -> None:
    call = at_stay(ring)
    for after, count in ((0, 2), (1000, 1), (100_000, 2)):
        call.say({"kind": "roster", "sequence": None, "count": count}, after)
    call.run(until=600_000)
    assert "list_participants" not in call.activities

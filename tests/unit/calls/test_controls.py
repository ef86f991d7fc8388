"""What is asked of a call from outside: done once, answered once, and the flow goes on as if nothing had been."""

from __future__ import annotations

from typing import Any

import pytest

from calls.controls import COMMANDS
from calls.events import Control
from calls.states import State
from calls.table import TABLE

ASK = """
schema: 1
id: ask
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: ask}
  ask: {kind: collect, prompts: number, into: number, max: 4, firstDigitTimeout: 30s, next: bye, on: {tooMany: bye}}
  bye: {kind: hangup, prompts: goodbye}
"""
STAY = """
schema: 1
id: stay
locale: en-US
start: call
nodes:
  call: {kind: answer, next: wait}
  wait: {kind: stay, hold: music, atMost: 10m, next: thanks, on: {timeout: bye}}
  thanks: {kind: play, prompts: thanks, next: bye}
  bye: {kind: hangup}
"""
RECORD = """
schema: 1
id: record
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: speak}
  speak: {kind: record, consent: consent, next: bye}
  bye: {kind: hangup}
"""
SEND = """
schema: 1
id: send
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: choose}
  choose:
    kind: menu
    prompts: menu
    options: {1: {next: send, label: "on"}}
    on: {tooMany: bye}
  send:
    kind: transfer
    target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}
    on: {failed: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
PLAIN = sorted(set(COMMANDS) - {"invite"})


def staying(ring: Any, **place: Any) -> Any:
    """A call that has stayed for a while."""
    return ring(STAY, place=place).run(until=5000)


def listening(ring: Any) -> Any:
    """A call whose flow waits for keys."""
    call = ring(ASK)
    call.run(until=6000)
    assert call.session.status()["state"] == "listening"
    return call


@pytest.mark.parametrize("action", PLAIN)
def test_each_action_is_one_command_that_says_where_its_particulars_are(ring: Any, action: str) -> None:
    call = listening(ring)
    call.ask(action)
    call.run(until=6001)
    command = call.commands[-1]
    assert command["activity"] == COMMANDS[action].activity
    assert command["request_n"] == 101
    assert call.session.status()["state"] == "listening"
    call.press("1234")
    assert call.run().summary["outcome"] == "completed"
    assert call.answered[-1] == (action, "done", None)


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ({"ok": {"operation_id": "op", "status": "completed"}}, ("done", None)),
        ({"ok": {"operation_id": "op", "status": "failed", "code": 400, "subcode": 8523}}, ("failed", "400/8523")),
        ({"error": {"kind": "refused", "status": 400, "code": "8548"}}, ("refused", "8548")),
        ({"error": {"kind": "gone", "status": 404}}, ("refused", "404")),
        ({"error": {"kind": "not_reached"}}, ("not_reached", "not_reached")),
        ({"error": {"kind": "unknown"}}, ("unknown", "unknown")),
        ({"error": {"kind": "internal"}}, ("internal", "internal")),
    ],
)
def test_how_it_went_is_told_and_is_never_the_calls_end(
    ring: Any, result: dict[str, Any], answer: tuple[str, str | None]
) -> None:
    call = listening(ring)
    call.answers["remove_participant"] = [result]
    call.ask("remove_participant")
    call.press("1234", after=100)
    assert call.run().summary["outcome"] == "completed"
    assert call.answered == [("remove_participant", *answer)]


@pytest.mark.parametrize(("status", "answer"), [("completed", ("done", None)), ("failed", ("failed", "400/8523"))])
@pytest.mark.parametrize("known_by", ["operation_id", "context"])
def test_what_graph_only_begins_is_told_twice(
    ring: Any, status: str, answer: tuple[str, str | None], known_by: str
) -> None:
    call = listening(ring)
    call.answers["start_hold_music"] = [{"ok": {"operation_id": "hold", "status": "running"}}]
    call.ask("hold")
    call.run(until=6001)
    step = call.commands[-1]["step"]
    names = {"operation_id": "hold", "context": None} if known_by == "operation_id" else {"context": f"call-1:{step}"}
    call.say({"kind": "operation", "status": status, "code": 400, "subcode": 8523, **names}, 500)
    call.hang_up(1000)
    call.run()
    assert call.answered == [("hold", "started", None), ("hold", *answer)]


def test_others_are_called_into_a_call_of_two_only_where_that_is_set(ring: Any) -> None:
    call = listening(ring)
    call.ask("invite")
    call.hang_up(100)
    assert call.run().answered == [("invite", "refused", "peerToPeer")]
    call = ring(ASK, direct_invite=True).run(until=6000)
    call.ask("invite")
    call.hang_up(100)
    assert call.run().answered == [("invite", "done", None)]
    assert call.summary["party"] == "group"


LEG = {"parent": "gathering-1", "leg": 0}


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        ({"error": {"kind": "refused", "status": 403}}, None),
        ({"error": {"kind": "not_reached"}}, None),
        ({"ok": {"operation_id": "invite", "status": "failed"}}, None),
        ({"ok": {"operation_id": "invite", "status": "running"}}, "failed"),
    ],
)
def test_whoever_waits_for_somebody_to_be_let_in_is_told_at_once_that_they_are_not(
    ring: Any, answer: dict[str, Any], ending: str | None
) -> None:
    call = ring(STAY, place={"to": ["user", "user"]}, leg=LEG).run(until=5000)
    call.answers["invite_participants"] = [answer]
    call.ask("invite", request="bring_in:3")
    if ending is not None:
        call.say({"kind": "operation", "operation_id": "invite", "status": ending}, 500)
    call.run(until=6000)
    told = [each for each in call.commands if each["activity"] == "report_leg" and each["request"]]
    assert [(each["status"], each["request"], each["parent"]) for each in told] == [
        ("not_invited", "bring_in:3", "gathering-1")
    ]


@pytest.mark.parametrize("answer", [{"error": {"kind": "unknown"}}, {"ok": {"operation_id": None, "status": None}}])
def test_whoever_may_have_been_let_in_is_waited_for(ring: Any, answer: dict[str, Any]) -> None:
    call = ring(STAY, place={"to": ["user", "user"]}, leg=LEG).run(until=5000)
    call.answers["invite_participants"] = [answer]
    call.ask("invite", request="bring_in:3")
    call.run(until=6000)
    assert not [each for each in call.commands if each["activity"] == "report_leg" and each["request"]]


def test_a_call_of_two_that_somebody_brings_others_into_is_a_group_call(ring: Any) -> None:
    call = listening(ring)
    call.say({"kind": "roster", "sequence": 1, "count": 2})
    call.ask("invite")
    call.say({"kind": "roster", "sequence": 2, "count": 3}, 100)
    call.run(until=6500)
    call.ask("invite")
    call.say({"kind": "roster", "sequence": 3, "count": 4}, 50)
    call.hang_up(100)
    assert call.run().answered == [("invite", "refused", "peerToPeer"), ("invite", "done", None)]
    assert call.summary["party"] == "group"
    assert [each["what"] for each in call.journal].count("became_group") == 1


def test_a_flow_cannot_send_on_whoever_called_once_there_are_several(ring: Any) -> None:
    call = ring(SEND, place={}).run(until=5000)
    call.say({"kind": "roster", "sequence": 1, "count": 3})
    call.press("1", 500)
    call.run(until=10_000)
    assert ("transfer_call" in call.activities, call.summary["party"]) == (False, "group")


def test_others_are_called_into_a_group_call(ring: Any) -> None:
    call = staying(ring, to=["user", "user"])
    call.ask("invite")
    call.hang_up(100)
    assert call.run().answered == [("invite", "done", None)]


def test_our_prompts_wait_behind_an_operators(ring: Any) -> None:
    call = listening(ring)
    call.answers["play_prompt"] = [{"ok": {"operation_id": "theirs", "status": "running", "ms": 60_000}}]
    call.ask("play")
    call.press("1234", after=100)
    call.run(until=7000)
    assert call.heard[-1] == "goodbye"
    ours = call.commands[-1]["step"]
    call._events.clear()
    ended = {"kind": "operation", "status": "completed", "code": 200, "subcode": 0}
    call.say({**ended, "operation_id": "theirs", "context": None}, 59_000)
    call.say({**ended, "operation_id": f"op{ours}", "context": f"call-1:{ours}"}, 61_500)
    call.run()
    assert call.answered == [("play", "started", None), ("play", "done", None)]
    assert "operation_unheard_of" not in [entry["what"] for entry in call.journal]


def test_nothing_is_played_into_a_recording(ring: Any) -> None:
    call = ring(RECORD)
    call.record = None
    call.run(until=4000)
    assert call.session.status()["state"] == "recording"
    call.ask("play")
    call.ask("transfer")
    call.hang_up(100)
    assert call.run().answered == [("play", "refused", "busy"), ("transfer", "refused", "busy")]


@pytest.mark.parametrize("flow", [ASK, STAY])
def test_an_operator_takes_the_call_and_gives_it_away(ring: Any, flow: str) -> None:
    call = ring(flow).run(until=5000)
    call.ask("transfer", consult=False)
    call.run()
    assert call.summary["outcome"] == "transferred"
    (transfer,) = [each for each in call.commands if each["activity"] == "transfer_call"]
    assert (transfer["request_n"], transfer["target"], transfer["replaces"]) == (101, None, None)
    assert call.answered == [("transfer", "done", None)]


@pytest.mark.parametrize("until", [1000, 6000])
def test_a_call_that_comes_back_is_asked_again(ring: Any, until: int) -> None:
    call = ring(ASK)
    call.transfer = (603, 0)
    call.run(until=until)
    call.ask("transfer", consult=False)
    call.run(until=until + 4000)
    assert call.heard == ["number", "number"]
    call.press("1234")
    assert call.run().summary["outcome"] == "completed"
    assert call.summary["transfer"]["state"] == "failed"


@pytest.mark.parametrize("error", ["refused", "not_reached"])
def test_a_transfer_that_is_refused_goes_on_where_it_was(ring: Any, error: str) -> None:
    call = listening(ring)
    call.answers["transfer_call"] = [{"error": {"kind": error, "code": "7504"}}]
    call.ask("transfer", consult=False)
    call.press("1234", after=3000)
    assert call.run().summary["outcome"] == "completed"
    assert call.answered[0][1] == error


def test_an_operator_hangs_up(ring: Any) -> None:
    call = listening(ring)
    call.ask("hang_up")
    call.run()
    assert call.activities[-2:] == ["hang_up", "close_call"]
    assert call.summary["outcome"] == "ended_by_operator"


def test_a_call_that_rings_may_be_hung_up_and_nothing_else(ring: Any) -> None:
    call = ring(STAY, place={})
    call.ask("mute", 500)
    call.ask("nonsense", 600)
    call.ask("hang_up", 700)
    call.run()
    assert call.answered == [
        ("mute", "refused", "notNow"),
        ("nonsense", "refused", "unknownAction"),
        ("hang_up", "done", None),
    ]
    assert call.activities == ["place_call", "hang_up", "close_call"]
    assert call.summary["outcome"] == "ended_by_operator"


def test_what_is_asked_of_a_call_that_is_being_hung_up_is_too_late(ring: Any) -> None:
    call = listening(ring)
    call.answers["hang_up"] = [{"ok": {}}]
    call.ask("hang_up")
    call.ask("hang_up", 10)
    call.ask("mute", 20)
    call.run()
    assert call.answered == [("hang_up", "done", None), ("hang_up", "refused", "over"), ("mute", "refused", "over")]
    assert call.activities.count("hang_up") == 1


def test_a_stay_is_heard_over_and_over_until_it_is_released(ring: Any) -> None:
    call = staying(ring)
    call.ask("release", 8000)
    call.run()
    assert call.heard[:4] == ["music"] * 4
    assert call.heard[-1] == "thanks"
    assert ("wait", "released") in call.outcomes
    assert call.summary["outcome"] == "completed"


def test_a_stay_that_is_never_released_is_over_after_its_time(ring: Any) -> None:
    call = staying(ring).run()
    assert ("wait", "timeout") in call.outcomes
    assert call.summary["ended"] - call.summary["answered"] == pytest.approx(600, abs=1)


def test_a_hold_prompt_that_fails_is_not_the_end_of_the_stay(ring: Any) -> None:
    call = ring(STAY, place={}).on("music", fail=8536).run(until=60_000)
    assert call.heard == ["music"]
    assert call.session.status()["state"] == "staying"


@pytest.mark.parametrize("error", ["refused", "not_reached", "unknown"])
def test_a_hold_prompt_that_is_not_played_is_not_the_end_of_the_stay(ring: Any, error: str) -> None:
    call = ring(STAY, place={})
    call.answers["play_prompt"] = [{"error": {"kind": error}}]
    call.run(until=30_000)
    assert call.session.status()["state"] == "staying"
    call.ask("release")
    assert call.run().summary["outcome"] == "completed"


def test_a_call_that_does_not_stay_is_released_by_hanging_up(ring: Any) -> None:
    call = listening(ring)
    call.ask("release")
    assert call.run().summary["outcome"] == "released"


@pytest.mark.parametrize(("asked", "outcome"), [(("join",), "moved"), (("hold_on",), "hung_up"), ((), "hung_up")])
def test_a_call_that_somebody_takes_over_has_moved(ring: Any, asked: tuple[str, ...], outcome: str) -> None:
    call = staying(ring)
    for action in asked:
        call.ask(action)
    call.hang_up(500, 200, 4521)
    assert call.run().summary["outcome"] == outcome


def test_every_state_of_a_live_call_answers_what_is_asked() -> None:
    deaf = {state for state, row in TABLE.items() if Control not in row}
    assert deaf == {State.CLOSING, State.CLOSED}

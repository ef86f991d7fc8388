"""Calls that a recording policy records: not a byte before everybody in the call can see it."""

from __future__ import annotations

import random
from typing import Any

import pytest

INTERLEAVINGS = 1000
FLOW = """
schema: 1
id: compliance
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: first}
  first: {kind: record, consent: consent, next: second, on: {failed: second}}
  second: {kind: voicemail, consent: consent, next: bye, on: {failed: bye}}
  bye: {kind: hangup, prompts: goodbye}
"""


def policy_call(ring: Any, *, policy: bool = True) -> Any:
    call = ring(FLOW, recording="compliance")
    call.session._call.memory.policy = policy
    return call


def problems(commands: list[dict[str, Any]], told: dict[int, bool]) -> list[str]:
    """Recordings that were asked for while nobody had surely been told, by the order of the commands alone."""
    found, visible = [], False
    for command in commands:
        if command["activity"] == "update_recording_status":
            visible = command["status"] == "recording" and told[command["step"]]
        elif command["activity"] == "record_response" and not visible:
            found.append(f"step {command['step']}")
    return found


def grudging(do: Any, dice: random.Random, told: dict[int, bool]) -> Any:
    """Activities of which one is refused, lost or failed at times; `told`: which of its steps went well."""

    def answer(activity: str, given: dict[str, Any]) -> dict[str, Any]:
        if activity != "update_recording_status":
            return do(activity, given)
        kind = dice.choice(["ok", "ok", "ok", "refused", "unknown", "not_reached", "failed", "gone"])
        told[given["step"]] = kind == "ok"
        if kind in ("ok", "failed"):
            return {"ok": {"status": "completed" if kind == "ok" else "failed"}}
        return {"error": {"kind": kind}}

    return answer


def test_no_recording_is_asked_for_before_its_status_was_accepted(ring: Any) -> None:
    """Whatever the caller, Graph and operators do, in whatever order."""
    recordings = refused = 0
    for seed in range(INTERLEAVINGS):
        dice, call, told = random.Random(seed), policy_call(ring), dict[int, bool]()
        call._do = grudging(call._do, dice, told)
        call.record = dice.choice([(4000, 8509), (3000, 8514), (500, 8510), (120_000, 8515), None])
        for _ in range(dice.randrange(6)):
            call.press(dice.choice("0123456789*#"), after=dice.randrange(20_000))
            call.ask(dice.choice(["mute", "transfer", "recording_status", "play"]), after=dice.randrange(20_000))
        if dice.random() < 0.5:
            call.hang_up(after=dice.randrange(25_000))
        call.run()
        assert problems([each for each in call.commands if "request_n" not in each], told) == [], seed
        recordings += call.activities.count("record_response")
        refused += not all(told.values())
    assert recordings > INTERLEAVINGS / 4
    assert refused > INTERLEAVINGS / 4


def test_people_are_told_when_it_is_over(ring: Any) -> None:
    call = policy_call(ring).run()
    told = [each["status"] for each in call.commands if each["activity"] == "update_recording_status"]
    assert told == ["recording", "notRecording"] * 2


@pytest.mark.parametrize("kind", ["refused", "unknown", "not_reached", "internal"])
def test_a_status_that_was_not_surely_accepted_means_no_recording(ring: Any, kind: str) -> None:
    call = policy_call(ring)
    call.answers["update_recording_status"] = [{"error": {"kind": kind}}] * 2
    call.run()
    assert "record_response" not in call.activities
    assert call.summary["recordings"] == []


def test_a_call_that_is_no_policys_is_not_recorded(ring: Any) -> None:
    call = policy_call(ring, policy=False).run()
    assert not {"record_response", "update_recording_status"} & set(call.activities)


def test_a_call_that_ends_while_its_recording_is_told_of_is_not_recorded(ring: Any) -> None:
    call = policy_call(ring)

    def tell(given: dict[str, Any]) -> dict[str, Any]:
        call._perform(call.receive({"kind": "control", "action": "hang_up", "request": "r", "n": 99}))
        return {"ok": {"status": "completed"}}

    call._update_recording_status = tell
    call.run()
    assert "record_response" not in call.activities

"""Kinds of nodes beyond those of the shop, in whole calls: subflows, hours, loops, waits, long messages."""

from __future__ import annotations

from pathlib import Path

from callers import hears, is_recorded, laptop_with_flows, play, speech

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
defaults: {onError: {next: bye}}
nodes:
  pick-up: {kind: answer, next: hours}
  hours: {kind: hours, opening: {mon-sun: 00:00-24:00}, next: twice, on: {closed: bye}}
  twice: {kind: loop, times: 2, next: pause, on: {again: greet}}
  greet: {kind: play, prompts: greeting, next: twice}
  pause: {kind: wait, for: 20s, hold: hold, next: ask}
  ask: {kind: subflow, flow: choosing, next: mail, on: {gave-up: bye}}
  mail: {kind: voicemail, consent: voicemail-consent, maxDuration: 4m, maxSilence: 3s, next: thanks, on: {empty: bye}}
  thanks: {kind: play, prompts: voicemail-thanks, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
CHOOSING = """
schema: 1
id: choosing
locale: en-US
start: choose
nodes:
  choose: {kind: menu, prompts: main-menu, options: {3: chosen}, on: {tooMany: gave-up}}
  chosen: {kind: return}
  gave-up: {kind: return, outcome: gave-up}
"""


async def test_a_long_message_by_way_of_hours_a_loop_a_wait_and_a_subflow(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=FLOW, choosing=CHOOSING) as laptop:
        call = await play(laptop, hears("main-menu", press="3"), is_recorded(say=speech(130.0)))
        assert len(await laptop.connections.recordings.names("")) == 2
    assert call.record["outcome"] == "completed"
    assert [each["status"] for each in call.record["recordings"]] == ["saved", "saved"]
    assert call.heard[:2] == ["greeting", "greeting"]
    assert "hold" in call.heard
    assert call.heard[-4:] == ["main-menu", "voicemail-consent", "voicemail-thanks", "goodbye"]
    assert ("ask.choose", "chosen") in call.outcomes
    assert ("twice", "done") in call.outcomes
    (paused,), (asked,) = (call.events_at("node_entered", node=node) for node in ("pause", "ask"))
    assert 20.0 <= asked - paused < 20.1
    full, second = call.at("recording", state="ended")[0], call.at("recording", state="listening")[1]
    assert second - full < 0.5  # what may be lost between two recordings

"""`goto`, `loop`, `wait` and `voicemail`, with results given by hand."""

from __future__ import annotations

import json

from flows import Interpreter, load
from flows import acts as a

HEAD = """
schema: 1
id: f
locale: en-US
start: pick-up
defaults: {onError: {next: bye}}
nodes:
  pick-up: {kind: answer, next: first}
  bye: {kind: hangup, prompts: bye}
  thanks: {kind: hangup, prompts: thanks}
"""


def walking(nodes: str) -> Interpreter:
    return Interpreter(load(HEAD + nodes, "f.yaml"))


def play(act: a.Act) -> tuple[str, ...]:
    assert isinstance(act, a.Play | a.Listen)
    return act.prompts


def test_a_loop_leads_again_so_many_times_then_on_and_counts_anew() -> None:
    walk = walking(
        "  first: {kind: loop, times: 2, on: {again: say}, next: ask}\n"
        "  say: {kind: play, prompts: say, next: first}\n"
        "  ask: {kind: menu, prompts: ask, options: {1: first}, on: {tooMany: bye}}\n"
    )
    walk.begin()
    assert play(walk.resume(a.Answered())) == ("say",)
    assert play(walk.resume(a.Finished())) == ("say",)
    walk = Interpreter.from_json(walk.flow, json.loads(json.dumps(walk.to_json())))
    assert play(walk.resume(a.Finished())) == ("ask",)
    assert play(walk.resume(a.Collected(digits="1", how="maximum"))) == ("say",)


def test_a_goto_goes_on_at_once() -> None:
    walk = walking("  first: {kind: goto, next: second}\n  second: {kind: goto, next: thanks}\n")
    walk.begin()
    assert play(walk.resume(a.Answered())) == ("thanks",)


def test_a_wait_ends_with_its_time_or_when_somebody_says_so() -> None:
    nodes = "  first: {kind: wait, for: 20s, hold: music, next: bye, on: {released: thanks}}\n"
    for result, expected in ((a.Silence(), "bye"), (a.Released(), "thanks"), (a.Failed(why="x"), "bye")):
        walk = walking(nodes)
        walk.begin()
        assert walk.resume(a.Answered()) == a.Stay(timeout_ms=20_000, hold=("music",))
        assert play(walk.resume(result)) == (expected,)


VOICEMAIL = """
  first:
    kind: voicemail
    consent: consent
    prompt: speak
    maxDuration: 5m
    initialSilence: 6s
    maxSilence: 3s
    next: thanks
    on: {empty: bye}
"""


def recording(walk: Interpreter) -> a.Act:
    walk.begin()
    assert walk.resume(a.Answered()) == a.Play(prompts=("consent",))
    return walk.resume(a.Finished())


def test_a_voicemail_goes_on_while_recordings_are_full() -> None:
    walk = walking(VOICEMAIL)
    common = {"max_silence_s": 3, "stop_keys": "#"}
    first = a.Record(prompts=("speak",), max_duration_s=120, initial_silence_s=6, beep=True, **common)
    later = a.Record(prompts=(), max_duration_s=120, initial_silence_s=3, beep=False, **common)
    last = a.Record(prompts=(), max_duration_s=60, initial_silence_s=3, beep=False, **common)
    assert recording(walk) == first
    assert walk.resume(a.Recorded(full=True)) == later
    assert walk.resume(a.Recorded(full=True)) == last
    assert play(walk.resume(a.Recorded(full=True))) == ("thanks",)


def test_a_voicemail_that_ends_of_itself_is_saved() -> None:
    walk = walking(VOICEMAIL)
    recording(walk)
    assert play(walk.resume(a.Recorded())) == ("thanks",)


def test_what_was_said_is_saved_however_the_rest_went() -> None:
    for result in (a.Silence(), a.Failed(why="refused")):
        walk = walking(VOICEMAIL)
        recording(walk)
        walk.resume(a.Recorded(full=True))
        assert play(walk.resume(result)) == ("thanks",)


def test_a_voicemail_in_which_nobody_speaks_is_empty_and_one_that_fails_failed() -> None:
    walk = walking(VOICEMAIL)
    recording(walk)
    assert play(walk.resume(a.Silence())) == ("bye",)
    walk = walking(VOICEMAIL)
    recording(walk)
    walk.resume(a.Failed(why="recordingOff"))
    assert {"what": "outcome", "node": "first", "outcome": "failed"} in walk.take_notes()


def test_nothing_is_recorded_after_a_consent_that_nobody_surely_heard() -> None:
    walk = walking(VOICEMAIL)
    walk.begin()
    walk.resume(a.Answered())
    assert play(walk.resume(a.Finished(certain=False))) == ("bye",)


DIAL = """
  first: {kind: collect, prompts: number, into: entry, min: 3, next: dial, on: {tooMany: bye}}
  dial:
    kind: dial
    number: "'+44' + part(entry, 2, 12)"
    allow: ["+4420", "+441"]
    announce: calling
    on: {notAllowed: bye, failed: thanks}
"""


def dialled(entry: str) -> a.Act:
    walk = walking(DIAL)
    walk.begin()
    walk.resume(a.Answered())
    act = walk.resume(a.Collected(digits=entry, how="terminator"))
    return walk.resume(a.Finished()) if act == a.Play(prompts=("calling",)) else act


def test_a_number_that_is_allowed_is_dialled() -> None:
    assert dialled("02079460123") == a.Transfer(target=a.Target(kind="phone", id="+442079460123"), timeout_ms=60_000)


def test_a_number_that_is_not_allowed_or_none_at_all_is_not() -> None:
    for entry in ("09098790000", "020", "02012", "0*2079460123"):
        assert play(dialled(entry)) == ("bye",), entry

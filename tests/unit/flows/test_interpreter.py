"""The walk through a flow, with results given by hand."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows import Interpreter, load
from flows import acts as a

FLOW = load(
    """
schema: 1
id: walk
locale: en-US
start: pick-up
variables: {tries: 0}
defaults: {onError: {next: sorry}, onHangup: {next: note}, noInput: [first, second], noMatch: wrong}
nodes:
  pick-up: {kind: answer, next: menu}
  menu:
    kind: menu
    prompts: choose
    again: choose-short
    options: {1: ask, 2: rec, 3: send, 4: circle, "*": "@repeat"}
    on: {tooMany: bye}
  ask:
    kind: collect
    prompts: number
    into: number
    min: 2
    max: 4
    pattern: '\\d+'
    next: check
    on: {noMatch: menu, tooMany: bye}
  check:
    kind: branch
    cases: [{when: number == '12' and tries < 1, next: count}]
    default: bye
  count: {kind: set, values: {tries: tries + 1, double: tries * 2}, next: menu}
  rec: {kind: record, consent: consent, prompt: speak, maxDuration: 30s, next: bye}
  send: {kind: transfer, announce: one-moment, target: {phone: "+442071234567"}, on: {failed: menu}}
  circle: {kind: set, values: {x: '1'}, next: circle2}
  circle2: {kind: set, values: {x: '2'}, next: circle}
  note: {kind: set, values: {left: 'true'}, next: bye}
  sorry: {kind: play, prompts: sorry, next: bye}
  bye: {kind: hangup, prompts: goodbye}
""",
    "walk.yaml",
)


def at_menu() -> Interpreter:
    walk = Interpreter(FLOW)
    walk.begin()
    walk.resume(a.Answered())
    return walk


def press(walk: Interpreter, digits: str, how: Any = "maximum") -> a.Act:
    return walk.resume(a.Collected(digits=digits, how=how))


def prompts(act: a.Act) -> tuple[str, ...]:
    assert isinstance(act, a.Play | a.Listen | a.Record)
    return act.prompts


def test_a_walk_begins_with_the_start_node_and_its_prefetch() -> None:
    act = Interpreter(FLOW).begin()
    assert isinstance(act, a.Answer)
    assert act.prefetch == FLOW.prompts[:20]


def test_the_prompts_of_misses_taper_and_are_counted_apart() -> None:
    walk = at_menu()
    assert prompts(walk.resume(a.Silence())) == ("first", "choose-short")
    assert prompts(press(walk, "9")) == ("wrong", "choose-short")
    assert prompts(walk.resume(a.Silence())) == ("second", "choose-short")
    assert prompts(walk.resume(a.Silence())) == ("goodbye",)
    assert walk.node == "bye"


def test_a_repeat_is_no_miss() -> None:
    walk = at_menu()
    walk.resume(a.Silence())
    assert prompts(press(walk, "*")) == ("choose",)
    assert prompts(walk.resume(a.Silence())) == ("second", "choose-short")


def test_counts_begin_anew_when_a_node_is_entered_again() -> None:
    walk = at_menu()
    walk.resume(a.Silence())
    press(walk, "1")
    assert prompts(press(walk, "1", "pause")) == ("choose",)
    assert prompts(walk.resume(a.Silence())) == ("first", "choose-short")


def test_variables_are_set_and_decide() -> None:
    walk = at_menu()
    press(walk, "1")
    assert prompts(press(walk, "12", "terminator")) == ("choose",)
    assert walk.to_json()["variables"] == {"tries": 1, "double": 2, "number": "12"}
    press(walk, "1")
    assert prompts(press(walk, "12", "terminator")) == ("goodbye",)


def test_a_recording_follows_its_consent_only() -> None:
    walk = at_menu()
    act = press(walk, "2")
    assert isinstance(act, a.Play) and act.prompts == ("consent",) and not act.barge_in
    record = walk.resume(a.Finished())
    assert isinstance(record, a.Record) and record.prompts == ("speak",) and record.max_duration_s == 30
    assert prompts(walk.resume(a.Recorded())) == ("goodbye",)
    doubtful = at_menu()
    press(doubtful, "2")
    assert prompts(doubtful.resume(a.Finished(certain=False))) == ("sorry",)


def test_a_transfer_announces_itself_and_may_come_back() -> None:
    walk = at_menu()
    assert prompts(press(walk, "3")) == ("one-moment",)
    act = walk.resume(a.Finished())
    assert isinstance(act, a.Transfer) and act.target == a.Target(kind="phone", id="+442071234567")
    assert prompts(walk.resume(a.NotTransferred(why="declined"))) == ("choose",)


def test_failures_one_after_another_end_the_flow() -> None:
    walk = at_menu()
    assert prompts(walk.resume(a.Failed(why="x"))) == ("sorry",)
    assert prompts(walk.resume(a.Failed(why="x"))) == ("sorry",)
    assert walk.resume(a.Failed(why="x")) == a.HangUp(outcome="failed")


def test_a_circle_of_nodes_that_ask_nothing_is_ended() -> None:
    assert press(at_menu(), "4") == a.HangUp(outcome="failed")


def test_after_a_hang_up_only_nodes_that_need_no_caller_are_walked() -> None:
    walk = at_menu()
    walk.hung_up()
    assert walk.node is None
    assert walk.to_json()["variables"]["left"] is True
    entered = [note["node"] for note in walk.take_notes() if note["what"] == "node_entered"]
    assert entered == ["pick-up", "menu", "note", "bye"]


def test_notes_name_their_own_node_and_hold_no_keys() -> None:
    walk = at_menu()
    walk.take_notes()
    press(walk, "1")
    press(walk, "5678")
    notes = walk.take_notes()
    assert {"what": "keys", "node": "ask", "count": 4, "ended_by": "maximum"} in notes
    assert {"what": "outcome", "node": "menu", "outcome": "ask"} in notes
    assert "5678" not in json.dumps(notes)
    assert walk.take_notes() == []


def test_every_act_is_the_same_after_json() -> None:
    target = a.Target(kind="user", id="x")
    listen = a.Listen(
        prompts=("p",), barge_in=True, flush=False, maximum=4, terminators="#", first_digit_ms=1, inter_digit_ms=2
    )
    record = a.Record(prompts=(), max_duration_s=1, initial_silence_s=2, max_silence_s=3, beep=True, stop_keys="#*")
    for act in (
        a.Answer(prefetch=("p", "q")),
        a.Reject(reason="busy"),
        a.Redirect(targets=(target, target), timeout_s=20),
        a.Play(prompts=("p",), barge_in=True, flush=True),
        listen,
        record,
        a.Transfer(target=target, timeout_ms=3),
        a.HangUp(outcome="failed"),
    ):
        assert a.act_from_json(json.loads(json.dumps(a.act_to_json(act)))) == act


KEYS = st.sampled_from(["1", "2", "3", "9", "*", "12", "1234", ""])


@given(st.lists(st.tuples(st.sampled_from(["keys", "silence", "fail", "good"]), KEYS), max_size=40))
def test_any_walk_goes_on_the_same_after_json(steps: list[tuple[str, str]]) -> None:
    walk, copy = Interpreter(FLOW), Interpreter(FLOW)
    act = walk.begin()
    assert copy.begin() == act
    for what, digits in steps:
        if isinstance(act, a.HangUp):
            assert walk.node is None
            break
        copy = Interpreter.from_json(FLOW, json.loads(json.dumps(copy.to_json())))
        result = _result(act, what, digits)
        act = walk.resume(result)
        assert copy.resume(result) == act
        assert copy.to_json() == walk.to_json()


def _result(act: a.Act, what: str, digits: str) -> a.Result:
    if what == "fail":
        return a.Failed(why="x")
    if isinstance(act, a.Answer):
        return a.Answered()
    if isinstance(act, a.Play):
        return a.Interrupted() if what == "keys" and act.barge_in else a.Finished(certain=what == "good")
    if isinstance(act, a.Listen):
        return a.Silence() if what == "silence" else a.Collected(digits=digits, how="pause")
    if isinstance(act, a.Record):
        return a.Silence() if what == "silence" else a.Recorded()
    return a.NotTransferred(why="noAnswer" if what == "silence" else "failed")


LEG = load(
    """
schema: 1
id: leg
locale: en-US
start: call
nodes:
  call: {kind: answer, next: yes}
  "yes": {kind: report, status: accepted, next: wait}
  wait: {kind: stay, hold: music, atMost: 5m, next: bye, on: {timeout: sorry}}
  sorry: {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, consult: true, hold: [music],
    on: {failed: bye}}
  bye: {kind: hangup}
""",
    "leg.yaml",
)


def test_a_leg_reports_stays_and_goes_on_when_it_is_released_or_has_waited_long_enough() -> None:
    walk = Interpreter(LEG)
    walk.begin()
    assert walk.resume(a.Answered()) == a.Report(status="accepted")
    assert walk.resume(a.Reported()) == a.Stay(hold=("music",), timeout_ms=300_000)
    released = Interpreter.from_json(LEG, walk.to_json())
    assert released.resume(a.Released()) == a.HangUp()
    act = walk.resume(a.Silence())
    assert isinstance(act, a.Transfer)
    assert (act.consult, act.hold) == (True, ("music",))
    assert a.act_from_json(json.loads(json.dumps(a.act_to_json(act)))) == act


def test_a_flow_pinned_before_a_parameter_existed_keeps_its_meaning() -> None:
    document = LEG.to_json()
    del document["nodes"]["sorry"]["consult"]
    node = type(LEG).from_json(document).nodes["sorry"]
    assert node.enter(None) == a.Transfer(
        target=a.Target(kind="user", id=node.target.id), timeout_ms=60_000, hold=("music",)
    )  # type: ignore[arg-type, attr-defined]

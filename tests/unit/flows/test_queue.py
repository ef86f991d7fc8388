"""A queue: everybody is asked in turn, round after round, and the caller told how it stands."""

from __future__ import annotations

from typing import Any

import pytest

from flows import Interpreter, load
from flows import acts as a

ALICE, BOB = "0c1f5b00-5555-4a2b-9c3d-00000000a11c", "0c1f5b00-6666-4a2b-9c3d-00000000a11c"
TEXT = f"""
schema: 1
id: line
locale: en-US
start: have
defaults: {{onError: {{next: sorry}}}}
nodes:
  have: {{kind: answer, next: queue}}
  queue:
    kind: queue
    to: [{{user: {ALICE}}}, {{user: {BOB}}}]
    hold: music
    positions: [first, second, later]
    rounds: 2
    longest: 4
    next: full
    on: {{pressed: message}}
  full: {{kind: hangup, prompts: full}}
  message: {{kind: hangup, prompts: message}}
  sorry: {{kind: hangup, prompts: sorry}}
"""


def queued(text: str = TEXT) -> tuple[Interpreter, a.Act]:
    walk = Interpreter(load(text, "line.yaml"))
    walk.begin()
    return walk, walk.resume(a.Answered())


def said(act: a.Act) -> tuple[str, ...]:
    assert isinstance(act, a.Play)
    return act.prompts


def asked(act: a.Act) -> str:
    assert isinstance(act, a.Transfer)
    assert (act.consult, act.hold) == (True, ("music",))
    return act.target.id


@pytest.mark.parametrize(("position", "prompt"), [(1, "first"), (2, "second"), (3, "later"), (4, "later")])
def test_the_position_is_said(position: int, prompt: str) -> None:
    walk, _ = queued()
    assert said(walk.resume(a.Queued(position=position))) == (prompt,)


def test_a_position_that_nobody_knows_is_not_said() -> None:
    walk, _ = queued()
    assert asked(walk.resume(a.Queued(position=None))) == ALICE


def test_each_is_asked_in_each_round_with_a_pause_between_two() -> None:
    walk, act = queued()
    met: list[Any] = []
    while said_last(act) != ("full",):
        met.append(act)
        act = walk.resume(_answer(act))
    assert [each.target.id for each in met if isinstance(each, a.Transfer)] == [ALICE, BOB] * 2
    assert [type(each).__name__ for each in met if isinstance(each, a.Stay | a.Queue)] == [
        *("Queue", "Queue", "Stay", "Queue", "Queue", "Queue")
    ]
    assert met[-1] == a.Queue(leave=True)


def said_last(act: a.Act) -> tuple[str, ...]:
    return act.prompts if isinstance(act, a.Play) else ()


def _answer(act: a.Act) -> a.Result:
    match act:
        case a.Queue():
            return a.Queued(position=1)
        case a.Play():
            return a.Finished()
        case a.Stay():
            return a.Silence()
        case _:
            return a.NotTransferred(why="noAnswer")


def test_a_key_leads_out_and_one_from_before_does_not() -> None:
    walk, _ = queued()
    act = walk.resume(a.Queued(position=1))
    assert isinstance(act, a.Play)
    assert (act.barge_in, act.flush) == (True, True)
    assert walk.resume(a.Interrupted()) == a.Queue(leave=True)
    assert said(walk.resume(a.Queued(position=None))) == ("message",)


def test_keys_pressed_while_somebody_is_asked_count() -> None:
    walk, _ = queued()
    for result in (a.Queued(position=1), a.Finished(), a.NotTransferred(why="declined")):
        walk.resume(result)
    act = walk.resume(a.Queued(position=1))
    assert isinstance(act, a.Play)
    assert not act.flush


def test_who_finds_too_many_does_not_wait() -> None:
    walk, _ = queued()
    assert walk.resume(a.Queued(position=5)) == a.Queue(leave=True)
    assert said(walk.resume(a.Queued(position=None))) == ("full",)


def test_who_has_waited_is_not_sent_away_when_the_queue_grows_before_them() -> None:
    walk, _ = queued()
    for result in (a.Queued(position=4), a.Finished(), a.NotTransferred(why="declined")):
        walk.resume(result)
    assert said(walk.resume(a.Queued(position=5))) == ("later",)


def test_whoever_cannot_be_asked_is_passed_over() -> None:
    walk, _ = queued()
    walk.resume(a.Queued(position=None))
    assert walk.resume(a.Failed(why="refused")) == a.Queue(kept_ms=140_000)
    assert asked(walk.resume(a.Queued(position=None))) == BOB


def test_without_anything_to_say_nothing_can_be_interrupted() -> None:
    flow = load(TEXT.replace("    positions: [first, second, later]\n", "").replace("on: {pressed: message}", ""), "x")
    outcomes = {each.outcome for each in flow.outcomes() if each.node == "queue"}
    assert outcomes == {"completed", "overflow", "hangup"}
    assert not flow.nodes["queue"].hears_keys

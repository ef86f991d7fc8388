"""Every event in every state: taken, or ignored by rule; never an accident, and the call still comes to its end."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calls.call import Call
from calls.controls import COMMANDS
from calls.states import State

JSON = dict[str, Any]

FLOW = """
schema: 1
id: everything
locale: en-US
start: have
nodes:
  have: {kind: answer, next: ask}
  ask: {kind: menu, prompts: menu, options: {1: wait, 2: ask-first, 3: speak, 4: send, 5: look-up}, on: {tooMany: wait}}
  speak: {kind: record, consent: consent, next: wait}
  send: {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, on: {failed: wait}}
  ask-first:
    {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, consult: true, hold: music,
     on: {failed: wait}}
  look-up: {kind: http, url: "https://api.example", hold: music, next: wait, on: {failed: wait}}
  wait: {kind: stay, hold: music, atMost: 1m, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
BUSY = """
schema: 1
id: busy
locale: en-US
start: busy
nodes:
  busy: {kind: reject, reason: busy}
"""


def begin(ring: Any, more: JSON) -> Any:
    """A call that is established as soon as one that rings, whoever began it."""
    call = ring(FLOW, **more)
    call.answers_after = 150
    return call


def pressed(key: str, until: int) -> Callable[[Any, JSON], Any]:
    def arrive(ring: Any, more: JSON) -> Any:
        call = begin(ring, more)
        call.record = None
        call.transfer = (500, 7000)
        call.press(key, 6000)
        return call.run(until=until)

    return arrive


def waiting(until: int) -> Callable[[Any, JSON], Any]:
    return lambda ring, more: begin(ring, more).run(until=until)


def unheard(activity: str, until: int) -> Callable[[Any, JSON], Any]:
    """Graph acts, and nothing comes of it."""

    def arrive(ring: Any, more: JSON) -> Any:
        call = begin(ring, more)
        call.answers[activity] = [{"error": {"kind": "unknown"}}]
        return call.run(until=until)

    return arrive


def interrupting(ring: Any, more: JSON) -> Any:
    call = begin(ring, more)
    call.answers["cancel_media_processing"] = [{"ok": {}}]
    call.press("9", 1000)
    return call.run(until=1300)


def declining(ring: Any, more: JSON) -> Any:
    call = ring(BUSY)
    call.answers["reject_call"] = [{"ok": {}}]
    return call.run(until=100)


def subscribing(ring: Any, more: JSON) -> Any:
    """Only between a command and its return."""
    call = begin(ring, more).run(until=290)
    call._events.clear()
    call.receive({"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None})
    return call


def fetching(ring: Any, more: JSON) -> Any:
    """Only between a command and its return."""
    call = begin(ring, more).run(until=5900)
    call._events.clear()
    commands = call.receive({"kind": "tone", "sequence": 1, "tone": "tone5"})
    assert [each.activity for each in commands] == ["play_prompt", "fetch_http"]
    return call


def cut_off(ring: Any, more: JSON) -> Any:
    call = begin(ring, more)
    call.answers["play_prompt"] = [{"error": {"kind": "gone"}}]
    return call.run(until=500)


def hanging_up(ring: Any, more: JSON) -> Any:
    call = begin(ring, more).run(until=4000)
    call.answers["hang_up"] = [{"ok": {}}]
    call.ask("hang_up")
    return call.run(until=4100)


def ending(ring: Any, more: JSON) -> Any:
    call = pressed("3", 12_000)(ring, more)
    call.hang_up(0, 200, 5300)
    return call.run(until=12_100)


def closing(ring: Any, more: JSON) -> Any:
    call = begin(ring, more).run(until=4000)
    call.receive({"kind": "ended", "code": 200, "subcode": 4521, "reason": None})
    return call


def closed(ring: Any, more: JSON) -> Any:
    call = begin(ring, more).run(until=4000)
    call.hang_up()
    return call.run()


PLACED: JSON = {"place": {"to": [], "meeting": "organizer"}, "leg": {"parent": "gathering-1", "leg": 1}}
ARRIVE: dict[State, Callable[[Any, JSON], Any]] = {
    State.DECLINING: declining,
    State.ANSWERING: waiting(100),
    State.PLACING: unheard("place_call", 100),
    State.DIALLING: waiting(100),
    State.SUBSCRIBING: subscribing,
    State.PLAYING: waiting(1500),
    State.INTERRUPTING: interrupting,
    State.LISTENING: waiting(5800),
    State.RECORDING: pressed("3", 12_000),
    State.STAYING: pressed("1", 12_000),
    State.FETCHING: fetching,
    State.CONSULTING: pressed("2", 12_000),
    State.TRANSFERRING: pressed("4", 7000),
    State.CUT_OFF: cut_off,
    State.HANGING_UP: hanging_up,
    State.ENDING: ending,
    State.CLOSING: closing,
    State.CLOSED: closed,
}
# A flow sends nobody out of a meeting, so these two states are a call of two's.
OF_TWO = (State.CONSULTING, State.TRANSFERRING)
# With its flow, or between two of its acts.
LIVE = [
    *(State.PLAYING, State.INTERRUPTING, State.LISTENING, State.RECORDING, State.STAYING),
    *(State.FETCHING, State.CONSULTING, State.TRANSFERRING),
]
CHANGED = {"kind": "call", "audio": None, "code": None, "subcode": None}
OPERATION = {"kind": "operation", "operation_id": None, "context": None, "code": 200, "subcode": 0}
EVENTS: list[JSON] = [
    {"kind": "incoming"},
    {**CHANGED, "state": "establishing"},
    {**CHANGED, "state": "established", "audio": "inactive"},
    {**CHANGED, "state": "established", "audio": "active", "call_id": "1"},
    {**CHANGED, "state": "established", "audio": "active", "code": 500, "subcode": 7000},
    {**CHANGED, "state": "transferring", "audio": "inactive"},
    {**CHANGED, "state": "transferAccepted"},
    {"kind": "tone", "sequence": 50, "tone": "tone1"},
    {"kind": "tone", "sequence": 50, "tone": "flash"},
    {**OPERATION, "status": "completed"},
    {**OPERATION, "status": "failed", "subcode": 8508},
    {"kind": "recording", "operation_id": "op9", "status": "saved", "blob": "rec.wav", "bytes": 3, "sha256": "00"},
    {"kind": "recording", "operation_id": "op9", "status": "lost", "reason": "gone"},
    {"kind": "performed", "step": 999, "ok": {}},
    {"kind": "roster", "count": 3},
    {"kind": "roster", "count": 1},
    {"kind": "consultation", "status": "accepted", "call_id": "42"},
    {"kind": "consultation", "status": "declined", "call_id": None},
    *(
        {"kind": "control", "action": action, "request": "r", "n": 7, "consult": action == "transfer"}
        for action in (*COMMANDS, "transfer", "release", "join", "hold_on", "hang_up", "nonsense")
    ),
    {"kind": "ended", "code": 200, "subcode": 4521, "reason": None},
    {"kind": "ended", "code": 410, "subcode": 301005, "reason": None},
    {"kind": "ended", "code": 0, "subcode": 7015, "reason": None},
    {"kind": "sharing"},
    {"kind": "timed_out"},
]


def test_there_is_a_way_into_every_state_that_lasts() -> None:
    assert set(ARRIVE) == set(State) - {State.RINGING}


def origins() -> list[tuple[State, str]]:
    """Each state with who can have begun a call in it."""
    only = {State.ANSWERING: "rings", State.DECLINING: "rings", State.PLACING: "placed", State.DIALLING: "placed"}
    return [(state, origin) for state in ARRIVE for origin in ("rings", "placed") if only.get(state, origin) == origin]


@pytest.mark.parametrize(("state", "origin"), origins())
def test_every_event_is_taken_or_ignored_and_the_call_still_ends(ring: Any, state: State, origin: str) -> None:
    assert moves_of(ring, state, origin)


@functools.cache
def moves_of(ring: Any, state: State, origin: str) -> frozenset[tuple[str, str]]:
    """Tell calls in this state every event, see each to its end; returns the moves that they made."""
    more: JSON = {} if origin == "rings" else {"place": {}} if state in OF_TWO else PLACED
    moves: set[tuple[str, str]] = set()
    enter = Call.enter

    def watched(call: Call, to: State) -> None:
        if to is not call.memory.state:
            moves.add((call.memory.state.value, to.value))
        enter(call, to)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Call, "enter", watched)
        for event in EVENTS:
            call = ARRIVE[state](ring, {**more, "max_call_s": 600})
            assert call.session.status()["state"] == state, (event, call.session.status())
            finish(call, call.receive(event))
    return frozenset(moves)


def finish(call: Any, commands: list[Any]) -> None:
    """Nothing more is told, but that each command went well and that deadlines have come."""
    pending, at = [*call._first, *commands], call.now
    steps = set(json.loads(json.dumps(call.session.to_json()))["memory"]["asked"])
    performed: set[str] = set()
    for _ in range(2000):
        if call.session.ended:
            return
        waiting = steps - performed
        if pending or waiting:
            step = str(pending.pop(0).step) if pending else waiting.pop()
            performed.add(step)
            pending += call.session.receive({"kind": "performed", "step": int(step), "ok": {}}, call.at(at))
            continue
        deadline = call.session.deadline_at
        assert deadline is not None, call.session.status()
        at = max(at, round((deadline - call.at(0)) / timedelta(milliseconds=1)))
        pending += call.session.receive({"kind": "timed_out"}, call.at(at))
    raise AssertionError(call.session.status())


def drawn() -> tuple[set[tuple[str, str]], set[str]]:
    """The arrows of docs/explanation/calls.md, and what is in its box `live`."""
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "calls.md").read_text("utf-8")
    arrow = re.compile(r"^ *([a-z_]+) --> ([a-z_]+)", re.MULTILINE)
    box = re.search(r"state live \{(.*?)\n    \}", page, re.DOTALL)
    assert box is not None
    return set(arrow.findall(page)), {state for pair in arrow.findall(box[1]) for state in pair}


def test_the_diagram_shows_every_move_and_no_other(ring: Any) -> None:
    moves = {move for state, origin in origins() for move in moves_of(ring, state, origin)}
    arrows, live = drawn()
    assert live == {state.value for state in LIVE}
    boxed = {(a, b) for a, b in moves if (a, b) not in arrows and a in live and ("live", b) in arrows}
    assert moves - arrows == boxed, "not drawn"
    assert {(a, b) for a, b in arrows if a != "live"} <= moves, "drawn, and never made"
    assert {b for a, b in arrows if a == "live"} == {b for _, b in boxed}, "drawn, and never made"

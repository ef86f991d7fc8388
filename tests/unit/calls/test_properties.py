"""Whatever is told, in whatever order: one named error or none, and nothing half done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls import CallSession, IllegalEvent
from calls.controls import COMMANDS
from calls.rejoining import MOST_REJOINS
from calls.states import State
from calls.table import TABLE

STEPS = st.integers(0, 14)
CODES = st.sampled_from([None, 0, 200, 400, 404, 480, 500])
SUBCODES = st.sampled_from([None, 0, 4521, 5300, 7000, 7015, 8508, 8509, 8510, 8514, 8515, 8536, 8537, 301005])
IDS = STEPS.map(lambda step: f"op{step}")
OK = st.fixed_dictionaries(
    {
        "operation_id": st.none() | IDS,
        "status": st.sampled_from([None, "running", "completed", "failed", "notStarted"]),
        "code": CODES,
        "subcode": SUBCODES,
        "call_id": st.sampled_from([None, "1", "2"]),
        "count": st.sampled_from([None, 1, 2]),
        "ms": st.sampled_from([None, 3000]),
    }
)
ERROR = st.sampled_from(["gone", "refused", "not_reached", "unknown", "internal"]).map(lambda kind: {"kind": kind})
EVENTS = st.one_of(
    st.just({"kind": "incoming"}),
    st.fixed_dictionaries(
        {
            "kind": st.just("call"),
            "state": st.sampled_from([None, "establishing", "established", "transferring", "transferAccepted", "hold"]),
            "call_id": st.sampled_from([None, "1", "2", "3"]),
            "audio": st.sampled_from([None, "active", "inactive"]),
            "code": CODES,
            "subcode": SUBCODES,
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("tone"),
            "sequence": st.integers(0, 9),
            "tone": st.sampled_from(["tone0", "tone1", "tone2", "tone3", "star", "pound", "flash"]),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("ended"), "code": CODES, "subcode": SUBCODES, "reason": st.none()}),
    st.fixed_dictionaries(
        {
            "kind": st.just("operation"),
            "operation_id": st.none() | IDS,
            "context": st.none() | STEPS.map(lambda step: f"call-1:{step}"),
            "status": st.sampled_from(["completed", "failed"]),
            "code": CODES,
            "subcode": SUBCODES,
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("recording"),
            "operation_id": st.none() | IDS,
            "status": st.sampled_from(["saved", "lost"]),
            "blob": st.just("rec.wav"),
            "reason": st.none(),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("performed"), "step": STEPS, "ok": OK}),
    st.fixed_dictionaries({"kind": st.just("performed"), "step": STEPS, "error": ERROR}),
    st.just({"kind": "timed_out"}),
    st.fixed_dictionaries(
        {
            "kind": st.just("control"),
            "action": st.sampled_from([*COMMANDS, "transfer", "release", "join", "hold_on", "hang_up", "nonsense"]),
            "request": st.sampled_from(["a", "b"]),
            "n": st.integers(1, 9),
            "consult": st.booleans(),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("consultation"),
            "status": st.sampled_from(["accepted", "declined", "no_answer", "busy", "failed"]),
            "call_id": st.sampled_from([None, "42"]),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("roster"), "count": st.integers(0, 3)}),
    st.sampled_from(
        [{"kind": "roster"}, {"kind": "unknown", "type": "x"}, {}, {"kind": "tone"}, {"kind": "ended", "code": "x"}]
    ),
)
STORIES = st.lists(st.tuples(EVENTS, st.integers(0, 6000)), min_size=1, max_size=30)
# Enough of an ordinary call that the rest of a story happens in the middle of one.
BEGINNINGS: list[list[dict[str, Any]]] = [
    [],
    [{"kind": "performed", "step": 1, "ok": {}}],
]
TO_MENU = [
    *BEGINNINGS[1],
    {"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None},
    {"kind": "performed", "step": 2, "ok": {}},
    {"kind": "operation", "operation_id": "op3", "context": "call-1:3", "status": "completed"},
]
TO_RECORD = [
    *TO_MENU,
    {"kind": "operation", "operation_id": "op4", "context": "call-1:4", "status": "completed"},
    {"kind": "tone", "sequence": 1, "tone": "tone3"},
    {"kind": "operation", "operation_id": "op5", "context": "call-1:5", "status": "completed"},
]
TO_TRANSFER = [
    *TO_MENU,
    {"kind": "operation", "operation_id": "op4", "context": "call-1:4", "status": "completed"},
    {"kind": "tone", "sequence": 1, "tone": "tone0"},
    {"kind": "operation", "operation_id": "op5", "context": "call-1:5", "status": "completed"},
]
BEGINNINGS += [TO_MENU, TO_MENU + TO_RECORD[4:6], TO_RECORD, TO_TRANSFER]
BEGINNINGS += [[*TO_RECORD, {"kind": "ended", "code": 200, "subcode": 4521, "reason": None}]]

# Who begins the call, and how: flow, keyword arguments of `ring`.
FLOW = """
schema: 1
id: everything
locale: en-US
start: have
defaults: {onError: {next: wait}}
nodes:
  have: {kind: answer, next: tell}
  tell: {kind: report, status: accepted, next: ask}
  ask: {kind: menu, prompts: menu, options: {1: wait, 2: send, 3: speak}, on: {tooMany: wait}}
  speak: {kind: record, consent: consent, next: wait}
  send:
    {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, consult: true, hold: music,
     on: {failed: wait}}
  wait: {kind: stay, hold: music, atMost: 1m, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
LEG = {"parent": "gathering-1", "leg": 1}
ORIGINS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((FLOW,), {}),
    ((FLOW,), {"place": {}, "leg": LEG}),
    ((FLOW,), {"place": {"to": ["user", "user"]}}),
    ((FLOW,), {"place": {"to": [], "meeting": "organizer"}, "leg": LEG}),
]
UP = [
    {"kind": "performed", "step": 1, "ok": {"call_id": "1"}},
    {"kind": "performed", "step": 2, "ok": {}},
    {"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None, "call_id": "1"},
    *({"kind": "performed", "step": step, "ok": {}} for step in range(2, 7)),
]
BEGINNINGS.append(UP)
PRESSED = [{"kind": "tone", "sequence": 1, "tone": f"tone{key}"} for key in (1, 2, 3)]
BEGINNINGS += [
    [
        *UP,
        key,
        *(
            {"kind": "operation", "operation_id": None, "context": f"call-1:{step}", "status": "completed"}
            for step in range(3, 9)
        ),
    ]
    for key in PRESSED
]

bounded = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tell(call: Any, session: CallSession, story: list[tuple[dict[str, Any], int]]) -> list[list[dict[str, Any]]]:
    """Tell a story; illegal events must change nothing, and `close_call` must be the last command."""
    at, answers = 0, []
    for event, pause in story:
        at += pause
        before = json.dumps(session.to_json(), sort_keys=True)
        try:
            commands = session.receive(event, call.at(at))
        except IllegalEvent:
            assert json.dumps(session.to_json(), sort_keys=True) == before
            continue
        answers.append([command.to_json() | {"activity": command.activity} for command in commands])
        deadline = session.deadline_at
        if event.get("kind") == "timed_out":
            assert deadline is None or deadline > call.at(at)
        assert session.status()["state"] in set(State)
    issued = [command["activity"] for commands in answers for command in commands]
    assert issued.count("close_call") <= 1
    assert issued.count("place_call") <= MOST_REJOINS + 1
    assert "close_call" not in issued[:-1]
    return answers


@bounded
@given(story=STORIES, beginning=st.sampled_from(BEGINNINGS), origin=st.sampled_from(ORIGINS))
def test_any_event_in_any_state_is_taken_or_refused_by_name(
    ring: Any,
    story: list[tuple[dict[str, Any], int]],
    beginning: list[dict[str, Any]],
    origin: tuple[tuple[Any, ...], dict[str, Any]],
) -> None:
    call = ring(*origin[0], **origin[1])
    tell(call, call.session, [(event, 10) for event in beginning] + story)


@bounded
@given(story=STORIES, beginning=st.sampled_from(BEGINNINGS), origin=st.sampled_from(ORIGINS))
def test_becoming_json_between_any_two_events_changes_nothing(
    ring: Any,
    story: list[tuple[dict[str, Any], int]],
    beginning: list[dict[str, Any]],
    origin: tuple[tuple[Any, ...], dict[str, Any]],
) -> None:
    whole = [(event, 10) for event in beginning] + story
    one, other = (ring(*origin[0], **origin[1]) for _ in range(2))
    at = 0
    for event, pause in whole:
        at += pause
        copy = CallSession.from_json(json.loads(json.dumps(other.session.to_json())))
        assert copy.to_json() == other.session.to_json() == one.session.to_json()
        other.session = copy
        given_back = []
        for session in (one.session, other.session):
            try:
                given_back.append([command.to_json() for command in session.receive(event, one.at(at))])
            except IllegalEvent as error:
                given_back.append(str(error))
        assert given_back[0] == given_back[1]
        assert one.session.status() == other.session.status()
        assert one.session.deadline_at == other.session.deadline_at


@bounded
@given(story=STORIES, beginning=st.sampled_from(BEGINNINGS), origin=st.sampled_from(ORIGINS))
def test_every_call_comes_to_its_end_when_nothing_more_is_told(
    ring: Any,
    story: list[tuple[dict[str, Any], int]],
    beginning: list[dict[str, Any]],
    origin: tuple[tuple[Any, ...], dict[str, Any]],
) -> None:
    call = ring(*origin[0], max_call_s=600, **origin[1])
    at, waiting = 0, list(call._first)
    for event, pause in [(event, 10) for event in beginning] + story:
        at += pause
        try:
            waiting += call.session.receive(event, call.at(at))
        except IllegalEvent:
            continue
    for _ in range(2000):
        if call.session.ended:
            break
        if waiting:
            command = waiting.pop(0)
            waiting += call.session.receive({"kind": "performed", "step": command.step, "ok": {}}, call.at(at))
            continue
        deadline = call.session.deadline_at
        assert deadline is not None, call.session.status()
        at = max(at, round((deadline - call.at(0)) / timedelta(milliseconds=1)))
        waiting += call.session.receive({"kind": "timed_out"}, call.at(at))
    assert call.session.ended, call.session.status()


def test_every_state_has_a_row() -> None:
    assert set(TABLE) == set(State)

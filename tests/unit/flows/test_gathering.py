"""Nodes that bring people together: what they ask of the call, and where they lead."""

from __future__ import annotations

import json

from flows import Flow, Interpreter, load
from flows import acts as a

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0b0"
TEXT = f"""
schema: 1
id: bridge
locale: en-US
start: have
defaults: {{onError: {{next: sorry}}}}
nodes:
  have: {{kind: answer, next: bridge}}
  bridge:
    kind: meeting
    people: [{{user: {BOB}}}, {{phone: "+442079460123"}}]
    where: {{joinId: 123 456 789, passcode: abc}}
    atOnce: 2
    timeout: 30s
    tries: 2
    next: more
  more: {{kind: participants, invite: {{user: {BOB}}}, count: people, next: many}}
  many: {{kind: branch, cases: [{{when: people > 2, next: good}}], default: few}}
  good: {{kind: hangup, prompts: good}}
  few: {{kind: hangup, prompts: few}}
  sorry: {{kind: hangup, prompts: sorry, outcome: failed}}
"""
FLOW = load(TEXT, "bridge.yaml")
PEOPLE = (a.Target(kind="user", id=BOB), a.Target(kind="phone", id="+442079460123"))


def begun() -> tuple[Interpreter, a.Act]:
    walk = Interpreter(FLOW)
    walk.begin()
    return walk, walk.resume(a.Answered())


def said(act: a.Act) -> tuple[str, ...]:
    assert isinstance(act, a.Play)
    return act.prompts


def test_a_gathering_is_asked_for_as_the_api_takes_it() -> None:
    _, act = begun()
    meeting = {"join_id": "123456789", "passcode": "abc"}
    assert act == a.Gather(targets=PEOPLE, meeting=meeting, at_once=2, ring_s=30, tries=2, within_s=600)
    assert a.act_from_json(json.loads(json.dumps(a.act_to_json(act)))) == act
    assert Flow.from_json(FLOW.to_json()).hash == FLOW.hash


def test_a_meeting_can_be_made() -> None:
    text = TEXT.replace("{joinId: 123 456 789, passcode: abc}", f"{{asUser: {BOB}, subject: Incident}}")
    walk = Interpreter(load(text, "bridge.yaml"))
    walk.begin()
    act = walk.resume(a.Answered())
    assert isinstance(act, a.Gather)
    assert act.meeting == {"create": {"as_user": BOB, "subject": "Incident"}}


def test_people_are_called_in_and_counted() -> None:
    walk, _ = begun()
    assert walk.resume(a.Gathered()) == a.Invite(targets=PEOPLE[:1])
    assert walk.resume(a.Invited()) == a.Count()
    assert said(walk.resume(a.Counted(count=3))) == ("good",)


def test_what_fails_leads_where_failures_do() -> None:
    walk, _ = begun()
    assert said(walk.resume(a.Failed(why="DIAL_ALLOW"))) == ("sorry",)
    walk, _ = begun()
    walk.resume(a.Gathered())
    assert said(walk.resume(a.Failed(why="peerToPeer"))) == ("sorry",)


def test_nothing_has_to_be_counted_or_called_in() -> None:
    for line in (f"{{kind: participants, invite: {{user: {BOB}}}, next: few}}", "{kind: participants, next: few}"):
        text = TEXT.replace(f"{{kind: participants, invite: {{user: {BOB}}}, count: people, next: many}}", line)
        text = text.replace("people > 2", "caller == 'phone'")
        walk = Interpreter(load(text, "bridge.yaml"))
        walk.begin()
        walk.resume(a.Answered())
        act = walk.resume(a.Gathered())
        assert said(walk.resume(a.Invited() if isinstance(act, a.Invite) else a.Counted(count=2))) == ("few",)

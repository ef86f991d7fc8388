"""What a call asks for whose flow brings people together, and what it makes of the answers."""

from __future__ import annotations

from typing import Any

import pytest

JSON = dict[str, Any]

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0b0"
FLOW = f"""
schema: 1
id: bridge
locale: en-US
start: have
defaults: {{onError: {{next: sorry}}}}
nodes:
  have: {{kind: answer, next: bridge}}
  bridge: {{kind: meeting, people: {{user: {BOB}}}, where: {{joinId: 123456789}}, next: more}}
  more: {{kind: participants, invite: {{user: {BOB}}}, count: people, next: many}}
  many: {{kind: branch, cases: [{{when: people > 2, next: good}}], default: few}}
  good: {{kind: hangup, prompts: good}}
  few: {{kind: hangup, prompts: few}}
  sorry: {{kind: hangup, prompts: sorry, outcome: failed}}
"""


def gathers(ring: Any, *, direct_invite: bool = True, **answers: JSON) -> Any:
    call = ring(FLOW, direct_invite=direct_invite)
    told: JSON = {"start_gathering": {"ok": {"id": "gathering-1"}}, "call_in": {"ok": {}}}
    told |= {"list_participants": {"ok": {"count": 3}}, **answers}
    call.answers |= {activity: [result] for activity, result in told.items()}
    return call.run()


def test_everything_is_asked_for_once_and_noted_without_names(ring: Any) -> None:
    call = gathers(ring)
    assert call.heard == ["good"]
    asked = {each["activity"]: each for each in call.commands}
    assert asked["start_gathering"]["people"] == [{"user": BOB}]
    assert asked["start_gathering"]["meeting"] == {"join_id": "123456789"}
    assert asked["call_in"]["people"] == [{"user": BOB}]
    (noted,) = [each for each in call.journal if each["what"] == "gathering"]
    assert noted["id"] == "gathering-1"
    assert BOB not in str(call.journal)


def test_fewer_are_there(ring: Any) -> None:
    assert gathers(ring, list_participants={"ok": {"count": 2}}).heard == ["few"]


@pytest.mark.parametrize(
    ("activity", "kind"),
    [
        *(("start_gathering", kind) for kind in ("refused", "not_reached", "internal", "unknown")),
        *(("call_in", kind) for kind in ("refused", "not_reached", "internal", "gone")),
        *(("list_participants", kind) for kind in ("refused", "not_reached")),
    ],
)
def test_what_cannot_be_done_fails_the_node(ring: Any, activity: str, kind: str) -> None:
    assert gathers(ring, **{activity: {"error": {"kind": kind}}}).heard == ["sorry"]


def test_nobody_is_called_into_a_call_of_two_where_graph_does_not_let_them(ring: Any) -> None:
    call = gathers(ring, direct_invite=False)
    assert call.heard == ["sorry"]
    assert "call_in" not in {each["activity"] for each in call.commands}


def test_an_invitation_of_which_nobody_knows_whether_it_arrived_may_have(ring: Any) -> None:
    assert gathers(ring, call_in={"error": {"kind": "unknown"}}).heard == ["good"]

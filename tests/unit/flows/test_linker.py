"""Subflows: what the linked flow is, and how it is walked."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import Flow, FlowErrors, Interpreter, load
from flows import acts as a
from flows.linker import MOST_NODES, link, link_file

OUTER = """
schema: 1
id: outer
locale: en-US
start: pick-up
variables: {tries: 9, asked: 0}
defaults: {onError: {next: sorry}}
nodes:
  pick-up: {kind: answer, next: ask}
  ask: {kind: subflow, flow: entry, give: {tries: asked + 1}, next: found, on: {gave-up: bye}}
  found: {kind: play, prompts: found, next: again}
  again: {kind: subflow, flow: entry, next: bye, on: {gave-up: bye}}
  sorry: {kind: hangup, prompts: sorry}
  bye: {kind: hangup, prompts: bye}
"""
ENTRY = """
schema: 1
id: entry
locale: en-US
start: number
variables: {tries: 0, known: '12'}
nodes:
  number: {kind: collect, prompts: number, into: account, min: 2, max: 2, next: look, on: {tooMany: gave-up}}
  look: {kind: branch, cases: [{when: account == known, next: confirm}], default: number}
  confirm: {kind: menu, prompts: confirm, options: {1: ok, 2: number, "*": "@repeat"}, on: {tooMany: gave-up}}
  ok: {kind: return}
  gave-up: {kind: return, outcome: gave-up}
"""
LIBRARY = {"entry": load(ENTRY, "entry.yaml")}


def linked(outer: str = OUTER, **inner: str) -> Flow:
    library = {**LIBRARY, **{name: load(text, f"{name}.yaml") for name, text in inner.items()}}
    return link(load(outer, "outer.yaml"), library.__getitem__)


def prompts(act: a.Act) -> tuple[str, ...]:
    assert isinstance(act, a.Play | a.Listen)
    return act.prompts


def test_a_subflow_is_gone_through_and_left_by_its_return() -> None:
    walk = Interpreter(linked())
    walk.begin()
    assert prompts(walk.resume(a.Answered())) == ("number",)
    assert walk.node == "ask.number"
    assert prompts(walk.resume(a.Collected(digits="12", how="maximum"))) == ("confirm",)
    assert prompts(walk.resume(a.Collected(digits="*", how="maximum"))) == ("confirm",)
    assert prompts(walk.resume(a.Collected(digits="1", how="maximum"))) == ("found",)
    assert prompts(walk.resume(a.Finished())) == ("number",)
    assert walk.node == "again.number"
    for _ in range(3):
        act = walk.resume(a.Silence())
    assert prompts(act) == ("bye",)


def test_variables_are_shared_those_given_set_and_those_of_the_user_of_a_subflow_count() -> None:
    flow = linked()
    assert flow.variables == {"tries": 9, "asked": 0, "known": "12"}
    walk = Interpreter(flow)
    walk.begin()
    walk.resume(a.Answered())
    assert walk.to_json()["variables"]["tries"] == 1


def test_what_a_subflow_does_not_handle_its_user_does() -> None:
    assert linked().follow("ask.number", "failed") == "sorry"
    own = ENTRY.replace("variables:", "defaults: {onError: {next: gave-up}}\nvariables:")
    assert linked(entry=own).follow("ask.number", "failed") == "ask.gave-up"
    assert linked(entry=own).follow("found", "failed") == "sorry"


def test_subflows_nest() -> None:
    middle = """
schema: 1
id: middle
locale: en-US
start: number
nodes:
  number: {kind: subflow, flow: entry, next: ok, on: {gave-up: gave-up}}
  ok: {kind: return}
  gave-up: {kind: return, outcome: gave-up}
"""
    flow = linked(OUTER.replace("flow: entry", "flow: middle"), middle=middle)
    assert "ask.number.confirm" in flow.nodes
    assert flow.follow("ask.number.gave-up", "done") == "ask.gave-up"


def test_the_linked_flow_is_one_flow_with_a_hash_of_all_its_parts() -> None:
    flow = linked()
    assert Flow.from_json(flow.to_json()).hash == flow.hash
    assert not flow.is_subflow
    assert linked(entry=ENTRY.replace("prompts: confirm", "prompts: sure")).hash != flow.hash
    assert set(flow.prompts) == {"number", "confirm", "found", "sorry", "bye"}


def test_mistakes_are_told_all_at_once_each_at_its_node() -> None:
    outer = OUTER.replace("next: found, on: {gave-up: bye}", "next: found")
    outer = outer.replace("again: {kind: subflow, flow: entry", "again: {kind: subflow, flow: none")
    with pytest.raises(FlowErrors) as caught:
        linked(outer)
    assert [(each.place.path, each.rule) for each in caught.value.problems] == [
        ("nodes.ask", "outcome-without-target"),
        ("nodes.again", "unknown-flow"),
    ]


def test_a_flow_that_doubles_itself_is_refused_before_it_fills_memory() -> None:
    def doubling(level: int) -> str:
        inner = f"f{level + 1}" if level < 7 else "entry"
        node = "  n{}: {{kind: subflow, flow: {}, next: n{}, on: {{gave-up: end}}}}\n"
        nodes = "".join(node.format(at, inner, at + 1) for at in range(9))
        ends = "  n9: {kind: return}\n  end: {kind: return, outcome: gave-up}\n"
        return f"schema: 1\nid: f{level}\nlocale: en-US\nstart: n0\nnodes:\n{nodes}{ends}"

    with pytest.raises(FlowErrors, match=f"more than {MOST_NODES} nodes"):
        linked(OUTER.replace("flow: entry", "flow: f1"), **{f"f{level}": doubling(level) for level in range(1, 8)})


def test_a_file_is_linked_with_those_beside_it(tmp_path: Path) -> None:
    (tmp_path / "outer.yaml").write_text(OUTER, encoding="utf-8")
    (tmp_path / "entry.yaml").write_text(ENTRY, encoding="utf-8")
    assert link_file(tmp_path / "outer.yaml").hash == linked().hash


def test_outcomes_keep_their_names() -> None:
    flow = linked()
    names = {(each.node, each.outcome): each.target for each in flow.outcomes()}
    assert names["ask.confirm", "ok"] == "ask.ok"
    assert names["ask.confirm", "number"] == "ask.number"
    assert names["ask.confirm", "repeat"] == "ask.confirm"
    assert names["ask.look", "confirm"] == "ask.confirm"

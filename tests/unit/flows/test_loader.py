from __future__ import annotations

from pathlib import Path

import pytest

from flows import Flow, FlowErrors, load, load_file

GOOD = """\
schema: 1
id: shop
locale: en-US
start: pick-up
variables: {tries: 0}
defaults:
  noInput: [no-input, no-input-2]
  onError: {next: bye}
nodes:
  pick-up:
    kind: answer
    next: menu
  menu:
    kind: menu
    prompts: [hello, choose]
    options:
      1: count
      "#": {next: bye, label: leave}
    on:
      tooMany: bye
  count:
    kind: set
    values: {tries: tries + 1}
    next: ask
  ask:
    kind: collect
    prompts: number
    into: number
    max: 6
    pattern: '[1-9]\\d*'
    firstDigitTimeout: 700ms
    next: check
    on: {tooMany: bye}
  check:
    kind: branch
    cases:
      - when: number == '42'
        next: rec
    default: send
  rec:
    kind: record
    consent: recorded
    maxDuration: 30s
    next: bye
  send:
    kind: transfer
    target: {phone: "+442071234567"}
    on: {noAnswer: menu}
  bye:
    kind: hangup
"""
FLOWS = sorted((Path(__file__).parents[3] / "flows" / "definitions").glob("*.yaml"))


def problems(text: str, **more: list[str]) -> list[str]:
    with pytest.raises(FlowErrors) as caught:
        load(text, "f.yaml", **more)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_document_becomes_a_flow() -> None:
    flow = load(GOOD, "f.yaml")
    assert (flow.id, flow.locale, flow.start, dict(flow.variables)) == ("shop", "en-US", "pick-up", {"tries": 0})
    assert flow.nodes["ask"].first_digit_ms == 700  # type: ignore[attr-defined]
    assert flow.nodes["menu"].no_input == ("no-input", "no-input-2")  # type: ignore[attr-defined]
    assert flow.prompts[:4] == ("hello", "choose", "no-input", "no-input-2")


def test_json_and_back_is_the_same_flow_with_the_same_hash() -> None:
    flow = load(GOOD, "f.yaml")
    again = Flow.from_json(flow.to_json())
    assert again == flow and again.hash == flow.hash
    assert Flow.pinned(flow.to_json(), flow.hash) is Flow.pinned({}, flow.hash)


def test_the_hash_changes_with_the_meaning_and_not_with_the_writing() -> None:
    flow = load(GOOD, "f.yaml")
    assert load(GOOD.replace("[hello, choose]", "\n      - hello\n      - choose"), "g.yaml").hash == flow.hash
    assert load(GOOD.replace("30s", "31s"), "f.yaml").hash != flow.hash
    assert load(GOOD.replace("defaults:\n", "defaults:\n  maxNoInput: 2\n"), "f.yaml").hash != flow.hash


ORDERED = """\
schema: 1
id: sums
locale: en-US
start: a
nodes:
  a: {kind: set, values: {x: "1", y: x + 1}, next: b}
  b: {kind: branch, cases: [{when: y == 2, next: c}], default: c}
  c: {kind: hangup}
"""


def test_flows_that_evaluate_in_another_order_have_other_hashes_and_are_pinned_apart() -> None:
    flow = load(ORDERED, "f.yaml")
    turned = load(ORDERED.replace('{x: "1", y: x + 1}', '{y: x + 1, x: "1"}'), "f.yaml")
    assert turned.hash != flow.hash
    for each in (flow, turned):
        pinned = Flow.pinned(each.to_json(), each.hash)
        assert list(pinned.nodes["a"].values) == list(each.nodes["a"].values)  # type: ignore[attr-defined]


def test_every_way_out_of_every_node_is_listed_with_its_target() -> None:
    ways = {(way.node, way.outcome): way.target for way in load(GOOD, "f.yaml").outcomes()}
    assert {outcome: to for (node, outcome), to in ways.items() if node == "menu"} == {
        "count": "count",
        "leave": "bye",
        "noInput": "menu",
        "noMatch": "menu",
        "tooMany": "bye",
        "failed": "bye",
        "hangup": None,
    }
    assert {outcome: to for (node, outcome), to in ways.items() if node == "send"} == {
        "completed": None,
        "noAnswer": "menu",
        "declined": "bye",
        "failed": "bye",
        "hangup": None,
    }
    assert ways["rec", "silence"] == "bye"
    assert {outcome for node, outcome in ways if node == "check"} == {"rec", "default"}


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        (
            "schema: 1",
            "schema: 2",
            "f.yaml:1:9: schema: this version reads 'schema: 1' documents only; say so in the first line",
        ),
        ("id: shop\n", "", "f.yaml:1:1: the key 'id' is missing"),
        ("locale: en-US", "locale: english", "f.yaml:3:9: locale: 'english' is not a locale such as en-US"),
        ("start: pick-up", "start: pickup", "f.yaml:4:8: start: no node is named 'pickup'; did you mean 'pick-up'?"),
        ("nodes:", "notes:", "f.yaml:9:1: notes: no key is named 'notes'; did you mean 'nodes'?"),
        (
            "kind: answer",
            "kind: anwser",
            "f.yaml:11:11: nodes.pick-up.kind: no kind of node is named 'anwser'; did you mean 'answer'?",
        ),
        ("    kind: answer\n", "", "f.yaml:11:5: nodes.pick-up: the key 'kind' is missing"),
        ("next: menu", "next: meun", "f.yaml:12:11: nodes.pick-up.next: no node is named 'meun'; did you mean 'menu'?"),
        ("    next: menu\n", "", "f.yaml:11:5: nodes.pick-up: the outcome 'answered' leads nowhere; add 'next:'"),
        (
            "      tooMany: bye\n",
            "      noInput: bye\n",
            "f.yaml:14:5: nodes.menu: the outcome 'tooMany' leads nowhere; add 'tooMany:' under 'on:'",
        ),
        (
            "tooMany: bye\n  count",
            "toomany: bye\n  count",
            "f.yaml:20:7: nodes.menu.on.toomany: no outcome of a menu is named 'toomany'; did you mean 'tooMany'?",
        ),
        (
            "prompts: [hello, choose]",
            "promts: hello",
            "f.yaml:15:5: nodes.menu.promts: no key is named 'promts'; did you mean 'prompts'?",
        ),
        (
            "    prompts: [hello, choose]\n",
            "",
            "f.yaml:14:5: nodes.menu.prompts: the key 'prompts' is missing: what the caller hears first",
        ),
        ("[hello, choose]", "[]", "f.yaml:15:14: nodes.menu.prompts: 0 values, where 1 to 10 are allowed"),
        ("[hello, choose]", "[hello, {}]", "f.yaml:15:22: nodes.menu.prompts[1]: a mapping is not a text"),
        ("1: count", "12: count", "f.yaml:17:7: nodes.menu.options.12: '12' is not one key of 0123456789*#ABCD"),
        ("1: count", "1: cuont", "f.yaml:17:10: nodes.menu.options.1: no node is named 'cuont'; did you mean 'count'?"),
        ("1: count", "1: {next: count, label: leave}", "two options are called 'leave' but lead to different nodes"),
        ("label: leave", "label: tooMany", "the label 'tooMany' is an outcome of every menu; add another"),
        (
            "tries: tries + 1",
            "tries: tries +",
            "nodes.count.values.tries: not an expression: expected a value at character 8",
        ),
        (
            "tries: tries + 1",
            "tries: trees + 1",
            "f.yaml:23:21: nodes.count.values.tries: no variable is named 'trees'; did you mean 'tries'?",
        ),
        ("700ms", "700", "nodes.ask.firstDigitTimeout: '700' is not a duration from 500ms to 60s, such as 5s or 500ms"),
        ("700ms", "7m", "nodes.ask.firstDigitTimeout: '7m' is not a duration from 500ms to 60s"),
        ("max: 6", "max: 33", "nodes.ask.max: '33' is not a whole number from 1 to 32"),
        ("max: 6", "max: true", "nodes.ask.max: 'true' is not a whole number"),
        ("[1-9]\\d*", "(1+)+", "a group cannot be repeated"),
        ("[1-9]\\d*", "1*1*1*1*1*", "at most four parts may vary"),
        ("[1-9]\\d*", "(?=1)", "is no digit pattern"),
        ("into: number", "into: my number", "nodes.ask.into: 'my number' is no variable"),
        ("kind: collect", "kind: collect\n    bargeIn: yes", "nodes.ask.bargeIn: 'yes' is not true or false"),
        (
            "consent: recorded\n",
            "prompt: recorded\n",
            "nodes.rec.consent: the key 'consent' is missing: what tells the caller that a recording is made and kept",
        ),
        ("maxDuration: 30s", "maxDuration: 121s", "nodes.rec.maxDuration: '121s' is not a duration from 1s to 120s"),
        (
            "maxDuration: 30s",
            "maxDuration: 1500ms",
            "nodes.rec.maxDuration: '1500ms' is not whole seconds, which is all Graph takes here",
        ),
        ('{phone: "+442071234567"}', "{phone: 02071234567}", "is not a number in the form +442071234567"),
        (
            '{phone: "+442071234567"}',
            "{fone: 1}",
            "nodes.send.target: no kind of target is named 'fone'; did you mean 'phone'?",
        ),
        (
            '{phone: "+442071234567"}',
            "{user: alice}",
            "nodes.send.target.user: 'alice' is not an Entra object id (a GUID)",
        ),
        (
            '{phone: "+442071234567"}',
            "alice",
            "nodes.send.target: 'alice' is not one target (allowed: user: ..., phone: ..., ",
        ),
        (
            "on: {noAnswer: menu}",
            "next: menu",
            "nodes.send.next: 'next' has no meaning in a transfer; its outcomes go under 'on:'",
        ),
        (
            "onError: {next: bye}",
            "onError: {next: bey}",
            "defaults.onError.next: no node is named 'bey'; did you mean 'bye'?",
        ),
        ("noInput: [no-input, no-input-2]", "noInput: [no input]", "defaults.noInput[0]: 'no input' is no prompt id"),
        (
            "start: pick-up",
            "start: menu",
            "nodes.menu: the call can get here unanswered; put an 'answer' before this menu",
        ),
        (
            "kind: hangup",
            "kind: reject",
            "nodes.bye: the call can get here answered already, when it is too late to reject",
        ),
        ("  bye:\n    kind: hangup\n", "  bye: hangup\n", "nodes.bye: 'hangup' is not a mapping of keys to values"),
        (
            "  bye:\n",
            "  bye now:\n",
            "'bye now' is no name of a node: a letter, then at most 63 letters, digits, - or _",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(good: str, bad: str, problem: str) -> None:
    assert good in GOOD
    found = problems(GOOD.replace(good, bad, 1))
    assert any(problem in each for each in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    bad = GOOD.replace("en-US", "x").replace("max: 6", "max: 0").replace("next: menu", "next: mnu").replace("30s", "no")
    found = problems(bad)
    assert [line.split(":")[1] for line in found] == ["3", "29", "43"]
    assert [
        line.split(":")[1]
        for line in problems(
            bad.replace("locale: x", "locale: en-US")
            .replace("max: 0", "max: 6")
            .replace("maxDuration: no", "maxDuration: 30s")
        )
    ] == ["12"]


def test_prompts_are_checked_where_the_catalogue_is_known() -> None:
    catalogue = ["hello", "choose", "number", "recorded", "no-input"]
    assert problems(GOOD, prompts=catalogue) == [
        "f.yaml:7:23: defaults.noInput[1]: no prompt is named 'no-input-2'; did you mean 'no-input'? "
        "(allowed: choose, hello, no-input, number, recorded)"
    ]


def test_what_the_author_sees_is_capped() -> None:
    nodes = "".join(f"  n{at}: {{kind: play, prompts: p, next: none}}\n" for at in range(300))
    with pytest.raises(FlowErrors) as caught:
        load(f"schema: 1\nid: x\nlocale: en-US\nstart: n0\nnodes:\n{nodes}", "f.yaml")
    assert str(caught.value).count("\n") == 100
    assert str(caught.value).endswith("more")


@pytest.mark.parametrize("text", ["a", "[]", "schema: 1", "nodes: {}", "nodes: 3", "nodes: {a: }", "schema: {1: 2}"])
def test_what_is_no_flow_at_all_is_refused_by_name(text: str) -> None:
    assert problems(text)


@pytest.mark.parametrize("path", [path for path in FLOWS if path.name != "routes.yaml"], ids=lambda path: path.name)
def test_every_shipped_flow_loads(path: Path) -> None:
    flow = load_file(path)
    assert path.stem == flow.id


def test_a_file_of_many_megabytes_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("a: " + "x" * 10_000_000)
    with pytest.raises(FlowErrors, match="larger than 512 KiB"):
        load_file(path)

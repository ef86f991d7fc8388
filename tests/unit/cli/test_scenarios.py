"""Scenario tests as data: reading them, playing them, and what is said of one that goes otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from cli.__main__ import main
from cli.check import PROMPTS, check_files, read_voices
from cli.explore import AT
from cli.rehearsal.explorer import explore
from cli.rehearsal.scenarios import check_names, load, play
from cli.rehearsal.stage import Setting
from cli.scenario_tests import play_file
from flows import FlowErrors
from flows import load as load_flow
from flows.checker import Source, check

DEFINITIONS = Path(__file__).parents[3] / "flows" / "definitions"
SHIPPED = sorted((DEFINITIONS / "scenarios").glob("*.yaml"))
FLOW = """\
schema: 1
id: shop
locale: en-US
start: pick-up
defaults: {onError: {next: bye}, timezone: Europe/London}
variables: {flood: false}
nodes:
  pick-up: {kind: answer, next: hours}
  hours: {kind: hours, opening: {mon-fri: 09:00-17:00}, override: flood, next: menu, on: {closed: mail}}
  menu: {kind: menu, prompts: [greeting, main-menu], options: {1: person, 2: hold}, on: {tooMany: bye}}
  hold: {kind: wait, for: 20s, hold: transferring, next: menu, on: {released: person}}
  person: {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, consult: true, on: {failed: mail}}
  mail: {kind: voicemail, consent: voicemail-consent, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
SCENARIOS = "schema: 1\nflow: shop\nscenarios:\n"


def written(folder: Path, scenarios: str) -> Path:
    (folder / "shop.yaml").write_text(FLOW, encoding="utf-8")
    (folder / "scenarios").mkdir(exist_ok=True)
    path = folder / "scenarios" / "shop.yaml"
    path.write_text(SCENARIOS + scenarios, encoding="utf-8")
    return path


def played(folder: Path, scenarios: str) -> list[tuple[str, ...]]:
    return [each.wrong for each in play_file(written(folder, scenarios), PROMPTS).verdicts]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_scenarios_of_a_shipped_flow_hold_and_cover_it(path: Path) -> None:
    tested = play_file(path, PROMPTS)
    assert [(each.scenario.name, each.wrong) for each in tested.verdicts if each.wrong] == []
    assert tested.coverage >= 0.9


def test_time_caller_and_variables_are_given(tmp_path: Path) -> None:
    assert played(
        tmp_path,
        "  - {name: open, given: {time: 2026-07-01T09:00}, expect: {prompts: "
        "[greeting, main-menu, greeting, main-menu, greeting, main-menu, goodbye]}}\n"
        "  - {name: closed, given: {time: 2026-07-01T08:59}, when: [says: 200s], expect: {recordings: 2}}\n"
        "  - {name: flooded, given: {time: 2026-07-01T09:00, variables: {flood: true}}, when: [says: 0s], "
        "expect: {nodes: [pick-up, hours, mail, bye], recordings: 0}}\n",
    ) == [(), (), ()]


def test_waits_consultations_and_keys_after_their_prompt(tmp_path: Path) -> None:
    assert played(
        tmp_path,
        "  - name: released\n    when: [{hears: main-menu, after: 1s, press: 2}, {does: release, after: 5s}]\n"
        "    expect: {outcome: transferred, within: 30s}\n"
        "  - name: nobody\n    when: [{hears: greeting, press: 1}, {transfer: declined}, {says: 5s}]\n"
        "    expect: {outcome: completed, transfer: failed, recordings: 1}\n",
    ) == [(), ()]


def test_what_goes_otherwise_is_told(tmp_path: Path) -> None:
    (wrong,) = played(
        tmp_path,
        "  - name: all wrong\n    when: [{hears: main-menu, press: 1}, {hears: goodbye, press: 1}]\n"
        "    expect: {outcome: hung_up, prompts: [greeting], nodes: [], transfer: failed, recordings: 2, within: 1s}\n",
    )
    assert [each.split(" ")[0] for each in wrong] == ["the", "the", "heard:", "nodes:", "the", "0", "it"]
    assert wrong[0] == "the call ended before: hears goodbye, press 1"
    assert wrong[1].startswith("the outcome is transferred (")


TOGETHER = """\
schema: 1
id: shop
locale: en-US
start: pick-up
defaults: {onError: {next: bye}}
nodes:
  pick-up: {kind: answer, next: ask}
  ask: {kind: python, function: order, into: {open: open}, hold: hold, next: open}
  open: {kind: branch, cases: [{when: open, next: line}], default: call-in}
  line: {kind: queue, to: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, hold: hold, rounds: 1, longest: 2, next: bye}
  call-in: {kind: participants, invite: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, count: there, next: tell}
  tell: {kind: say, value: there, as: number, bargeIn: false, next: done}
  done: {kind: hangup}
  bye: {kind: hangup, prompts: goodbye}
"""


def test_functions_queues_and_groups_are_told_what_there_is(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "  - {name: nobody before, when: [{http: ok, reads: {open: true}}, {transfer: completed}], "
        "expect: {outcome: transferred}}\n"
        "  - {name: too many, given: {waiting: 2}, when: [{http: ok, reads: {open: true}}], "
        "expect: {nodes: [pick-up, ask, open, line, bye]}}\n"
        "  - {name: a group, given: {group: true}, when: [{http: ok}], "
        "expect: {prompts: [hold, say-2], nodes: [pick-up, ask, open, call-in, tell, done]}}\n"
        "  - {name: two, when: [{http: ok}], expect: {nodes: [pick-up, ask, open, call-in, bye]}}\n"
        "  - {name: late, when: [{http: timeout}], expect: {nodes: [pick-up, ask, bye]}}\n",
    )
    (tmp_path / "shop.yaml").write_text(TOGETHER, encoding="utf-8")
    assert [each.wrong for each in play_file(path, PROMPTS).verdicts] == [()] * 5
    found = explore(Setting(flow=load_flow(TOGETHER, "shop.yaml"), lengths={}, at=AT))
    assert {(each.node, each.outcome) for each in found.missing} <= {
        *(("tell", "unsayable"), ("line", "pressed"), ("ask", "hangup"), ("call-in", "hangup")),
    }
    assert not found.violations


MISTAKES = [
    ("  - {name: x, expect: {outcom: failed}}\n", "4:24", "did you mean 'outcome'?"),
    ("  - {name: x, when: [{pres: 1}], expect: {}}\n", "4:23", "did you mean 'press'?"),
    ("  - {name: x, when: [{press: 1, says: 3s, does: fail}], expect: {}}\n", "4:22", "a step does one thing"),
    ("  - {name: x, when: [{hears: greeting}], expect: {}}\n", "4:22", "a step does something"),
    ("  - {name: x, when: [{press: x1}], expect: {}}\n", "4:30", "is not 1 to 64 keys"),
    (
        "  - {name: x, given: {time: 2026-01-05}, when: [{transfer: gone}], expect: {}}\n",
        "4:60",
        "no end of a transfer",
    ),
    ("  - {name: x, given: {time: noon}, expect: {}}\n", "4:29", "is not a local time"),
    ("  - {name: x}\n", "4:5", "the key 'expect' is missing"),
]


@pytest.mark.parametrize(("text", "place", "message"), MISTAKES)
def test_a_mistake_is_told_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(FlowErrors) as caught:
        load(SCENARIOS + text, "s.yaml")
    (problem,) = caught.value.problems
    assert (f"{problem.place.line}:{problem.place.column}", message in problem.message) == (place, True), str(problem)


def test_a_prompt_that_the_flow_does_not_have_is_told(tmp_path: Path) -> None:
    text = SCENARIOS + "  - {name: x, when: [{hears: main-meny, press: 1}], expect: {nodes: [menu]}}\n"
    scenarios, root = load(text, "s.yaml")
    with pytest.raises(FlowErrors, match=r"s\.yaml:4:30: .*no prompt is named 'main-meny'; did you mean 'main-menu'"):
        check_names(scenarios, root, load_flow(FLOW, "shop.yaml"), "s.yaml")


def test_junit_has_a_case_for_each_scenario_and_one_for_the_coverage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "  - {name: fine, expect: {}}\n  - {name: wrong, expect: {outcome: failed}}\n")
    report = tmp_path / "report.xml"
    assert main(["test", str(tmp_path), "--junit", str(report)]) == 1
    assert "1 of 2 scenarios as expected" in capsys.readouterr().out
    (suite,) = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    names = {case.get("name"): case.find("failure") for case in suite}
    assert names["fine"] is None
    failure = names["wrong"]
    assert failure is not None
    assert "not failed" in (failure.get("message") or "")


def test_exit_codes(tmp_path: Path) -> None:
    assert main(["test", str(tmp_path)]) == 2
    path = written(tmp_path, "  - {name: fine, expect: {}}\n")
    assert main(["test", str(path), "--coverage", "0.1"]) == 0
    assert main(["test", str(path)]) == 1
    path.write_text("schema: 2", encoding="utf-8")
    assert main(["test", str(tmp_path)]) == 2


def mutants(text: str) -> Iterator[tuple[str, str]]:
    """The document with one edge deleted, or led to another node: every edge, and every other node."""
    document = yaml.load(text, Loader=yaml.BaseLoader)
    names = list(document["nodes"])

    def edges(node: dict[str, object]) -> Iterator[tuple[str, dict[str, object], str]]:
        yield from ((key, node, key) for key in ("next", "default") if key in node)
        for group in ("on", "options"):
            inner = node.get(group, {})
            assert isinstance(inner, dict)
            for key, to in list(inner.items()):
                if isinstance(to, dict):  # an option in full
                    yield f"{group}.{key}", to, "next"
                elif to != "@repeat":
                    yield f"{group}.{key}", inner, key
        cases = node.get("cases", [])
        assert isinstance(cases, list)
        yield from ((f"cases[{n}]", case, "next") for n, case in enumerate(cases))

    handlers = [
        (f"defaults.{name}", document["defaults"][name])
        for name in ("onError", "onHangup")
        if name in document.get("defaults", {})
    ]
    for name, node in [*document["nodes"].items(), *handlers]:
        for what, holder, key in edges(node):
            before = holder.pop(key)
            yield f"{name}.{what} deleted", yaml.safe_dump(document, sort_keys=False)
            for other in names:
                holder[key] = other
                if other != before:
                    yield f"{name}.{what} led to {other}", yaml.safe_dump(document, sort_keys=False)
            holder[key] = before


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.stem)
def test_a_changed_edge_is_noticed_by_the_checker_or_the_scenarios(shipped: Path) -> None:
    path = DEFINITIONS / shipped.name
    scenarios, _ = load(shipped.read_text(encoding="utf-8"), "s.yaml")
    lengths = {name: ms for name, ms in read_voices(PROMPTS)["en-US"].items() if isinstance(ms, int)}
    assert check_files([path], voices=None) == []

    def noticed(text: str) -> bool:
        if check([Source(file="f.yaml", text=text)]):
            return True
        setting = Setting(flow=load_flow(text, "f.yaml"), lengths=lengths, at=AT)
        return any(play(each, setting).wrong for each in scenarios.scenarios)

    tried = [(what, noticed(text)) for what, text in mutants(path.read_text(encoding="utf-8"))]
    unnoticed = [what for what, seen in tried if not seen]
    nodes = len(load_flow(path.read_text(encoding="utf-8"), "f.yaml").nodes)
    changed = {what.split(" ")[0] for what, _ in tried}
    assert len(changed) >= nodes - 1  # whatever is reached is led to: a mutator that sees fewer edges is blind
    assert len(tried) == len(changed) * nodes  # each deleted once, and led to every other node
    assert len(unnoticed) <= 0.05 * len(tried), unnoticed

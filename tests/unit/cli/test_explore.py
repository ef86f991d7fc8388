"""The explorer: what it finds in flows that are known."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.rehearsal.explorer import Exploration, explore
from cli.rehearsal.stage import Setting, Stage
from cli.rehearsal.steps import Step
from flows import Flow, load

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 1, 5, 10, tzinfo=UTC)
HEAD = "schema: 1\nid: f\nlocale: en-US\nstart: a\ndefaults: {onError: {next: z}}\n"
ENDS = "  z: {kind: hangup}\n  t: {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}}\n"


def flow(nodes: str, head: str = HEAD) -> Flow:
    return load(f"{head}nodes:\n  a: {{kind: answer, next: m}}\n{nodes}{ENDS}", "f.yaml")


def explored(nodes: str, head: str = HEAD, *, most: int = 2000) -> Exploration:
    return explore(Setting(flow=flow(nodes, head), lengths={}, at=AT), most=most)


def missing(found: Exploration) -> list[str]:
    return [f"{each.node}: {each.outcome}" for each in found.missing]


def test_every_outcome_of_the_shipped_flow_comes_up(capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "flows" / "definitions" / "small-business.yaml"
    assert main(["explore", str(path), "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)["small-business"]
    assert (facts["missing"], facts["violations"], facts["whole"]) == ([], [], True)
    assert facts["longest"]["seconds"] > 60


def test_what_cannot_happen_is_named() -> None:
    found = explored(
        "  m: {kind: branch, cases: [{when: caller == 'martian', next: t}], default: n}\n"
        "  n: {kind: play, prompts: hello, next: t}\n"
    )
    assert missing(found) == ["m: t"]


def test_callers_times_switches_and_entries_that_matter_are_tried() -> None:
    found = explored(
        "  m: {kind: hours, opening: {mon: 09:00-17:00}, holidays: {12-25: xmas}, override: flood, next: w, "
        "on: {closed: w, override: w}}\n"
        "  w: {kind: branch, cases: [{when: caller == 'phone', next: t}], default: c}\n"
        "  c: {kind: collect, prompts: p, into: pin, min: 4, max: 6, pattern: '[1-9]\\d*', next: b, on: {tooMany: z}}\n"
        "  b: {kind: branch, cases: [{when: pin == '424242', next: t}], default: z}\n",
        HEAD + "variables: {flood: false}\n",
    )
    assert missing(found) == []
    assert found.whole


def test_a_silence_is_measured_and_told_with_the_way_to_it() -> None:
    found = explored("  m: {kind: menu, prompts: hello, firstDigitTimeout: 15s, options: {1: t}, on: {tooMany: z}}\n")
    (violation,) = found.violations
    assert violation.what == "the caller hears nothing for 15 s"
    assert [str(step) for _, step in violation.way.steps] == ["waits", "waits"]


def test_a_walk_in_circles_is_told() -> None:
    found = explored("  m: {kind: set, values: {x: '1'}, next: n}\n  n: {kind: goto, next: m}\n")
    assert "the flow goes round in circles" in found.violations[0].what


def test_a_long_message_is_a_chain_of_recordings() -> None:
    found = explored("  m: {kind: voicemail, consent: hello, maxDuration: 4m, next: z, on: {empty: t}}\n")
    assert missing(found) == []
    stage = Stage(
        Setting(flow=flow("  m: {kind: voicemail, consent: hello, maxDuration: 4m, next: z}\n"), lengths={}, at=AT)
    )
    for step in (Step(), Step(), Step(says_ms=120_000), Step(says_ms=30_000)):
        stage.take(step)
    assert stage.decision is None
    assert [each["status"] for each in stage.summary["recordings"]] == ["saved", "saved"]
    assert stage.took_ms > 150_000


def test_the_search_is_bounded() -> None:
    nodes = "  m: {kind: set, values: {n: n + 1}, next: p}\n  p: {kind: play, prompts: hello, next: m}\n"
    found = explored(nodes, HEAD + "variables: {n: 0}\n", most=50)
    assert (found.whole, found.places) == (False, 50)


def test_a_fork_leaves_the_original_where_it_was() -> None:
    nodes = "  m: {kind: menu, prompts: hello, options: {1: t, 2: z}, on: {tooMany: z}}\n"
    stage = Stage(Setting(flow=flow(nodes), lengths={}, at=AT))
    stage.take(Step())
    before = stage.place()
    other = stage.fork()
    other.take(Step(press="2"))
    assert other.decision is None
    assert stage.place() == before
    stage.take(Step(press="1"))
    assert stage.decision is not None
    assert stage.decision.node == "t"


def test_a_flow_of_a_hundred_nodes_is_explored_in_seconds() -> None:
    menus = "".join(
        f"  m{n or ''}: {{kind: menu, prompts: p, options: {{1: m{2 * n + 1}, 2: m{2 * n + 2}}}, on: {{tooMany: t}}}}\n"
        for n in range(48)
    )
    leaves = "".join(f"  m{n}: {{kind: play, prompts: hello, next: z}}\n" for n in range(48, 97))
    begun = time.process_time()
    found = explored(menus + leaves, most=20_000)
    assert (missing(found), found.whole, len(flow(menus + leaves).nodes)) == ([], True, 100)
    assert time.process_time() - begun < 20


def test_nothing_to_explore_is_an_error_of_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", str(tmp_path)]) == 2
    (tmp_path / "f.yaml").write_text("schema: 2", encoding="utf-8")
    assert main(["explore", str(tmp_path)]) == 2
    assert "schema: 1" in capsys.readouterr().err

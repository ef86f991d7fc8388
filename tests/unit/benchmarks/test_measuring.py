from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.measuring import Result, amount, in_turns, ratio


async def test_sides_take_turns_that_go_back_and_forth_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def side(name: str):
        async def run() -> float:
            order.append(name)
            return float(len(order))

        return run

    found = await in_turns({"a": side("a"), "b": side("b")}, rounds=3)
    assert order == ["a", "b", "b", "a", "a", "b", "b", "a"]
    assert found == {"a": [4.0, 5.0, 8.0], "b": [3.0, 6.0, 7.0]}


def test_a_ratio_is_one_of_medians_and_one_disturbed_round_does_not_change_it() -> None:
    calm = ratio("it", [2.0, 2.0, 2.0, 2.0, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0])
    disturbed = ratio("it", [2.0, 2.0, 90.0, 2.0, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0])
    assert calm.value == disturbed.value == 2.0


@pytest.mark.parametrize(("target", "verdict"), [(1.9, "target 1.9x: MISSED"), (2.0, "target 2x: met"), (None, "2.00")])
def test_a_target_is_met_or_missed(target: float | None, verdict: str) -> None:
    figure = ratio("it", [2.0, 2.0], [1.0, 1.0], target=target)
    _, line = report.lines("name", Result(title="title", figures=[figure]), (0.5, 1.0))
    assert line.endswith(verdict)


def test_the_report_holds_figures_counts_and_the_load(tmp_path: Path) -> None:
    result = Result(title="title", figures=[amount("it", [0.001, 0.002, 0.003], "ms", scale=1000)], counts={"calls": 4})
    report.write(report.as_json({"one": result}, {"one": (0.5, 1.5)}), tmp_path / "made" / "report.json")
    found = json.loads((tmp_path / "made" / "report.json").read_text(encoding="utf-8"))["benchmarks"]["one"]
    assert found["counts"] == {"calls": 4}
    assert found["load_average"] == {"before": 0.5, "after": 1.5}
    assert (found["figures"][0]["value"], found["figures"][0]["met"]) == (2.0, None)

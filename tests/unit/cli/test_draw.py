from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cli import draw
from cli.__main__ import main
from flows import load_file

DEFINITIONS = Path(__file__).parents[3] / "flows" / "definitions"
FLOW = DEFINITIONS / "small-business.yaml"
SHIPPED = [path for path in sorted(DEFINITIONS.glob("*.yaml")) if path.name != "routes.yaml"]


def test_every_node_and_every_edge_is_in_the_mermaid_text() -> None:
    flow = load_file(FLOW)
    text = draw.mermaid(flow)
    assert text.startswith("flowchart TD\n")
    number = {name: each for each, name in re.findall(r'(n\d+)\S*?"([\w-]+)<br/>', text)}
    assert set(number) == set(flow.nodes)
    assert f'{number["main-menu"]} -->|"1"| {number["opening-hours"]}' in text
    assert f'{number["operator"]} -.->|"failed"| {number["operator-away"]}' in text
    assert f"onError>onError] -.-> {number['apology']}" in text
    assert not re.search(r"\bend\b(?![\"|])", text)  # a word of Mermaid's


def test_outcomes_to_one_node_are_one_edge_and_what_handlers_catch_is_none() -> None:
    edges = draw.edges(load_file(FLOW))
    assert [each.outcomes for each in edges if each.source == "greeting"] == [("done", "interrupted")]
    assert not [each for each in edges if each.target == "apology"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_flow_is_drawn_as_svg(path: Path, tmp_path: Path) -> None:
    if not draw._MODULE.exists():
        pytest.skip("Graphviz (npm) is not installed: run python dev.py")
    out = tmp_path / "flow.svg"
    assert main(["draw", str(path), "--format", "svg", "--out", str(out)]) == 0
    root = ElementTree.parse(out).getroot()
    titles = {each.text for each in root.iter("{http://www.w3.org/2000/svg}title")}
    assert set(load_file(path).nodes) <= titles


def test_without_graphviz_it_is_said_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(draw, "_MODULE", Path("nowhere"))
    assert main(["draw", str(FLOW), "--format", "svg"]) == 2
    assert "python dev.py" in capsys.readouterr().err
    assert main(["draw", str(FLOW), "--format", "dot"]) == 0
    assert capsys.readouterr().out.startswith("digraph flow {")

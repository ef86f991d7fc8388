"""The table of what exists, against Graph's own."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from simulator import SimulatorSettings
from simulator.urls import ROWS

ROOT = Path(__file__).parents[2]
CONTRACT = json.loads((ROOT / "tests" / "contract" / "openapi.json").read_text())
README = (ROOT / "simulator" / "README.md").read_text()


def test_the_rows_are_graphs_operations_no_more_and_no_less():
    known = {
        (method.upper(), re.sub(r"{[^}]*}", "{}", path))
        for path, item in CONTRACT["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert {(row.method, re.sub(r"{[^}]*}", "{}", row.path)) for row in ROWS} == known
    assert len(ROWS) == len(known) == 57


def test_actions_are_named_once():
    assert len({row.action for row in ROWS}) == len(ROWS)


def test_the_readme_lists_every_action_and_every_setting():
    named = set(re.findall(r"`([A-Za-z_]+)`", README))
    assert {row.action for row in ROWS} <= named
    assert {field.name for field in fields(SimulatorSettings)} <= named


def test_the_readme_names_no_setting_that_is_gone():
    unknowns = README[README.index("## Unknowns") : README.index("## Layout")]
    named = set(re.findall(r"`([a-z_]+)`", unknowns))
    assert named == {field.name for field in fields(SimulatorSettings)}


def test_whoever_has_the_repository_needs_no_other_paper():
    texts = [README, *(path.read_text() for path in (ROOT / "simulator").rglob("*.py"))]
    for text in texts:
        assert re.findall(r"contract(?: section)? [A-K0]\b|\b[A-K]\.\d{1,2}\b|\bsections? [A-K0]\b", text) == []

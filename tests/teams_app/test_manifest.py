"""The manifest is what Microsoft's schema takes, and what the schema cannot see is right too."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from manifest_seeds import REMOVE, SEEDS

from graph.permissions import PERMISSIONS
from teams_app import checks
from teams_app.icons import SIZES
from teams_app.package import HERE, App, manifest

APP = App(bot_app_id="0c1f5b00-5555-4a2b-9c3d-00000000b070", host_name="callwright-x.azurewebsites.net")
# Microsoft's, of npm's @microsoft/app-manifest 1.1.2 (MIT). It calls itself draft-04 and uses `const`, which is newer.
SCHEMA = json.loads((Path(__file__).parent / "MicrosoftTeams.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)
ICONS = {name: (HERE / name).read_bytes() for name in SIZES}


def with_mistake(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    wrong = copy.deepcopy(manifest(APP))
    place: Any = wrong
    for key in path[:-1]:
        place = place[key]
    if value is REMOVE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return wrong


def test_the_manifest_is_valid() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(manifest(APP))] == []


def test_the_manifest_has_no_other_problem() -> None:
    assert checks.problems(manifest(APP), ICONS) == []


@pytest.mark.parametrize("mistake", SEEDS)
def test_a_mistake_is_caught(mistake: str) -> None:
    path, value, finder, word = SEEDS[mistake]
    wrong = with_mistake(path, value)
    schema = [error.message for error in VALIDATOR.iter_errors(wrong)]
    found = schema if finder == "schema" else checks.problems(wrong, ICONS)
    assert any(word in message for message in found), found


@pytest.mark.parametrize("mistake", [name for name, seed in SEEDS.items() if seed[2] == "checks"])
def test_a_mistake_is_the_only_thing_that_is_found(mistake: str) -> None:
    path, value, _, word = SEEDS[mistake]
    others = [each for each in checks.problems(with_mistake(path, value), ICONS) if word not in each]
    assert len(others) <= 1  # a missing permission beside a wrong one, and the like


def test_every_resource_specific_permission_that_graph_has_a_use_for_is_asked() -> None:
    asked = {each["name"] for each in manifest(APP)["authorization"]["permissions"]["resourceSpecific"]}
    assert asked == {row.rsc for row in PERMISSIONS if row.rsc}


def test_a_name_with_quotes_stays_one_name() -> None:
    app = App(bot_app_id=APP.bot_app_id, host_name=APP.host_name, name='The "desk"')
    assert manifest(app)["name"]["short"] == 'The "desk"'

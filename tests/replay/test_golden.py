"""What orchestrations decided when their histories were recorded, they decide today."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from golden import HISTORIES, decided, orchestrators

JSON = dict[str, Any]

GOLDEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HISTORIES.glob("*.json"))}
GENERATIONS = [
    pytest.param(document["orchestrator"], generation, id=f"{name}-{number}")
    for name, document in GOLDEN.items()
    for number, generation in enumerate(document["generations"])
]


@pytest.mark.parametrize(("orchestrator", "generation"), GENERATIONS)
def test_a_recorded_history_is_decided_alike(orchestrator: str, generation: JSON) -> None:
    assert decided(orchestrator, json.dumps(generation["context"])) == generation["decided"]


@pytest.mark.parametrize(("orchestrator", "generation"), GENERATIONS)
def test_every_beginning_of_it_is_decided_as_the_beginning_was(orchestrator: str, generation: JSON) -> None:
    """Whatever moment a deployment falls into: the actions until then are the first of those recorded."""
    history = generation["context"]["history"]
    recorded = generation["decided"]["actions"][0]
    ends = [position for position, event in enumerate(history) if event["EventType"] == 13]
    for end in ends:
        context = {**generation["context"], "history": history[: end + 1]}
        actions = decided(orchestrator, json.dumps(context))["actions"][0]
        assert all(map(_same, actions, recorded)), f"at event {end}"


def _same(now: JSON, then: JSON) -> bool:
    """A timer is marked as cancelled only once it was."""
    return _without_cancelled(now) == _without_cancelled(then)


def _without_cancelled(action: JSON) -> JSON:
    plain = {name: value for name, value in copy.deepcopy(action).items() if name != "isCanceled"}
    if "compoundActions" in plain:
        plain["compoundActions"] = [_without_cancelled(each) for each in plain["compoundActions"]]
    return plain


def test_every_orchestration_that_places_calls_has_a_history() -> None:
    assert {document["orchestrator"] for document in GOLDEN.values()} == set(orchestrators())


def test_a_history_that_continued_as_new_is_among_them() -> None:
    assert any(len(document["generations"]) > 1 for document in GOLDEN.values())

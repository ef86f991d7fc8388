"""The JSON Schema says of a document's form what the loader says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bad_flows import FLOWS, GOOD
from jsonschema import Draft202012Validator

from flows import FlowErrors, load
from flows.problems import Problems
from flows.schema import flow_schema
from flows.source import Located, read_document

DEFINITIONS = sorted((Path(__file__).parents[3] / "flows" / "definitions").glob("*.yaml"))
VALIDATOR = Draft202012Validator(flow_schema())
# Rules about the form of one value, which a schema can say.
OF_FORM = {
    "wrong-schema",
    "unknown-key",
    "missing-key",
    "wrong-value",
    "bad-target",
    "too-many-nodes",
    "too-many-prompts",
    "record-without-consent",
    "unknown-kind",
    "unknown-outcome",
    "outcome-without-target",
}


def plain(source: Located) -> Any:
    if isinstance(source.value, dict):
        return {key: plain(each) for key, each in source.value.items()}
    return [plain(each) for each in source.value] if isinstance(source.value, list) else source.value


def valid(text: str) -> bool:
    return VALIDATOR.is_valid(plain(read_document(text, Problems("f.yaml"))))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(flow_schema())


@pytest.mark.parametrize(
    "path", [path for path in DEFINITIONS if path.name != "routes.yaml"], ids=lambda path: path.stem
)
def test_the_shipped_flows_are_valid(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(plain(read_document(path.read_text(encoding="utf-8"), Problems("f"))))) == []


@pytest.mark.parametrize(("rule", "text"), [case[:2] for case in FLOWS if case[0] in OF_FORM])
def test_a_document_of_a_wrong_form_is_not_valid(rule: str, text: str) -> None:
    assert not valid(text)


def test_what_the_loader_takes_is_valid() -> None:
    taken = 0
    for _, text, *_ in FLOWS:
        try:
            load(text, "f.yaml")
        except FlowErrors:
            continue
        taken += 1
        assert valid(text), text
    assert taken >= 12
    assert valid(GOOD)


def test_an_editor_is_told_which_keys_a_kind_has() -> None:
    menu = flow_schema()["$defs"]["menu"]
    assert {"prompts", "options", "maxNoInput", "on"} <= set(menu["properties"])
    assert menu["required"] == ["kind", "prompts", "options", "on"]
    assert menu["properties"]["options"]["description"]

"""What a call is pinned to, also when its flow cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connections.library import FlowLibrary
from flows import Flow
from prompts.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
INCOMING = json.loads((ROOT / "tests/contract/notifications/01_incoming_p2p.json").read_text("utf-8"))["value"][0]
ROUTES = "schema: 1\nroutes:\n  - {name: main, flow: front-desk, customer: northwind%s}\n"
FLOW = "schema: 1\nid: front-desk\nlocale: en-US\nstart: no\nnodes:\n  no: {kind: reject, reason: busy}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "routes.yaml").write_text(ROUTES % "", "utf-8")
    (tmp_path / "front-desk.yaml").write_text(FLOW, "utf-8")
    return tmp_path


def pin(folder: Path) -> dict:
    catalogue = Catalogue.load(ROOT / "prompts", "salt")
    return FlowLibrary(folder, catalogue, tone_reorder_ms=150).pin(INCOMING, "tenant")


def kinds(pinned: dict) -> list[str]:
    return [node.KIND for node in Flow.from_json(pinned["flow"]).nodes.values()]


def test_a_call_gets_the_flow_of_its_route(folder):
    pinned = pin(folder)
    assert (pinned["flow"]["id"], pinned["route"]["customer"]) == ("front-desk", "northwind")


def test_the_shipped_flow_is_pinned_with_the_key_and_length_of_each_prompt():
    pinned = pin(ROOT / "flows" / "definitions")
    assert pinned["flow"]["id"] == "small-business"
    assert all(prompt["key"] and prompt["ms"] > 500 for prompt in pinned["prompts"].values())


def test_a_call_whose_flow_is_invalid_goes_to_the_fallback_of_its_route(folder):
    (folder / "front-desk.yaml").write_text(FLOW.replace("reject", "rejekt"), "utf-8")
    (folder / "routes.yaml").write_text(ROUTES % ', fallback: {user: "0c1f5b00-5555-4a2b-9c3d-00000000a11c"}', "utf-8")
    pinned = pin(folder)
    assert "redirect" in kinds(pinned)
    assert pinned["route"]["customer"] == "northwind"


@pytest.mark.parametrize("broken", ["front-desk.yaml", "routes.yaml"])
@pytest.mark.parametrize("text", [None, "- nonsense\n", "a: [\n"])
def test_a_call_that_nothing_else_can_answer_hears_an_apology(folder, broken, text):
    if text is None:
        (folder / broken).unlink()
    else:
        (folder / broken).write_text(text, "utf-8")
    pinned = pin(folder)
    assert kinds(pinned) == ["answer", "hangup"]
    assert "apology" in pinned["prompts"]


def test_a_prompt_that_is_missing_does_not_leave_the_caller_in_silence(folder):
    text = FLOW.replace(
        "no: {kind: reject, reason: busy}", "no: {kind: answer, next: say}\n  say: {kind: hangup, prompts: nix}"
    )
    (folder / "front-desk.yaml").write_text(text, "utf-8")
    assert "apology" in pin(folder)["prompts"]

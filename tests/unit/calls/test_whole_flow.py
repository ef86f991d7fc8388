"""The shipped flow through the session: every way out of every node."""

from __future__ import annotations

from typing import Any

import pytest

from flows import Flow

# How a caller gets to each node: which key, at which prompt.
TO_NODE: dict[str, list[tuple[str, str]]] = {
    "greeting": [],
    "main-menu": [],
    "opening-hours": [("main-menu", "1")],
    "account-number": [("main-menu", "2")],
    "account-known": [("main-menu", "2"), ("enter-account", "1234")],
    "account-unknown": [("main-menu", "2"), ("enter-account", "9999")],
    "operator": [("main-menu", "0")],
    "operator-away": [("main-menu", "0")],
    "voicemail": [("main-menu", "3")],
    "voicemail-saved": [("main-menu", "3")],
    "voicemail-silent": [("main-menu", "3")],
    "too-many-tries": [("main-menu", "999"), ("no-match", "")],
    "goodbye": [("main-menu", "3")],
    "apology": [("main-menu", "1")],
}
# The prompt with which each node begins.
PROMPT_OF = {
    "operator": "transferring",
    "operator-away": "transfer-failed",
    "voicemail": "voicemail-consent",
    "voicemail-saved": "voicemail-thanks",
    "account-number": "enter-account",
}
PLAYS = ["greeting", "opening-hours", "account-known", "account-unknown", "voicemail-saved", "voicemail-silent"]


def on_the_way(ring: Any, node: str) -> Any:
    call = ring()
    for prompt, keys in TO_NODE[node]:
        if keys:
            call.on(prompt, press=keys)
    if node in ("operator-away",):
        call.transfer = (500, 7700)
    if node == "voicemail-silent":
        call.record = (9000, 8510)
    if node == "apology":
        call.on("opening-hours", fail=8536)
    return call


def prompt_of(node: str) -> str:
    return PROMPT_OF.get(node, node)


def every_call(ring: Any) -> dict[str, Any]:
    """One call for each way out of each node of the shipped flow."""
    calls: dict[str, Any] = {}

    def add(name: str, call: Any) -> Any:
        calls[name] = call
        return call

    for node in TO_NODE:
        add(f"{node} hangup", on_the_way(ring, node).on(prompt_of(node), hang_up=True))
        add(f"{node} failed", on_the_way(ring, node).on(prompt_of(node), fail=8536))
        add(f"{node} on", on_the_way(ring, node))
    for node in [*PLAYS, "too-many-tries"]:
        add(f"{node} interrupted", on_the_way(ring, node).on(prompt_of(node), press="1"))
    for code, subcode in ((480, 10076), (603, 0), (500, 7000), (0, 7015)):
        add(f"operator {subcode}", on_the_way(ring, "operator")).transfer = (code, subcode)
    add("repeat", ring().on("main-menu", press="*"))
    add("account silent", on_the_way(ring, "account-number").on("no-input", hang_up=True, after=100))
    add("account wrong", on_the_way(ring, "account-number").on("enter-account", press="12#345#6#"))
    add("never answered", ring()).answers["answer_call"] = [{"error": {"kind": "refused", "status": 403}}]
    gone = add("gone at once", ring())
    gone.answers["answer_call"] = [{"ok": {}}]
    gone.hang_up(200, 487, 0)
    return calls


@pytest.fixture(scope="module")
def calls(ring: Any) -> dict[str, Any]:
    return {name: call.run() for name, call in every_call(ring).items()}


def test_every_outcome_of_every_node_is_reached(calls: dict[str, Any], shipped: Flow) -> None:
    wanted = {(way.node, way.outcome) for way in shipped.outcomes()}
    reached = {pair for call in calls.values() for pair in call.outcomes}
    assert reached == wanted


def test_every_call_ends_with_one_record(calls: dict[str, Any]) -> None:
    for name, call in calls.items():
        assert call.session.ended, name
        assert call.activities.count("close_call") == 1, name
        assert call.activities[-1] == "close_call", name
        assert [entry["seq"] for entry in call.journal] == list(range(1, len(call.journal) + 1)), name


def test_no_key_and_no_number_is_written_down(calls: dict[str, Any]) -> None:
    for name, call in calls.items():
        written = str(call.journal) + str(call.summary) + str(call.statuses)
        assert "1234" not in written and "9999" not in written, name


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("greeting hangup", "hung_up"),
        ("operator 7015", "transferred"),
        ("voicemail on", "completed"),
        ("opening-hours failed", "failed"),
        ("never answered", "failed"),
        ("gone at once", "abandoned"),
    ],
)
def test_a_call_is_remembered_by_how_it_ended(calls: dict[str, Any], name: str, outcome: str) -> None:
    assert calls[name].summary["outcome"] == outcome


def test_what_the_caller_hears_is_what_the_flow_says(ring: Any) -> None:
    call = ring().on("main-menu", press="2").on("enter-account", press="1234#").on("main-menu", press="3").run()
    assert call.heard == [
        "greeting",
        "main-menu",
        "enter-account",
        "account-known",
        "main-menu",
        "voicemail-consent",
        "voicemail-thanks",
        "goodbye",
    ]
    assert call.summary["recordings"] == [
        {
            "n": 1,
            "node": "voicemail",
            "mode": "kept",
            "status": "saved",
            "operation_id": call.summary["recordings"][0]["operation_id"],
            "blob": "rec.wav",
            "sha256": "00",
            "bytes": 3,
            "reason": None,
        }
    ]

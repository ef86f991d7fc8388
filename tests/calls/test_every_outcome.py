"""Every way out of every node of a flow is taken by some whole call; the list of ways is made from the flow itself."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest
from callers import OPERATOR, Played, Step, finish, has_heard, hears, is_recorded, ring, speech, waits
from graph_schemas import problems_with_request

from cli.laptop import APP_FOLDER, Laptop, open_laptop
from clock import VirtualClock
from flows import Flow, load_file

SHIPPED = load_file(APP_FOLDER / "flows" / "definitions" / "small-business.yaml")

SPEAKS = is_recorded(say=speech(1.0))
TO_VOICEMAIL = hears("main-menu", press="3")
# How a caller gets to each node, the prompt it begins with, and how often something was played before that.
WAYS: dict[str, tuple[list[Step], str, int]] = {
    "greeting": ([], "greeting", 0),
    "main-menu": ([], "main-menu", 1),
    "opening-hours": ([hears("main-menu", press="1")], "opening-hours", 2),
    "account-number": ([hears("main-menu", press="2")], "enter-account", 2),
    "account-known": ([hears("main-menu", press="2"), hears("enter-account", press="1234")], "account-known", 3),
    "account-unknown": ([hears("main-menu", press="2"), hears("enter-account", press="9999")], "account-unknown", 3),
    "operator": ([hears("main-menu", press="0")], "transferring", 2),
    "operator-away": ([hears("main-menu", press="0")], "transfer-failed", 3),
    "voicemail": ([TO_VOICEMAIL], "voicemail-consent", 2),
    "voicemail-saved": ([TO_VOICEMAIL, SPEAKS], "voicemail-thanks", 3),
    "voicemail-silent": ([TO_VOICEMAIL], "voicemail-silent", 3),
    "too-many-tries": ([hears("main-menu", press="999", interval_ms=12_000)], "too-many-tries", 4),
    "goodbye": ([TO_VOICEMAIL, SPEAKS], "goodbye", 4),
    "apology": ([], "apology", 1),
}
INTERRUPTIBLE = ("greeting", "opening-hours", "account-known", "account-unknown", "voicemail-saved")
INTERRUPTIBLE += ("voicemail-silent", "too-many-tries")


class Exchange:
    """Rings a laptop's bot in many ways at once, and keeps the calls by name."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._call_ids: dict[str, str] = {}

    def ring(self, name: str, *script: Step, fail: str | None = None, skip: int = 0) -> None:
        """One call; `fail` refuses it a request (by action), after `skip` that went well."""
        call_id = self._call_ids[name] = ring(self._laptop, *script)
        if fail is not None:
            refusal = {"status": 400, "code": "8500"}
            self._laptop.simulator.fault({"operation": fail, "call_id": call_id}, refusal, skip=skip)

    def ring_through(self, node: str) -> None:
        """The calls for which one node is all that differs: it goes well, fails, and the caller leaves in it."""
        script, prompt, played_before = WAYS[node]
        if node == "apology":
            self.ring("apology", fail="playPrompt")
            self.ring("apology hangup", hears("apology", hang_up=True), fail="playPrompt")
            return
        self.ring(node, *script, has_heard(prompt, after=1, hang_up=True))
        self.ring(f"{node} hangup", *script, hears(prompt, hang_up=True))
        self.ring(f"{node} failed", *script, fail="playPrompt", skip=played_before)
        if node in INTERRUPTIBLE:
            self.ring(f"{node} interrupted", *script, hears(prompt, press="1"), waits(1, hang_up=True))

    async def played(self) -> dict[str, Played]:
        calls = await finish(self._laptop, *self._call_ids.values())
        return dict(zip(self._call_ids, calls, strict=True))


async def play_every_call() -> dict[str, Played]:
    async with open_laptop(VirtualClock()) as laptop:
        laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "declines"}})
        exchange = Exchange(laptop)
        for node in WAYS:
            exchange.ring_through(node)
        exchange.ring("silent to the end")
        exchange.ring("never answered", fail="answer")
        exchange.ring("gone before media", waits(0.1, hang_up=True))
        exchange.ring("the menu again", hears("main-menu", press="*"))
        exchange.ring("account number in silence", hears("main-menu", press="2"))
        exchange.ring("account number too short", hears("main-menu", press="2"), hears("enter-account", press="12#"))
        exchange.ring("no recording", TO_VOICEMAIL, fail="recordResponse")
        exchange.ring("leaves while recorded", TO_VOICEMAIL, is_recorded(after=2, hang_up=True))
        exchange.ring("no transfer", hears("main-menu", press="0"), fail="transfer")
        calls = await exchange.played()
        for why, result in {"no answer": [480, 10037], "declined": [603, 0]}.items():
            laptop.simulator.change_settings(results={"transfer_failed": result})
            exchange = Exchange(laptop)
            exchange.ring(why, hears("main-menu", press="0"))
            calls |= await exchange.played()
        laptop.simulator.change_settings(targets={})
        exchange = Exchange(laptop)
        exchange.ring("transferred", hears("main-menu", press="0"))
        return calls | await exchange.played()


@pytest.fixture(scope="module")
def calls() -> dict[str, Played]:
    return asyncio.run(play_every_call())


def wanted(flow: Flow) -> set[tuple[str, str]]:
    return {(way.node, way.outcome) for way in flow.outcomes()}


def test_every_outcome_of_every_node_of_the_shipped_flow_is_reached(calls: dict[str, Played]) -> None:
    reached = {pair for call in calls.values() for pair in call.outcomes}
    missing, stray = wanted(SHIPPED) - reached, reached - wanted(SHIPPED)
    assert (missing, stray) == (set(), set())


def test_every_way_leads_where_the_flow_says(calls: dict[str, Played]) -> None:
    targets = {(way.node, way.outcome): way.target for way in SHIPPED.outcomes()}
    for name, call in calls.items():
        for (node, outcome), entered in pairwise(call.walk):
            if outcome == "" or entered[1] != "":
                continue
            assert entered[0] == targets[node, outcome], f"{name}: {outcome} of {node} led to {entered[0]}"


@pytest.mark.parametrize(
    ("name", "outcome", "last_prompt"),
    [
        ("silent to the end", "completed", "goodbye"),
        ("greeting hangup", "hung_up", "greeting"),
        ("greeting failed", "failed", "apology"),
        ("transferred", "transferred", "transferring"),
        ("no transfer", "completed", "goodbye"),
        ("never answered", "failed", None),
        ("gone before media", "abandoned", None),
        ("leaves while recorded", "hung_up", "voicemail-consent"),
    ],
)
def test_a_call_is_remembered_by_how_it_ended(
    calls: dict[str, Played], name: str, outcome: str, last_prompt: str | None
) -> None:
    assert calls[name].record["outcome"] == outcome
    assert calls[name].heard[-1:] == ([last_prompt] if last_prompt else [])


def test_every_request_of_every_call_is_as_graph_documents_it(calls: dict[str, Played]) -> None:
    problems: list[str] = []
    for call in calls.values():
        for request in call.call.transcript.of("request"):
            path = request["path"].removeprefix("/v1.0").replace(call.call.id, "{call-id}")
            problems += [f"{path}: {each}" for each in problems_with_request(request["method"], path, request["body"])]
    assert problems == []


def test_no_record_holds_a_key_a_number_or_a_name(calls: dict[str, Played]) -> None:
    for name, call in calls.items():
        written = json.dumps([call.record, call.events])
        assert not any(secret in written for secret in ('"1234"', '"9999"', "Alice", "+4420")), name

"""Data that names a class to be built of it, which the Durable SDK would do if it were let: it stays data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from callers import clock_of, finish, hears, laptop_with_flows, play, ring

from cli.laptop import Laptop

TRAP = {"__class__": "Trap", "__module__": "traps", "__data__": {"armed": True}}
HOURS = [hears("main-menu", press="1"), hears("opening-hours", hang_up=True)]
WALK = ["pick-up", "greeting", "main-menu", "opening-hours"]
FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
variables: {trap: '%s'}
nodes:
  pick-up: {kind: answer, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""


@pytest.fixture(autouse=True)
def trap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Any]]:
    """What was built of the class that the trap names; the test fails unless that is nothing."""
    (tmp_path / "traps.py").write_text(
        "built = []\n\n\nclass Trap:\n    @staticmethod\n    def from_json(data):\n        built.append(data)\n"
        "        return Trap()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import traps  # pyright: ignore[reportMissingImports]

    traps.built.clear()
    yield traps.built
    assert traps.built == []


def test_the_trap_is_one_without_strict_typing(trap: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows would prove nothing if the SDK did not build classes at all."""
    from azure.functions import _durable_functions

    monkeypatch.delenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", raising=False)
    monkeypatch.setattr(_durable_functions, "_loose_codec_notice_emitted", True)  # it warns once
    json.loads(json.dumps(TRAP), object_hook=_durable_functions._deserialize_custom_object)
    assert trap == [{"armed": True}]
    trap.clear()


def hostile_items(call_id: str) -> Iterator[dict[str, Any]]:
    """Notifications of a live call that carry the trap wherever something is read."""
    call = f"/communications/calls/{call_id}"
    data = {"@odata.type": "#microsoft.graph.call", "id": call_id}
    for changed in (
        {"state": TRAP},
        {"state": "established", "mediaState": TRAP},
        {"state": "established", "resultInfo": TRAP},
        {"state": "established", "resultInfo": {"code": TRAP, "subcode": TRAP}},
        {"toneInfo": TRAP},
        {"toneInfo": {"sequenceId": TRAP, "tone": "tone1"}},
        {"toneInfo": {"sequenceId": 77, "tone": TRAP}},
        TRAP,
    ):
        yield {"changeType": "updated", "resourceUrl": call, "resourceData": {**data, **changed}}
    operation = {"@odata.type": "#microsoft.graph.playPromptOperation", "status": "completed"}
    for changed in ({"clientContext": TRAP}, {"id": TRAP}, {"status": TRAP}, {"resultInfo": TRAP}, TRAP):
        item = {**operation, "id": "00000000-0000-4000-8000-000000000000", **changed}
        yield {"changeType": "deleted", "resourceUrl": f"{call}/operations/{item['id']}", "resourceData": item}
    yield {"changeType": "updated", "resourceUrl": f"{call}/participants", "resourceData": [TRAP]}
    yield {"changeType": "updated", "resourceUrl": f"{call}/contentSharingSessions", "resourceData": [TRAP]}
    yield {"changeType": "updated", "resourceUrl": f"{call}/nothing-known", "resourceData": TRAP}
    yield {"changeType": TRAP, "resourceUrl": call, "resourceData": TRAP}
    yield {**TRAP, "changeType": "updated", "resourceUrl": call, "resourceData": data}


async def test_in_a_notification_it_harms_nothing(laptop: Laptop) -> None:
    call_id = ring(laptop, *HOURS)
    call = laptop.simulator.call(call_id)
    while call.state != "established":
        await clock_of(laptop).advance(0.1)
    token = laptop.simulator.tokens.webhook_token(laptop.simulator.settings.tenant_id)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as graph:
        for item in hostile_items(call_id):
            body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": [item]}
            answer = await graph.post(call.callback_url, json=body)
            assert answer.status_code == 202, item
    (played,) = await finish(laptop, call_id)
    assert played.record["nodes"] == WALK
    assert played.record["outcome"] == "hung_up"


async def test_in_the_announcement_of_a_call_it_harms_nothing(laptop: Laptop) -> None:
    """Nobody rang the simulator: the bot's answer finds no call."""
    settings = laptop.simulator.settings
    token = laptop.simulator.tokens.webhook_token(settings.tenant_id)
    call_id = "0c1f5b00-1111-4a2b-9c3d-00000000dead"
    item = {
        "changeType": "created",
        "resourceUrl": f"/communications/calls/{call_id}",
        "resourceData": {
            "@odata.type": "#microsoft.graph.call",
            "state": "incoming",
            "source": TRAP,
            "targets": [TRAP, {"identity": TRAP}],
            "requestedModalities": [TRAP],
            "callChainId": TRAP,
            "incomingContext": TRAP,
        },
    }
    body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": [item]}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as graph:
        assert (await graph.post(settings.bot_callback_url, json=body)).status_code == 202
    await laptop.run_until_over(call_id)
    record = await laptop.connections.records.get(laptop.instance_of(call_id))
    assert record is not None
    assert (record["outcome"], record["caller"]) == ("abandoned", "unknown")


async def test_in_a_response_of_graph_it_harms_nothing(laptop: Laptop) -> None:
    async def poison(response: httpx.Response) -> None:
        if response.url.path.startswith("/v1.0"):
            body = await response.aread()
            answer = json.loads(body) if body else {}
            response._content = json.dumps({**answer, "trap": TRAP, **TRAP, "resultInfo": TRAP}).encode()

    laptop.connections.http.event_hooks = {"response": [poison]}
    call = await play(laptop, *HOURS)
    assert call.record["nodes"] == WALK


async def test_in_an_error_of_graph_it_harms_nothing(laptop: Laptop) -> None:
    async def poison(response: httpx.Response) -> None:
        if response.url.path.endswith("/playPrompt"):
            await response.aread()
            response.status_code = 400
            response._content = json.dumps({"error": {"code": TRAP, "message": TRAP, "innerError": TRAP}}).encode()

    laptop.connections.http.event_hooks = {"response": [poison]}
    call = await play(laptop)
    assert call.record["outcome"] == "failed"
    assert call.requests[-1] == "hangUp"


async def test_in_a_variable_of_a_flow_it_is_a_text(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=FLOW % json.dumps(TRAP)) as laptop:
        call = await play(laptop)
    assert call.heard == ["goodbye"]


async def test_as_a_table_in_a_flow_it_is_refused(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=FLOW.replace("'%s'", json.dumps(TRAP))) as laptop:
        call = await play(laptop)
    assert call.heard == ["apology"]

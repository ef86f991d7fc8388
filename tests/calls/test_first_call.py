"""A whole call through everything: real webhook, real tokens, real orchestration, in virtual time."""

from __future__ import annotations

import httpx

from cli.laptop import DEVELOPMENT_KEY, Laptop

ALICE = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000a11c", "displayName": "Alice"}}


async def test_a_caller_hears_the_menu_asks_for_the_hours_and_hangs_up(laptop: Laptop):
    simulator, clock = laptop.simulator, laptop.clock
    call_id = simulator.ring(ALICE)
    await clock.advance(8)
    simulator.press(call_id, "1")
    await clock.advance(20)
    simulator.hang_up(call_id)
    await laptop.run_until_over(call_id)
    instance_id = laptop.instance_of(call_id)
    assert laptop.host.engine.status(instance_id)["runtimeStatus"] == "Completed"
    headers = {"x-development-key": DEVELOPMENT_KEY}
    async with httpx.AsyncClient(base_url=laptop.host.base_url, headers=headers) as operator:
        record = (await operator.get(f"/api/calls/{instance_id}")).json()
        events = (await operator.get(f"/api/calls/{instance_id}/events")).json()["events"]
    assert (record["outcome"], record["state"], record["customer"]) == ("hung_up", "ended", "northwind")
    assert record["nodes"][:4] == ["pick-up", "greeting", "main-menu", "opening-hours"]
    assert events[0]["what"] == "incoming"
    prompts = simulator.call(call_id).transcript.of("prompt")
    assert prompts[0]["heard_ms"] == prompts[0]["duration_ms"]  # the greeting, whole
    assert prompts[1]["heard_ms"] < prompts[1]["duration_ms"]  # the menu, cut short by the key
    assert len(prompts) >= 3

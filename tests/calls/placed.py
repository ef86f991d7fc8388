"""Calls that the bot places, from the request to the record."""

from __future__ import annotations

from typing import Any

import httpx
from callers import Played, check, clock_of, prompt_ids, settle

from cli.laptop import DEVELOPMENT_KEY, Laptop
from simulator.call import Call

JSON = dict[str, Any]

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
CAROL = "0c1f5b00-5555-4a2b-9c3d-00000000ca01"
LINE = "0c1f5b00-7777-4a2b-9c3d-0000000015f0"
TO_BOB: JSON = {"to": [{"user": BOB}]}


async def ask(laptop: Laptop, method: str, path: str, body: JSON | None = None) -> httpx.Response:
    """Ask the bot's own API as an operator."""
    headers = {"x-development-key": DEVELOPMENT_KEY}
    async with httpx.AsyncClient(base_url=laptop.host.base_url, headers=headers) as operator:
        return await operator.request(method, f"/api{path}", json=body)


async def place(laptop: Laptop, flow: str = "test", **request: Any) -> str:
    """Ask for a call; returns the id of its instance."""
    answer = await ask(laptop, "POST", "/calls", {"flow": flow, **request})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


async def control(laptop: Laptop, instance_id: str, action: str, **arguments: Any) -> None:
    """Ask something of a live call, and let it happen."""
    answer = await ask(laptop, "POST", f"/calls/{instance_id}/{action}", arguments)
    assert answer.status_code == 202, answer.text
    await settle(laptop)


def graph_calls(laptop: Laptop) -> list[Call]:
    """Graph's calls, oldest first."""
    return list(laptop.simulator.calls.values())


async def see(laptop: Laptop, instance_id: str) -> Played:
    """What is known of a placed call; `call` is the newest that Graph has."""
    records = laptop.connections.records
    return Played(
        call=graph_calls(laptop)[-1],
        instance_id=instance_id,
        record=await records.get(instance_id) or {},
        events=await records.events(instance_id),
        prompts=prompt_ids(laptop),
    )


async def over(laptop: Laptop, instance_id: str, *, limit_s: float = 3600.0) -> Played:
    """Let the call go on to its end; it is held to what must be true of any call."""
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id), limit_s=limit_s)
    await clock_of(laptop).advance(1)
    played = await see(laptop, instance_id)
    check(laptop, played)
    return played

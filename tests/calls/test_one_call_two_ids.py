"""Announcements that come twice, late, or under another id: never a second call where there is one, never none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from callers import ALICE, MOBILE, clock_of, hears, look, ring

from cli.laptop import Laptop


def in_chain(laptop: Laptop, chain_id: str, **birth: Any) -> str:
    """A call that is announced with this chain, as Graph does for one call under several ids."""
    opened = laptop.simulator.open

    def open_in_chain(born: Any) -> Any:
        call = opened(born)
        call.chain_id = chain_id
        return call

    laptop.simulator.open = open_in_chain  # type: ignore[method-assign]
    try:
        return ring(laptop, hears("greeting", after=30, hang_up=True), **birth)
    finally:
        del laptop.simulator.open


def instances(laptop: Laptop) -> set[str]:
    return {one.id for one in laptop.host.engine.instances() if one.id.startswith("call-")}


def requests_of(laptop: Laptop, call_id: str) -> int:
    return len(laptop.simulator.call(call_id).transcript.of("request"))


CHAIN = "0c1f5b00-9999-4a2b-9c3d-000000000001"


async def test_a_second_announcement_before_the_call_is_established_is_the_same_call(laptop: Laptop) -> None:
    laptop.simulator.change_settings(establishing_delay_s=5, media_delay_s=1)
    first = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(1)
    second = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(1)
    assert instances(laptop) == {laptop.instance_of(first)}
    assert laptop.simulator.transcript(second)[-1]["what"] == "notification"  # taken, and nothing done
    assert not [entry for entry in laptop.simulator.transcript(second) if entry["what"] == "request"]
    laptop.simulator.hang_up(first)
    await laptop.run_until_over(first)


@pytest.mark.parametrize("other", [{"caller": MOBILE}, {"to": {"phone": "+442079460999"}}, {"policy": True}])
async def test_another_caller_or_target_is_another_call(laptop: Laptop, other: Mapping[str, Any]) -> None:
    laptop.simulator.change_settings(establishing_delay_s=5)
    calls = [in_chain(laptop, CHAIN, caller=ALICE), in_chain(laptop, CHAIN, **{"caller": ALICE, **other})]
    await clock_of(laptop).advance(3)
    assert instances(laptop) == set(map(laptop.instance_of, calls))


async def test_another_chain_is_another_call(laptop: Laptop) -> None:
    laptop.simulator.change_settings(establishing_delay_s=5)
    calls = [in_chain(laptop, CHAIN), in_chain(laptop, CHAIN.replace("1", "2"))]
    await clock_of(laptop).advance(3)
    assert instances(laptop) == set(map(laptop.instance_of, calls))


async def test_once_the_call_is_established_it_is_another(laptop: Laptop) -> None:
    first = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(5)
    assert laptop.simulator.call(first).state == "established"
    second = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(5)
    assert instances(laptop) == {laptop.instance_of(first), laptop.instance_of(second)}


async def test_fifteen_seconds_later_it_is_another(laptop: Laptop) -> None:
    laptop.simulator.change_settings(establishing_delay_s=25)
    first = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(14.9)
    in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(0.05)
    assert instances(laptop) == {laptop.instance_of(first)}
    await clock_of(laptop).advance(0.1)
    third = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(0.1)
    assert instances(laptop) == {laptop.instance_of(first), laptop.instance_of(third)}


async def test_where_graph_does_not_know_the_older_id_the_newer_is_taken(laptop: Laptop) -> None:
    """comms-samples issue 322: the answer to the older one is a 404."""
    laptop.simulator.change_settings(unacknowledged_call_ends=False)
    laptop.simulator.fault({"operation": "answer"}, {"status": 404, "code": "8522"})
    laptop.simulator.fault({"operation": "redirect"}, {"status": 404, "code": "8522"})
    first = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(0.5)
    second = in_chain(laptop, CHAIN)
    await clock_of(laptop).advance(5)
    assert laptop.simulator.call(second).state == "established"
    assert laptop.instance_of(second) in instances(laptop)
    laptop.simulator.hang_up(second)
    await laptop.run_until_over(second)
    assert (await look(laptop, second)).record["outcome"] == "hung_up"
    assert first != second


async def test_an_announcement_after_the_end_starts_nothing(laptop: Laptop) -> None:
    """Once more at each of many moments, with the old message id and with new ones."""
    call_id = ring(laptop, hears("greeting", hang_up=True))
    await laptop.run_until_over(call_id)
    await clock_of(laptop).advance(1)
    announced, requests = laptop.simulator.call(call_id).transcript.of("notification")[0], requests_of(laptop, call_id)
    for round_ in range(100):
        await clock_of(laptop).advance(600)
        token = laptop.simulator.tokens.webhook_token(laptop.simulator.settings.tenant_id)
        headers = {"Authorization": f"Bearer {token}", "X-Microsoft-Skype-Message-ID": f"late-{round_ % 50}"}
        async with httpx.AsyncClient() as http:
            answer = await http.post(announced["url"], json=announced["body"], headers=headers)
        assert answer.status_code == 202
    await clock_of(laptop).advance(60)
    assert instances(laptop) == {laptop.instance_of(call_id)}
    assert requests_of(laptop, call_id) == requests

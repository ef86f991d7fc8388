"""Calls that are over though nobody said so: found by keepAlive, recorded, and nothing of them left running."""

from __future__ import annotations

import itertools
from pathlib import Path

from callers import clock_of, laptop_with_flows, look, ring, waits

CALLS = 50
WAITS = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: wait}
  wait: {kind: wait, for: 600s, next: wait}
"""


async def test_calls_whose_ends_were_never_told_are_closed_within_fifteen_minutes(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=WAITS) as laptop:
        laptop.simulator.fault({"notification": "ended"}, "drop", times=CALLS)
        calls = [ring(laptop, waits(60 + number, hang_up=True)) for number in range(CALLS)]
        await clock_of(laptop).advance(60 + CALLS)
        assert all(laptop.simulator.call(call).over for call in calls)
        assert not any(laptop.is_over(call) for call in calls)
        await clock_of(laptop).advance(15 * 60)
        assert all(laptop.is_over(call) for call in calls)
        played = [await look(laptop, call) for call in calls]
        assert {(one.record["state"], one.record["outcome"]) for one in played} == {("ended", "hung_up")}
        assert all(one.at("request", action="keepAlive", status=404) for one in played)
        assert [birth async for birth in laptop.connections.births.live()] == []


async def test_a_call_of_eight_hours_is_kept_alive_at_least_every_fifteen_minutes(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=WAITS) as laptop:
        library = laptop.connections.library
        pin = library.pin

        def for_longer(*given: object, **how: object) -> object:
            pinned = pin(*given, **how)  # type: ignore[arg-type]
            return {**pinned, "settings": {**pinned["settings"], "max_call_s": 9 * 3600}}

        library.pin = for_longer  # type: ignore[method-assign,assignment]
        call_id = ring(laptop, waits(8 * 3600, hang_up=True))
        await laptop.run_until_over(call_id, limit_s=9 * 3600)
        call = await look(laptop, call_id)
    (since,) = call.at("state", state="established", audio=None)
    kept = [since, *call.at("request", action="keepAlive", status=200), since + 8 * 3600 - 5]
    assert len(kept) >= 32
    assert max(later - earlier for earlier, later in itertools.pairwise(kept)) <= 900

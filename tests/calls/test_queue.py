"""Callers who wait for somebody: over the telephone's own clock, with real orchestrations."""

from __future__ import annotations

from pathlib import Path

from callers import finish, hears, laptop_with_flows, ring
from placing import BOB, behaves

FLOW = f"""
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {{kind: answer, next: queue}}
  queue:
    kind: queue
    to: [{{user: {BOB}}}]
    hold: hold
    positions: [queue-next, queue-second, queue-later]
    announce: queue-or-message
    timeout: 15s
    pause: 5s
    rounds: 2
    next: overflow
    on: {{failed: overflow, pressed: message}}
  overflow: {{kind: hangup, prompts: support-overflow}}
  message: {{kind: hangup, prompts: goodbye}}
"""


async def test_one_is_put_through_one_gives_up_and_one_waits_in_vain(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=FLOW) as laptop:
        behaves(laptop, BOB, "declines")
        first = ring(laptop)
        second = ring(laptop, hears("queue-or-message", press="5"))
        played = await finish(laptop, first, second)
        waited, gave_up = played
        behaves(laptop, BOB, "answers", hears("consultation-leg", press="1"))
        (through,) = await finish(laptop, ring(laptop))
    assert waited.heard[0] == "queue-next"
    assert waited.heard[-1] == "support-overflow"
    assert waited.heard.count("queue-or-message") == 2
    assert gave_up.heard[0] in ("queue-next", "queue-second")
    assert gave_up.heard[-1] == "goodbye"
    assert [each for call in played for each in call.outcomes if each[0] == "queue"] == [
        ("queue", "overflow"),
        ("queue", "pressed"),
    ]
    assert through.record["outcome"] == "transferred"
    assert through.heard[:2] == ["queue-next", "queue-or-message"]

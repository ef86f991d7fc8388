"""A value is said to a caller, out of prompts that are there already; nobody reads it in the record."""

from __future__ import annotations

from pathlib import Path

from callers import hears, laptop_with_flows, play

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
defaults: {onError: {next: sorry}}
nodes:
  pick-up: {kind: answer, next: ask}
  ask: {kind: collect, prompts: enter-account, into: account, max: 4, next: again, on: {tooMany: sorry}}
  again: {kind: say, value: account, as: digits, before: account-known, next: number}
  number: {kind: say, value: number(account), as: number, next: bye}
  bye: {kind: hangup}
  sorry: {kind: hangup}
"""


async def test_what_was_entered_is_said_as_digits_and_as_a_number(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=FLOW) as laptop:
        call = await play(laptop, hears("enter-account", press="2041"))
    assert call.heard == [
        *("enter-account", "account-known", "say-2", "say-0", "say-4", "say-1"),
        *("say-2", "say-thousand", "say-40", "say-1"),
    ]
    assert [each["prompt"] for each in call.events if each["what"] == "prompt"] == [
        *("enter-account", "account-known", "say:digits", "say:number"),
    ]
    assert "2041" not in str(call.events)

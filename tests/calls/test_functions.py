"""Flows that call the deployment's own functions, in whole calls: what is given, what is read, what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from callers import Played, hears, laptop_with_flows, play

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
defaults: {onError: {next: sorry}}
nodes:
  pick-up: {kind: answer, next: account}
  account:
    {kind: collect, SENSITIVE prompts: enter-account, into: account, max: 6, next: look-up, on: {tooMany: sorry}}
  look-up:
    kind: python
    function: FUNCTION
    give: {id: account}
    ACCEPTS
    timeout: 500ms
    hold: hold
    into: {known: known, echo: echo, deep: list.1.name}
    next: which
    on: {timeout: late}
  which: {kind: branch, cases: [{when: known and deep == 'b', next: known}], default: unknown}
  known: {kind: hangup, prompts: account-known}
  unknown: {kind: hangup, prompts: account-unknown}
  late: {kind: hangup, prompts: goodbye}
  sorry: {kind: hangup, prompts: apology, outcome: failed}
"""
FUNCTIONS = """
import asyncio, time

SEEN = []

async def look_up(given):
    SEEN.append(given)
    return {"known": given["id"] == "409173", "echo": "account " + str(given["id"]), "list": [{}, {"name": "b"}]}

def in_a_thread(given):
    return {"known": given["id"] == "409173", "list": [{}, {"name": "b"}]}

async def raises(given):
    raise RuntimeError(given["id"])

async def late(given):
    await asyncio.sleep(60)

FUNCTIONS = {
    "look-up": look_up, "in-a-thread": in_a_thread, "raises": raises, "late": late,
    "no-object": lambda given: [1], "no-json": lambda given: {"a": object()}, "long": lambda given: {"a": "x" * 70_000},
}
"""
DIGITS = "409173"


async def asked(folder: Path, function: str, *, sensitive: bool = False, file: str = FUNCTIONS) -> tuple[Played, str]:
    """A caller who enters an account, and the history of the call."""
    flow = FLOW.replace("FUNCTION", function).replace("SENSITIVE", "sensitive: true," if sensitive else "")
    flow = flow.replace("ACCEPTS", "accepts: sensitive" if sensitive else "")
    async with laptop_with_flows(folder, test=flow) as laptop:
        (folder / "functions.py").write_text(file, encoding="utf-8")
        call = await play(laptop, hears("enter-account", press=DIGITS))
        return call, str(laptop.host.engine.history(call.instance_id))


@pytest.mark.parametrize("function", ["look-up", "in-a-thread"])
async def test_what_a_function_returns_is_read(tmp_path: Path, function: str) -> None:
    call, _ = await asked(tmp_path, function)
    assert call.heard == ["enter-account", "hold", "account-known"]


async def test_a_function_that_accepts_secrets_gets_them_opened_and_an_echo_is_not_read(tmp_path: Path) -> None:
    call, history = await asked(tmp_path, "look-up", sensitive=True)
    assert call.heard[-1] == "account-known"
    assert DIGITS not in history
    assert DIGITS not in str(call.events)


@pytest.mark.parametrize(
    ("function", "reason", "heard"),
    [
        ("raises", "RuntimeError", "apology"),
        ("late", "timeout", "goodbye"),
        ("no-object", "noObject", "apology"),
        ("no-json", "TypeError", "apology"),
        ("long", "tooLong", "apology"),
        ("missing", "noFunction", "apology"),
    ],
)
async def test_whatever_goes_wrong_the_call_goes_on(tmp_path: Path, function: str, reason: str, heard: str) -> None:
    call, _ = await asked(tmp_path, function)
    assert call.heard[-1] == heard
    (entry,) = [each for each in call.events if each["what"] == "fetched"]
    assert entry["reason"] == reason


async def test_a_file_that_cannot_be_read_is_a_failure_of_the_node(tmp_path: Path) -> None:
    call, _ = await asked(tmp_path, "look-up", file="this is no Python")
    assert call.heard[-1] == "apology"

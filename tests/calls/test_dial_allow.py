"""A flow sends nobody on to a telephone that DIAL_ALLOW does not list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from callers import MOBILE, Played, laptop_with_flows, play

LINE = "+442079460000"
HEAD = "schema: 1\nid: test\nlocale: en-US\n"
ANSWER = "start: pick-up\nnodes:\n  pick-up: {kind: answer, next: on}\n"
BYE = "  bye: {kind: hangup, prompts: goodbye}\n"
SEND = "{kind: transfer, target: {phone: '" + LINE + "'}, on: {failed: bye}"
DIAL = "{kind: dial, number: \"'" + LINE + "'\", allow: ['+44'], on: {failed: bye, notAllowed: bye}"
FLOWS = {
    "transfer": f"{HEAD}{ANSWER}  on: {SEND}}}\n{BYE}",
    "consult": f"{HEAD}{ANSWER}  on: {SEND}, consult: true, hold: greeting}}\n{BYE}",
    "dial": f"{HEAD}{ANSWER}  on: {DIAL}}}\n{BYE}",
    "redirect": f"{HEAD}start: on\nnodes:\n  on: {{kind: redirect, to: [{{phone: '{LINE}'}}]}}\n",
}
ACTS = {"transfer": "transfer", "consult": "createCall", "dial": "transfer", "redirect": "redirect"}


async def played(folder: Path, kind: str, allow: str) -> tuple[Played, list[str]]:
    """The call, and whom the bot called besides."""
    setting = {"DIAL_ALLOW": allow} if allow else {}
    async with laptop_with_flows(folder, settings=setting, test=FLOWS[kind]) as laptop:
        call = await play(laptop, caller=MOBILE)
        called = [
            each.birth.called.id for each in laptop.simulator.calls.values() if each.birth.direction == "outgoing"
        ]
    return call, called


def refusals(call: Played) -> list[Any]:
    return [each["reason"] for each in call.events if each["what"] == "error"]


@pytest.mark.parametrize("allow", ["", "+1,+4430"])
@pytest.mark.parametrize("kind", sorted(FLOWS))
async def test_a_number_that_is_not_listed_is_not_dialled_and_the_record_names_the_setting(
    tmp_path: Path, kind: str, allow: str
) -> None:
    call, called = await played(tmp_path, kind, allow)
    assert ACTS[kind] not in call.requests
    assert called == []
    assert refusals(call) == ["DIAL_ALLOW"]
    assert LINE not in str(call.events)
    if kind != "redirect":
        assert call.heard[-1] == "goodbye"


@pytest.mark.parametrize("kind", sorted(FLOWS))
async def test_a_number_that_is_listed_is_dialled(tmp_path: Path, kind: str) -> None:
    call, called = await played(tmp_path, kind, "+1,+4420")
    assert refusals(call) == []
    assert called == [LINE] if kind == "consult" else ACTS[kind] in call.requests

"""Each activity of a call raising in turn, whatever it is: the call is ended and recorded, not only its instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from callers import finish, hears, laptop_with_flows, ring

from localhost.worker import InProcessWorker

SOMEBODY = "{user: 0c1f5b00-5555-4a2b-9c3d-00000000b0b0}"
HEAD = "schema: 1\nid: test\nlocale: en-US\nstart: first\ndefaults: {onError: {next: bye}}\nnodes:\n"
ANSWER = "  first: {kind: answer, next: then}\n"
BYE = "  bye: {kind: hangup, prompts: goodbye}\n"
MENU = "  then: {kind: menu, prompts: main-menu, options: {1: bye}, on: {tooMany: bye}}\n"
NODES = {
    "pin_flow": ANSWER + MENU,
    "answer_call": ANSWER + MENU,
    "subscribe_to_tone": ANSWER + MENU,
    "play_prompt": ANSWER + MENU,
    "cancel_media_processing": ANSWER + MENU,
    "record_response": ANSWER + "  then: {kind: record, consent: voicemail-consent, next: bye}\n",
    "transfer_call": ANSWER + f"  then: {{kind: transfer, target: {SOMEBODY}}}\n",
    "keep_alive": ANSWER + "  then: {kind: stay, atMost: 1h, next: bye, on: {timeout: bye}}\n",
    "reject_call": "  first: {kind: reject, reason: busy}\n",
    "redirect_call": f"  first: {{kind: redirect, to: [{SOMEBODY}]}}\n",
}


@pytest.mark.parametrize("activity", NODES)
async def test_an_activity_that_raises_ends_its_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, activity: str
) -> None:
    run, raised = InProcessWorker._call, []

    async def invoke(self: InProcessWorker, function: Any, arguments: dict[str, Any]) -> Any:
        if function.name == activity:
            raised.append(activity)
            raise RuntimeError("a fault of ours")
        return await run(self, function, arguments)

    async with laptop_with_flows(tmp_path, test=HEAD + NODES[activity] + BYE) as laptop:
        monkeypatch.setattr(InProcessWorker, "_call", invoke)
        (call,) = await finish(laptop, ring(laptop, hears("main-menu", press="1")))
    assert raised
    assert (call.record["outcome"], call.record["reason"]) == ("failed", f"{activity} failed")
    assert call.call.transcript.of("request")[-1]["method"] == "DELETE"

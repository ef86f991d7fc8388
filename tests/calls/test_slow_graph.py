"""A Graph that takes its time, in virtual time: what comes late is waited for, what never comes is given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from callers import clock_of, finish, laptop_with_flows, ring

from cli.laptop import Laptop

FLOW = """\
schema: 1
id: test
locale: en-US
start: on
nodes:
  on: {kind: answer, next: hello}
  hello: {kind: play, prompts: [greeting], next: bye}
  bye: {kind: hangup}
"""


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Laptop]:
    async with laptop_with_flows(tmp_path, test=FLOW) as laptop:
        yield laptop


async def test_a_prompt_that_graph_takes_on_late_is_heard_late(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "playPrompt"}, {"delay": 3})
    (call,) = await finish(laptop, ring(laptop))
    assert call.heard == ["greeting"]
    up = next(entry["at"] for entry in call.call.transcript.of("state") if entry["audio"] == "active")
    (prompt,) = call.call.transcript.of("prompt")
    assert 3 <= prompt["at"] - up < 4


@pytest.mark.parametrize("word", ["drop", "time_out_after_acting"])
async def test_an_answer_that_never_comes_is_given_up_in_the_calls_own_time(laptop: Laptop, word: str) -> None:
    laptop.simulator.fault({"operation": "hangUp"}, word)
    start = clock_of(laptop).now()
    (call,) = await finish(laptop, ring(laptop))
    assert call.heard == ["greeting"]
    assert call.call.over
    assert clock_of(laptop).now() - start < 120

"""A caller is put through only to somebody who said yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from callers import Played, clock_of, hears, laptop_with_flows, play, ring, waits
from placing import BOB, behaves, finish_placed

from cli.laptop import Laptop
from inbox.delivery import Delivery
from storage import StorageUnavailable

FLOW = f"""
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {{kind: answer, next: ask-bob}}
  ask-bob:
    kind: transfer
    target: {{user: {BOB}}}
    consult: true
    hold: [hold]
    timeout: 30s
    on: {{noAnswer: nobody, declined: nobody, failed: sorry}}
  nobody: {{kind: hangup, prompts: transfer-failed}}
  sorry: {{kind: hangup, prompts: apology}}
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Laptop]:
    async with laptop_with_flows(tmp_path, test=FLOW) as laptop:
        yield laptop


async def consult(laptop: Laptop, *script: Any) -> tuple[Played, dict[str, Any]]:
    """A caller whose transfer is asked for first: their call, and what came of the asking."""
    caller = await play(laptop, *script)
    (instance,) = laptop.host.engine.instances(prefix="consultation-")
    return caller, (await finish_placed(laptop, instance.id)).output


async def test_who_presses_1_gets_the_caller(desk: Laptop) -> None:
    behaves(desk, BOB, "answers", hears("consultation-leg", press="1"))
    caller, asked = await consult(desk)
    assert asked["outcome"] == "accepted"
    assert caller.record["outcome"] == "transferred"
    assert caller.heard[0] == "hold"
    (record,) = [each for each in await records(desk) if each["parent"]]
    assert (record["outcome"], record["direction"]) == ("moved", "outgoing")
    (leg,) = [call for call in desk.simulator.calls.values() if call is not caller.call]
    (transfer,) = caller.call.transcript.of("request")[-1:]
    assert transfer["action"] == "transfer"
    assert leg.transcript.of("prompt")


@pytest.mark.parametrize(
    ("script", "outcome", "heard"),
    [
        ([hears("consultation-leg", press="2")], "declined", "transfer-failed"),
        ([hears("consultation-leg", hang_up=True)], "declined", "transfer-failed"),
        ([], "no_answer", "transfer-failed"),  # a machine, perhaps: nobody presses a key
    ],
)
async def test_who_does_not_press_1_does_not_get_the_caller(
    desk: Laptop, script: list[dict[str, Any]], outcome: str, heard: str
) -> None:
    behaves(desk, BOB, "answers", *script)
    caller, asked = await consult(desk)
    assert asked["outcome"] == outcome
    assert caller.heard[-1] == heard
    assert caller.record["outcome"] == "completed"
    assert "transfer" not in caller.requests


@pytest.mark.parametrize(
    ("behaviour", "outcome"), [("declines", "declined"), ("busy", "busy"), ("no_answer", "no_answer")]
)
async def test_a_caller_whose_target_cannot_be_asked_comes_back(desk: Laptop, behaviour: str, outcome: str) -> None:
    behaves(desk, BOB, behaviour)
    caller, asked = await consult(desk)
    assert asked["outcome"] == outcome
    assert caller.heard[-1] == "transfer-failed"


async def test_a_target_whom_graph_will_not_call_costs_the_caller_an_apology_only(desk: Laptop) -> None:
    desk.simulator.fault({"operation": "createCall"}, {"status": 403, "code": "7505"})
    caller, asked = await consult(desk)
    assert asked["outcome"] == "failed"
    assert caller.heard[-1] == "apology"


@pytest.mark.parametrize("after", [1.0, 4.0, 8.0])
async def test_a_caller_who_hangs_up_meanwhile_leaves_nobody_listening_to_nothing(desk: Laptop, after: float) -> None:
    """While it is being set up, while it rings, while the target is being asked."""
    behaves(desk, BOB, "answers", hears("consultation-leg", after=6, press="1"), after_s=4)
    caller, asked = await consult(desk, waits(after, hang_up=True))
    assert caller.record["outcome"] == "hung_up"
    assert asked["outcome"] == "abandoned"


async def test_a_caller_who_leaves_the_moment_the_target_accepts_is_not_missed_for_long(desk: Laptop) -> None:
    behaves(desk, BOB, "answers", hears("consultation-leg", press="1"))
    call_id = ring(desk)
    leg_id = await _leg(desk, call_id)
    transcript = desk.simulator.call(leg_id).transcript
    await clock_of(desk).run_until(lambda: bool(transcript.of("tone")), limit_s=60)
    desk.simulator.hang_up(call_id)
    (instance,) = desk.host.engine.instances(prefix="consultation-")
    began = desk.clock.now()
    await clock_of(desk).run_until(lambda: desk.simulator.call(leg_id).over, limit_s=60)
    assert desk.clock.now() - began < 10
    await finish_placed(desk, instance.id)


async def records(laptop: Laptop) -> list[dict[str, Any]]:
    """Every call that was recorded."""
    return [each for each in (await laptop.connections.records.list()).calls if "parent" in each]


async def _leg(laptop: Laptop, caller: str) -> str:
    calls = laptop.simulator.calls
    await clock_of(laptop).run_until(lambda: len(calls) == 2, limit_s=60)
    return next(id for id in calls if laptop.simulator.call(id) is not laptop.simulator.call(caller))


async def test_a_word_to_the_caller_that_may_have_been_heard_is_no_sign_that_they_left(
    desk: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored, and storage does not say so for longer than it is tried."""
    tell = Delivery.tell

    async def told(self: Delivery, instance_id: str, digest: dict[str, Any], identity: str) -> bool:
        heard = await tell(self, instance_id, digest, identity)
        if digest["kind"] == "consultation":
            raise StorageUnavailable("the answer was lost")
        return heard

    monkeypatch.setattr(Delivery, "tell", told)
    behaves(desk, BOB, "answers", hears("consultation-leg", press="2"))
    caller, asked = await consult(desk)
    assert asked["outcome"] == "declined"
    assert caller.heard[-1] == "transfer-failed"

"""Node kinds and ways that the shipped flow does without, in flows of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from callers import MOBILE, OPERATOR, Played, finish, has_heard, hears, laptop_with_flows, play, ring, waits

from cli.laptop import Laptop
from flows import load

DECLINING = f"""
schema: 1
id: test
locale: en-US
start: known
nodes:
  known:
    kind: branch
    cases: [{{when: caller == 'phone', next: elsewhere}}]
    default: busy
  elsewhere: {{kind: redirect, to: [{{user: {OPERATOR}}}], timeout: 20s, on: {{failed: busy}}}}
  busy: {{kind: reject, reason: busy, on: {{failed: sorry}}}}
  sorry: {{kind: answer, next: bye, on: {{failed: bye}}}}
  bye: {{kind: hangup, prompts: goodbye}}
"""
ASKING = """
schema: 1
id: test
locale: en-US
start: pick-up
variables: {tries: 0, left: false}
defaults:
  firstDigitTimeout: 3s
  interDigitTimeout: 1s
  bargeIn: true
  onHangup: {next: note}
nodes:
  pick-up: {kind: answer, next: count}
  count: {kind: set, values: {tries: tries + 1}, next: enough}
  enough:
    kind: branch
    cases: [{when: tries > 2, next: bye, label: enough}]
    default: number
  number:
    kind: collect
    prompts: enter-account
    into: number
    min: 2
    max: 6
    terminators: "#"
    next: count
    on: {noInput: silent, noMatch: count, tooMany: bye}
  silent: {kind: play, prompts: no-input, bargeIn: false, next: count}
  bye: {kind: hangup}
  note: {kind: set, values: {left: 'true'}, next: last}
  last: {kind: branch, cases: [{when: left, next: bye, label: noted}], default: bye}
"""


async def declined(laptop: Laptop, *, refuse: tuple[str, ...] = (), late: bool = False, **birth: object) -> Played:
    """A call of which these requests are refused; or one whose caller has left before the bot hears of it."""
    if late:
        laptop.simulator.fault({"notification": "incoming"}, {"delay": 2})
    call_id = ring(laptop, *([waits(1, hang_up=True)] if late else []), **birth)  # type: ignore[arg-type]
    for action in refuse:
        laptop.simulator.fault({"operation": action, "call_id": call_id}, {"status": 400, "code": "8585"})
    (played,) = await finish(laptop, call_id)
    return played


async def test_every_way_to_decline_a_call_is_taken(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=DECLINING) as laptop:
        calls = [
            await declined(laptop),
            await declined(laptop, late=True),
            await declined(laptop, refuse=("reject",)),
            await declined(laptop, refuse=("reject", "answer")),
            await declined(laptop, caller=MOBILE),
            await declined(laptop, caller=MOBILE, late=True),
            await declined(laptop, caller=MOBILE, refuse=("redirect",)),
        ]
        calls.append(await play(laptop, waits(3, hang_up=True)))
        refused = ring(laptop, hears("goodbye", hang_up=True))
        laptop.simulator.fault({"operation": "reject", "call_id": refused}, {"status": 400, "code": "8585"})
        calls += await finish(laptop, refused)
        left = ring(laptop, waits(0.1, hang_up=True))
        laptop.simulator.fault({"operation": "reject", "call_id": left}, {"status": 400, "code": "8585"})
        calls += await finish(laptop, left)
    reached = {pair for call in calls for pair in call.outcomes}
    wanted = {(way.node, way.outcome) for way in load(DECLINING, "test").outcomes()}
    assert wanted - reached == set()
    assert calls[0].record["outcome"] == "rejected"
    assert calls[4].record["outcome"] == "redirected"
    assert calls[1].record["outcome"] == calls[5].record["outcome"] == "abandoned"


@pytest.mark.parametrize(
    ("behaves", "state"), [("answers", "ended"), ("declines", "ended"), ("busy", "ended"), ("no_answer", "ended")]
)
async def test_a_redirect_is_the_end_of_the_call_for_us_however_it_goes(
    tmp_path: Path, behaves: str, state: str
) -> None:
    async with laptop_with_flows(tmp_path, test=DECLINING) as laptop:
        laptop.simulator.change_settings(targets={OPERATOR: {"outcome": behaves}})
        call = await play(laptop, caller=MOBILE)
    assert (call.record["outcome"], call.record["state"]) == ("redirected", state)
    assert call.requests == ["redirect"]


@pytest.mark.parametrize("bare", [True, False])
async def test_a_rejection_is_known_by_its_end_with_or_without_a_result(tmp_path: Path, bare: bool) -> None:
    async with laptop_with_flows(tmp_path, test=DECLINING) as laptop:
        laptop.simulator.change_settings(reject_notification_bare=bare)
        call = await play(laptop)
    assert (call.record["outcome"], call.requests) == ("rejected", ["reject"])


async def test_every_way_to_ask_for_a_number_is_taken(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=ASKING) as laptop:
        calls = [
            await play(laptop, hears("enter-account", press="12#"), has_heard("enter-account", after=0.5, press="345")),
            await play(laptop, hears("enter-account", press="1#")),
            await play(laptop),
            await play(laptop, hears("enter-account", hang_up=True)),
            await play(laptop, hears("no-input", hang_up=True)),
            await play(laptop, waits(0.1, hang_up=True)),
        ]
        for action, skip in (("answer", 0), ("playPrompt", 0), ("playPrompt", 1)):
            call_id = ring(laptop)
            refusal = {"status": 400, "code": "8500"}
            laptop.simulator.fault({"operation": action, "call_id": call_id}, refusal, skip=skip)
            calls += await finish(laptop, call_id)
    reached = {pair for call in calls for pair in call.outcomes}
    # noInput leads away at once, so that nobody is silent too often; `last` finds `left` set, always.
    never = {("number", "tooMany"), ("last", "default")}
    wanted = {(way.node, way.outcome) for way in load(ASKING, "test").outcomes()}
    assert wanted - reached == never

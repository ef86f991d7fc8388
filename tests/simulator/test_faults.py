"""Things that go wrong on purpose."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from simulator.faults import FaultRefused, Faults


async def test_a_request_is_refused_as_often_as_asked(bot, simulator):
    call_id = await bot.up()
    fail = {"status": 503, "code": "ServiceUnavailable", "retry_after": 1}
    simulator.fault({"operation": "playPrompt"}, fail, times=2)
    for _ in range(2):
        status, problem, headers = await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
        assert (status, problem["error"]["code"], headers["Retry-After"]) == (503, "ServiceUnavailable", "1")
    assert (await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")]))[0] == 200
    assert len(simulator.call(call_id).transcript.of("prompt")) <= 1
    assert [entry["fault"] for entry in simulator.call(call_id).transcript.of("fault")] == ["status 503"] * 2


@pytest.mark.parametrize(("more", "said"), [({}, "2.128"), ({"as_date": True}, "Mon, 05 Jan 2026 09:00:0")])
async def test_when_to_come_again_is_said_as_a_fraction_or_as_a_date(bot, simulator, more, said):
    call_id = await bot.up()
    simulator.fault({"operation": "keepAlive"}, {"status": 429, "retry_after": 2.128, **more})
    _, _, headers = await bot.act(call_id, "keepAlive")
    assert headers["Retry-After"].startswith(said)


async def test_the_first_matches_may_be_spared(bot, simulator):
    call_id = await bot.up()
    simulator.fault({"operation": "keepAlive", "call_id": call_id}, {"status": 429}, skip=2)
    assert [(await bot.act(call_id, "keepAlive"))[0] for _ in range(4)] == [200, 200, 429, 200]


@pytest.mark.parametrize(
    ("word", "acted"), [("drop", 0), ("reset", 0), ("reset_after_acting", 1), ("time_out_after_acting", 1)]
)
async def test_an_answer_that_never_comes_leaves_the_outcome_open(bot, simulator, word, acted):
    call_id = await bot.up()
    simulator.fault({"operation": "playPrompt"}, word)
    bot._http._timeout = aiohttp.ClientTimeout(total=0.05)
    error = aiohttp.ServerDisconnectedError if "reset" in word else TimeoutError
    with pytest.raises(error):
        await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")], clientContext="once")
    await bot.clock.advance(5)
    assert len(bot.operations(call_id)) == acted
    assert len(simulator.call(call_id).transcript.of("prompt")) == acted


async def test_any_notification_is_no_request_and_the_other_way_round(bot, simulator):
    call_id = await bot.up()
    requests, notifications = simulator.faults.for_request, simulator.faults.for_notification
    simulator.fault({"notification": "*"}, "drop")
    assert requests("playPrompt", call_id) is None
    assert notifications("tone", "tone1", call_id).word == "drop"
    simulator.fault({"operation": "*"}, "reset")
    assert notifications("tone", "tone1", call_id) is None
    assert requests("token", None).word == "reset"


async def test_closing_lets_go_of_whoever_still_waits(bot, simulator):
    call_id = await bot.up()
    simulator.fault({"operation": "keepAlive"}, "drop")
    asked = asyncio.Event()
    simulator.watchers.append(lambda _, entry: asked.set() if entry["what"] == "fault" else None)
    waiting = asyncio.ensure_future(bot.act(call_id, "keepAlive"))
    await asked.wait()
    await simulator.close()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await waiting


async def test_an_answer_may_come_late_in_virtual_time(bot, simulator, clock):
    call_id = await bot.up()
    simulator.fault({"operation": "playPrompt"}, {"delay": 5})
    start = clock.now()
    asked = asyncio.ensure_future(
        bot.ask("POST", f"{call_id}/playPrompt", {"prompts": [bot.prompt("hello")]}, signed=True)
    )
    await clock.run_until(asked.done)
    assert (await asked)[0] == 200
    assert clock.now() - start == pytest.approx(5)
    (request,) = [one for one in simulator.call(call_id).transcript.of("request") if one["action"] == "playPrompt"]
    assert request["at"] - start == pytest.approx(5)


async def test_a_request_may_be_acted_on_twice(bot, simulator):
    call_id = await bot.up()
    simulator.fault({"operation": "playPrompt"}, "duplicate")
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    await bot.until(lambda: len(bot.operations(call_id)) == 2)


async def test_a_notification_may_be_lost(bot, simulator, clock):
    simulator.fault({"notification": "call", "state": "establishing"}, "drop")
    call_id = await bot.up()
    assert bot.states(call_id) == ["incoming", "established", "established"]
    simulator.fault({"notification": "ended"}, "drop")
    simulator.hang_up(call_id)
    await clock.advance(60)
    assert bot.ended(call_id) is None


async def test_a_notification_may_come_twice_or_late(bot, simulator, clock):
    call_id = await bot.up()
    simulator.fault({"notification": "tone", "state": "tone2"}, "duplicate")
    simulator.fault({"notification": "tone", "state": "tone3"}, {"delay": 1.0})
    start = clock.now()
    simulator.press(call_id, "1234", interval_ms=100)
    await bot.until(lambda: len(bot.tones(call_id)) == 5)
    assert [number for number, _ in bot.tones(call_id)] == [1, 2, 2, 3, 4]
    assert clock.now() - start == pytest.approx(1.2)


async def test_a_notification_may_be_passed(bot, simulator):
    simulator.fault({"notification": "call", "state": "establishing"}, "reorder")
    simulator.change_settings(establishing_delay_s=0.0, established_delay_s=0.01)
    call_id = await bot.up()
    assert bot.states(call_id)[:3] == ["incoming", "established", "establishing"]


async def test_an_incoming_call_whose_notification_is_lost_is_over(bot, simulator):
    simulator.fault({"notification": "incoming"}, "drop")
    call_id = simulator.ring()
    await bot.until(lambda: simulator.call(call_id).over)
    assert bot.states(call_id) == ["terminated"]


async def test_recordings_keys_and_tokens_fail_too(bot, simulator):
    simulator.fault({"operation": "keys"}, {"status": 500})
    simulator.fault({"operation": "*"}, {"status": 502}, times=1)
    assert (await bot.get(f"{bot.addresses.base_url}/.well-known/keys"))[0] == 500
    assert (await bot.get(f"{bot.addresses.base_url}/recordings/x"))[0] == 502
    assert (await bot.get(f"{bot.addresses.base_url}/recordings/x"))[0] == 404


def test_the_same_seed_hits_the_same_matches():
    def hits(seed):
        faults = Faults(seed)
        faults.add({"match": {"notification": "*"}, "fail": "drop", "times": 1000, "probability": 0.3})
        return [faults.for_notification("tone", None, "c") is not None for _ in range(200)]

    assert hits(1) == hits(1) != hits(2)
    assert 30 < sum(hits(1)) < 90


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"match": {}, "fail": "drop"},
        {"match": {"operation": "x", "notification": "y"}, "fail": "drop"},
        {"match": {"operation": "x", "color": "y"}, "fail": "drop"},
        {"match": {"operation": "x"}, "fail": "reorder"},
        {"match": {"operation": "x"}, "fail": {"status": "many"}},
        {"match": {"notification": "x"}, "fail": {"status": 500}},
        {"match": {"notification": "x"}, "fail": "reset"},
        {"match": {"operation": "x"}, "fail": "drop", "times": -1},
        {"match": {"operation": "x"}, "fail": "drop", "often": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(spec):
    with pytest.raises(FaultRefused):
        Faults(1).add(spec)

"""Looking at a call, keeping it, ending it."""

from __future__ import annotations

import pytest


async def test_a_call_that_nobody_keeps_alive_lapses_after_45_minutes(bot, clock):
    call_id = await bot.up()
    answered = next(e["at"] for e in bot.simulator.transcript(call_id) if e.get("why") == "answered")
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (408, 8537)
    assert clock.now() - answered == pytest.approx(45 * 60)


async def test_keeping_alive_every_quarter_of_an_hour_keeps_it(bot, clock):
    call_id = await bot.up()
    for _ in range(8):
        await clock.advance(15 * 60)
        assert (await bot.act(call_id, "keepAlive"))[:2] == (200, None)
    assert bot.ended(call_id) is None
    await clock.advance(45 * 60)
    status, problem, _ = await bot.act(call_id, "keepAlive")
    assert (status, problem["error"]["code"]) == (404, "8522")


@pytest.mark.parametrize("settings", [{"max_call_s": 600}])
async def test_a_longest_call_is_a_setting(bot, clock):
    call_id = await bot.up()
    await clock.advance(601)
    assert bot.result(call_id) == (500, 560500)


async def test_hanging_up_says_terminating_then_terminated(bot):
    call_id = await bot.up()
    assert (await bot.ask("DELETE", call_id))[:2] == (204, None)
    assert (await bot.ask("DELETE", call_id))[0] == 404
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.states(call_id)[-2:] == ["terminating", "terminated"]
    assert bot.result(call_id) == (200, 7000)
    for method, path in (("GET", call_id), ("DELETE", call_id), ("POST", f"{call_id}/keepAlive")):
        assert (await bot.ask(method, path))[0] == 404


async def test_hanging_up_while_it_is_being_answered_leads_nowhere_else(bot, clock):
    call_id = bot.simulator.ring()
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    await bot.answer(call_id)
    await bot.ask("DELETE", call_id)
    await clock.advance(60)
    assert bot.states(call_id) == ["incoming", "terminating", "terminated"]


@pytest.mark.parametrize(
    ("caller", "result", "sender"),
    [
        ({"user": "a"}, (200, 4521), "user"),
        ({"phone": "+441"}, (200, 540000), None),
        ({"guest": "g"}, (200, 4521), "guest"),
    ],
)
async def test_each_caller_hangs_up_in_their_own_way(bot, caller, result, sender):
    call_id = await bot.up(caller)
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == result
    assert bot.ended(call_id)["callChainId"] == bot.simulator.call(call_id).chain_id
    assert (sender in bot.ended(call_id).get("terminationSender", {})) == (sender is not None)


@pytest.mark.parametrize("settings", [{"results": {"user_hung_up": [200, 4097]}}])
async def test_every_result_can_be_set(bot):
    call_id = await bot.up()
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.result(call_id) == (200, 4097))


async def test_get_shows_the_call_and_its_operations(bot):
    call_id = await bot.up()
    _, call, _ = await bot.ask("GET", call_id)
    assert (call["id"], call["state"], call["mediaState"]["audio"]) == (call_id, "established", "active")
    _, first, _ = await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")], clientContext="a")
    _, second, _ = await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    _, shown, _ = await bot.ask("GET", f"{call_id}/operations/{second['id']}")
    assert shown["status"] == "notStarted"
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    _, listed, _ = await bot.ask("GET", f"{call_id}/operations")
    kinds = [(one["@odata.type"].rpartition(".")[2], one["status"]) for one in listed["value"]]
    assert kinds == [("subscribeToToneOperation", "completed")] + [("playPromptOperation", "completed")] * 2
    assert listed["value"][1]["id"] == first["id"]
    assert (await bot.ask("GET", f"{call_id}/operations/nothing"))[0] == 404

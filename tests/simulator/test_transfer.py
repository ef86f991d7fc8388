"""Handing a call on, and getting it back."""

from __future__ import annotations

import pytest


def to_user(identity="b", **more):
    return {"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": {"user": {"id": identity}}, **more}


def to_phone(number="+441632960000"):
    return {"identity": {"@odata.type": "#microsoft.graph.identitySet", "phone": {"id": number}}}


def told(bot, call_id, since):
    """Each change: its state, and its audio where it mentions that."""
    changes = bot.changes(call_id)[since:]
    return [(data["state"], (data.get("mediaState") or {}).get("audio")) for data in changes]


@pytest.mark.parametrize(
    ("settings", "between"),
    [
        ({}, [("transferAccepted", None), ("transferAccepted", "inactive")]),
        ({"media_inactive_first": True}, [("transferring", "inactive"), ("transferAccepted", None)]),
    ],
)
async def test_a_transfer_that_is_taken_ends_the_call(bot, between):
    call_id = await bot.up()
    since = len(bot.changes(call_id))
    assert (await bot.act(call_id, "transfer", transferTarget=to_user()))[0] == 202
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert told(bot, call_id, since) == [("transferring", None), *between, ("terminated", None)]
    assert bot.result(call_id) == (0, 7015)
    assert bot.ended(call_id)["resultInfo"]["message"] == "GracefulTransferCompleted"


@pytest.mark.parametrize("settings", [{"targets": {"b": {"outcome": "busy", "after_s": 3}}}])
async def test_a_transfer_that_fails_gives_the_call_back(bot, clock):
    call_id = await bot.up()
    start = clock.now()
    await bot.act(call_id, "transfer", transferTarget=to_user())
    await bot.until(lambda: "resultInfo" in bot.changes(call_id)[-1])
    last = bot.changes(call_id)[-1]
    assert (last["state"], last["resultInfo"]["code"], last["resultInfo"]["subcode"]) == ("established", 500, 7000)
    assert clock.now() - start == pytest.approx(3.0)
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["status"] == "completed"
    bot.simulator.press(call_id, "7")
    await bot.until(lambda: bot.tones(call_id) == [(1, "tone7")])


@pytest.mark.parametrize("settings", [{"targets": {"b": {"outcome": "no_answer"}}, "transfer_ring_s": 20}])
async def test_nobody_answers_a_transfer(bot, clock):
    call_id = await bot.up()
    start = clock.now()
    await bot.act(call_id, "transfer", transferTarget=to_user())
    await bot.until(lambda: "resultInfo" in bot.changes(call_id)[-1])
    assert clock.now() - start == pytest.approx(20.0)


@pytest.mark.parametrize(("caller", "state"), [({"phone": "+442079460000"}, "terminated"), (None, "established")])
async def test_only_a_resource_account_reaches_a_phone(bot, caller, state):
    call_id = await bot.up(caller)
    await bot.act(call_id, "transfer", transferTarget=to_phone())
    await bot.until(lambda: bot.states(call_id)[-1] != "transferring" and bot.simulator.call(call_id).state == state)
    assert bot.simulator.call(call_id).state == state


async def test_while_it_is_transferred_the_bot_plays_nothing_and_the_caller_may_leave(bot):
    call_id = await bot.up()
    await bot.act(call_id, "transfer", transferTarget=to_user())
    status, problem, _ = await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    assert (status, problem["error"]["code"]) == (400, "8501")
    assert (await bot.act(call_id, "transfer", transferTarget=to_user()))[0] == 400
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 4521)


async def test_a_prompt_that_plays_when_the_target_answers_is_cut_short(bot):
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("menu")])
    await bot.act(call_id, "transfer", transferTarget=to_user())
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.simulator.call(call_id).transcript.of("prompt")[0]["heard_ms"] == 2000

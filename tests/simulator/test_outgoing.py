"""The bot calls somebody."""

from __future__ import annotations

import pytest

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
PHONE = "+442079460000"


async def placed(bot, *targets, **more):
    status, value, headers = await bot.ask("POST", "", bot.call_body(*targets, **more))
    assert status == 201
    assert headers["Location"].endswith(f"/communications/calls/{value['id']}")
    return value["id"]


async def test_somebody_who_answers_is_connected(bot):
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.audio(call_id) == "active")
    assert bot.states(call_id) == ["establishing", "established", "established"]
    assert (await bot.act(call_id, "subscribeToTone"))[0] == 200
    bot.simulator.press(call_id, "1")
    await bot.until(lambda: bot.tones(call_id) == [(1, "tone1")])
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 4521)
    assert bot.ended(call_id)["terminationSender"]["user"]["id"] == BOB


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("declines", (603, 0)),
        ("busy", (486, 560486)),
        ("no_answer", (487, 10004)),
        ("fails", (480, 10037)),
        ("private_calling_disabled", (480, 10199)),
    ],
)
async def test_somebody_who_does_not_answer_ends_the_call(bot, outcome, result):
    bot.simulator.change_settings(targets={BOB: {"outcome": outcome}})
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == result
    assert bot.states(call_id) == ["establishing", "terminated"]


async def test_nobody_waits_longer_than_it_rings(bot, clock):
    bot.simulator.change_settings(targets={BOB: {"outcome": "waits"}}, ring_s=30)
    start = clock.now()
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (487, 10004)
    assert clock.now() - start == pytest.approx(30, abs=0.5)


async def test_the_called_person_acts_through_the_control_plane(bot):
    bot.simulator.change_settings(targets={BOB: {"outcome": "waits"}})
    answered, declined = await placed(bot, {"user": BOB}), await placed(bot, {"user": BOB})
    await bot.clock.advance(3)
    assert (await bot.control("POST", f"/calls/{answered}/hangup"))[0] == 409
    assert (await bot.control("POST", f"/calls/{answered}/answer", {"who": "nobody"}))[0] == 409
    assert (await bot.control("POST", f"/calls/{answered}/answer"))[0] == 202
    assert (await bot.control("POST", f"/calls/{declined}/decline", {"outcome": "sneezes"}))[0] == 400
    assert (await bot.control("POST", f"/calls/{declined}/decline", {"outcome": "busy", "who": BOB}))[0] == 202
    await bot.until(lambda: bot.audio(answered) == "active" and bot.ended(declined) is not None)
    assert bot.result(declined) == (486, 560486)


async def test_a_scripted_callee_presses_one_when_the_prompt_is_heard(bot):
    script = [{"when": "prompt_started", "prompt": "menu", "after_s": 1, "press": "1"}, {"hang_up": True, "after_s": 5}]
    bot.simulator.change_settings(targets={BOB: {"script": script}})
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.audio(call_id) == "active")
    await bot.act(call_id, "subscribeToTone")
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("menu")])
    await bot.until(lambda: bot.tones(call_id) == [(1, "tone1")])
    await bot.until(lambda: bot.ended(call_id) is not None)


async def test_a_phone_is_called_from_a_resource_account(bot):
    call_id = await placed(bot, {"phone": PHONE}, source="instance", tenantId=bot.simulator.settings.tenant_id)
    await bot.until(lambda: bot.audio(call_id) == "active")
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 540000)


@pytest.mark.parametrize(
    ("target", "more", "refusal"),
    [
        ({"phone": PHONE}, {"tenantId": "home"}, (403, "7507")),
        ({"phone": PHONE}, {"source": "instance"}, (400, "8523")),
        ({"phone": "020 7946"}, {"source": "instance", "tenantId": "home"}, (400, "8523")),
        ({"phone": PHONE}, {"source": "stranger", "tenantId": "home"}, (403, "7507")),
        ({"user": BOB}, {"tenantId": "0c1f5b00-4444-4a2b-9c3d-0000000000dd"}, (403, "7505")),
        ({"user": "abroad"}, {}, (403, "7505")),
        ({"user": BOB}, {"callbackUri": None}, (400, "8523")),
        ({"user": BOB}, {"callbackUri": "http://example.test/"}, (400, "8523")),
        ({"user": BOB}, {"mediaConfig": None}, (400, "8523")),
        ({"user": BOB}, {"requestedModalities": ["smell"]}, (400, "8523")),
        ({}, {}, (400, "8523")),
    ],
)
@pytest.mark.parametrize("settings", [{"foreign_users": {"abroad": "0c1f5b00-4444-4a2b-9c3d-0000000000dd"}}])
async def test_a_call_that_cannot_be_is_refused(bot, target, more, refusal):
    status, problem, _ = await bot.ask("POST", "", bot.call_body(target, **more))
    assert (status, problem["error"]["code"]) == refusal
    assert not bot.simulator.calls


async def test_the_bot_hangs_up_while_it_rings(bot):
    bot.simulator.change_settings(targets={BOB: {"outcome": "waits"}})
    call_id = await placed(bot, {"user": BOB})
    await bot.clock.advance(3)
    assert (await bot.ask("DELETE", call_id))[0] == 204
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 7000)
    assert (await bot.control("POST", f"/calls/{call_id}/answer"))[0] == 409


@pytest.mark.parametrize("settings", [{"ringing_state": True}])
async def test_a_call_may_say_that_it_rings(bot):
    bot.lenient = True  # the metadata do not know the word
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.audio(call_id) == "active")
    assert bot.states(call_id) == ["establishing", "ringing", "established", "established"]


@pytest.mark.parametrize(
    ("asked", "result"),
    [({"reason": "media_lost"}, (410, 301005)), ({"code": 480, "subcode": 10076}, (480, 10076))],
)
async def test_graph_drops_a_call(bot, asked, result):
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.audio(call_id) == "active")
    assert (await bot.control("POST", f"/calls/{call_id}/drop", {"reason": "boredom"}))[0] == 400
    assert (await bot.control("POST", f"/calls/{call_id}/drop", {"code": 1}))[0] == 400
    assert (await bot.control("POST", f"/calls/{call_id}/drop", asked))[0] == 202
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == result


async def test_an_outgoing_call_ends_when_nobody_keeps_it_alive(bot):
    call_id = await placed(bot, {"user": BOB})
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (408, 8537)

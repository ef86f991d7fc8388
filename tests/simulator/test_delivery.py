"""Notifications on their way: signed, in order, again, together, late, or never."""

from __future__ import annotations

import asyncio
import json

import jwt
import pytest


async def test_every_post_carries_a_token_of_the_calling_service(bot, clock):
    await bot.up()
    keys = {key["kid"]: jwt.PyJWK(key) for key in json.loads((await bot.get(await jwks_uri(bot)))[1])["keys"]}
    settings = bot.simulator.settings
    for headers, _ in bot.posts:
        token = headers["Authorization"].removeprefix("Bearer ")
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=settings.bot_app_id, options={"verify_exp": False}
        )
        assert (claims["iss"], claims["tid"]) == ("https://api.botframework.com", settings.tenant_id)
        assert claims["nbf"] <= clock.now() < claims["exp"] == claims["iat"] + 3900


async def jwks_uri(bot):
    return json.loads((await bot.get(bot.addresses.openid_metadata_url))[1])["jwks_uri"]


async def test_a_token_is_used_for_half_its_life(bot, clock):
    tokens = bot.simulator.tokens
    first = tokens.webhook_token("t")
    await clock.advance(1949)
    assert tokens.webhook_token("t") == first
    assert tokens.webhook_token("other") != first
    await clock.advance(2)
    assert tokens.webhook_token("t") != first


async def test_a_call_of_another_tenant_says_so(bot):
    call_id = bot.simulator.ring(tenant_id="0c1f5b00-4444-4a2b-9c3d-0000000000dd")
    await bot.until(lambda: bool(bot.of(call_id)))
    token = bot.posts[0][0]["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["tid"] == bot.changes(call_id)[0]["tenantId"] == "0c1f5b00-4444-4a2b-9c3d-0000000000dd"


async def test_headers_are_those_of_real_logs(bot):
    call_id = await bot.up()
    chain = bot.simulator.call(call_id).chain_id
    first, later = bot.posts[0][0], bot.posts[1][0]
    assert first["X-Microsoft-Skype-Chain-ID"] == later["X-Microsoft-Skype-Chain-ID"] == later["Scenario-Id"] == chain
    assert "Scenario-Id" not in first
    assert first["User-Agent"] == "Microsoft-Skype/3.0,(Calling/1.0)"
    ids = [headers["X-Microsoft-Skype-Message-ID"] for headers, _ in bot.posts]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("settings", [{"webhook_attempts": 3, "webhook_retry_delay_s": 2.0}])
async def test_what_is_not_taken_is_sent_again(bot, clock):
    answers = [500, 503, 202]
    bot.reply = lambda body: answers.pop(0)
    start = clock.now()
    call_id = bot.simulator.ring()
    await bot.until(lambda: bool(bot.of(call_id)))
    assert clock.now() - start == pytest.approx(4.0)
    first, second, third = (headers for headers, _ in bot.posts)
    assert "X-Microsoft-Skype-Original-Message-ID" not in first
    for again in (second, third):
        assert again["X-Microsoft-Skype-Original-Message-ID"] == first["X-Microsoft-Skype-Message-ID"]
        assert again["X-Microsoft-Skype-Message-ID"] != first["X-Microsoft-Skype-Message-ID"]
    assert bot.simulator.call(call_id).transcript.of("notification")[0]["attempts"] == [500, 503, 202]


@pytest.mark.parametrize(
    "settings", [{"duplicate_notifications": True}, {"duplicate_notifications": True, "resend_message_id": "same"}]
)
async def test_everything_may_come_twice(bot, settings):
    call_id = await bot.up()
    bot.simulator.press(call_id, "1")
    await bot.until(lambda: len(bot.tones(call_id)) == 2)
    assert bot.states(call_id)[:4] == ["incoming", "incoming", "establishing", "establishing"]
    (first, body), (second, again) = bot.posts[:2]
    assert body == again
    name = (
        "X-Microsoft-Skype-Message-ID" if "resend_message_id" in settings else "X-Microsoft-Skype-Original-Message-ID"
    )
    assert second[name] == first["X-Microsoft-Skype-Message-ID"]


@pytest.mark.parametrize("settings", [{"batch_size": 2, "batch_wait_s": 0.2}])
async def test_two_changes_may_share_a_post(bot):
    call_id = await bot.up()
    bot.simulator.press(call_id, "123", interval_ms=50)
    await bot.until(lambda: len(bot.tones(call_id)) == 3)
    sizes = [len(json.loads(body)["value"]) for _, body in bot.posts]
    assert max(sizes) == 2
    assert bot.tones(call_id) == [(1, "tone1"), (2, "tone2"), (3, "tone3")]


@pytest.mark.parametrize("settings", [{"reorder_probability": 1.0}])
async def test_a_notification_may_overtake_another(bot):
    call_id = await bot.up()
    bot.simulator.press(call_id, "1234", interval_ms=10)
    await bot.until(lambda: len(bot.tones(call_id)) == 4)
    assert bot.tones(call_id) == [(2, "tone2"), (1, "tone1"), (4, "tone4"), (3, "tone3")]


async def test_a_call_is_told_one_thing_at_a_time_however_slow_the_bot_is(bot):
    call_id = await bot.up()
    bot.slow_turns = 50
    bot.simulator.press(call_id, "123456", interval_ms=0)
    await bot.until(lambda: len(bot.tones(call_id)) == 6)
    assert [number for number, _ in bot.tones(call_id)] == [1, 2, 3, 4, 5, 6]
    assert bot.most_at_once == 1


async def test_a_slow_answer_for_one_call_holds_up_no_other(bot):
    bot.slow_turns = 50
    calls = [bot.simulator.ring() for _ in range(5)]
    await bot.until(lambda: all(bot.of(call_id) for call_id in calls))
    assert bot.most_at_once == 5


@pytest.mark.parametrize("settings", [{"legacy_first": True}])
async def test_a_bot_that_refuses_the_legacy_form_gets_graphs(bot):
    bot.reply = lambda body: 202 if b"#microsoft.graph.commsNotifications" in body else 204
    call_id = await bot.up()
    assert b"commsNotifications" not in bot.posts[0][1]
    assert bot.states(call_id)[0] == "incoming"
    assert bot.simulator.call(call_id).transcript.of("notification")[0]["attempts"] == [204, 202]


@pytest.mark.parametrize("settings", [{"legacy_first": True}])
async def test_a_bot_that_takes_the_legacy_form_never_gets_graphs(bot, simulator):
    bot.reply = lambda body: 500
    call_id = simulator.ring()
    await bot.until(lambda: simulator.call(call_id).over)
    assert bot.of(call_id) == []


@pytest.mark.parametrize("settings", [{"bot_callback_url": "http://127.0.0.1:1/callbacks"}])
async def test_a_bot_that_is_not_there_is_written_down(simulator, bot):
    call_id = simulator.ring()
    await bot.until(lambda: simulator.call(call_id).over)
    assert simulator.call(call_id).transcript.of("notification")[0]["attempts"] == ["ClientConnectorError"]


async def test_a_bot_that_never_answers_is_given_up(bot, simulator):
    writers = []
    stuck = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    port = stuck.sockets[0].getsockname()[1]
    simulator.change_settings(webhook_timeout_s=0.05, bot_callback_url=f"http://127.0.0.1:{port}/")
    call_id = simulator.ring()
    await bot.until(lambda: simulator.call(call_id).over)
    assert "Timeout" in simulator.call(call_id).transcript.of("notification")[0]["attempts"][0]
    await simulator.close()
    stuck.close()
    for writer in writers:
        writer.close()
        await writer.wait_closed()
    await stuck.wait_closed()

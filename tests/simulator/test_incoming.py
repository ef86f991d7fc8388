"""Ringing, and the three things the bot may do about it."""

from __future__ import annotations

import pytest

OTHER = "0c1f5b00-0000-0000-0000-000000000001"
ANSWER_LATE = (404, "8522")


async def ringing(bot, **ring):
    call_id = bot.simulator.ring(**ring)
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    return call_id, bot.changes(call_id)[0]


async def test_a_user_rings_the_bot_itself(bot):
    call_id, data = await ringing(
        bot, caller={"user": {"id": "a1", "displayName": "Zoë"}}, modalities=["audio", "video"]
    )
    settings = bot.simulator.settings
    user = data["source"]["identity"]["user"]
    assert (user["id"], user["displayName"], user["tenantId"]) == ("a1", "Zoë", settings.tenant_id)
    assert data["targets"][0]["identity"]["application"]["id"] == settings.bot_app_id
    assert (data["direction"], data["requestedModalities"]) == ("incoming", ["audio", "video"])
    assert data["callbackUri"] == settings.bot_callback_url
    assert data["id"] == call_id


async def test_a_phone_rings_the_resource_account(bot):
    _, data = await ringing(bot, caller={"phone": "+442079460000"})
    assert data["source"]["identity"]["phone"]["id"] == "+442079460000"
    assert data["source"]["countryCode"] == "GB"
    assert data["targets"][0]["identity"]["applicationInstance"]["id"] == bot.simulator.settings.application_instance_id


async def test_a_guest_rings_another_resource_account(bot):
    _, data = await ringing(bot, caller={"guest": {"displayName": "Somebody"}}, to=OTHER)
    assert data["source"]["identity"]["guest"]["displayName"] == "Somebody"
    assert data["targets"][0]["identity"]["applicationInstance"]["id"] == OTHER


@pytest.mark.parametrize("settings", [{"permissions": []}])
async def test_without_any_calling_permission_the_caller_is_encrypted(bot):
    _, data = await ringing(bot)
    assert list(data["source"]["identity"]) == ["@odata.type", "encrypted"]


async def test_a_policy_call_says_why_it_invites(bot):
    _, data = await ringing(bot, policy=True)
    assert data["applicationMetadata"]["botData"]["inviteReasons"] == ["PolicyBasedRecording"]
    assert data["meetingInfo"]["@odata.type"] == "#microsoft.graph.tokenMeetingInfo"


@pytest.mark.parametrize(("policy", "window_s"), [(False, 15.0), (True, 5.0)])
async def test_an_answer_just_in_time_holds_and_a_late_one_finds_no_call(bot, clock, policy, window_s):
    call_id, _ = await ringing(bot, policy=policy)
    await clock.advance(window_s - 0.01)
    assert await bot.answer(call_id) == 202
    late, _ = await ringing(bot, policy=policy)
    await clock.advance(window_s)
    assert bot.result(late) == (408, 8587)
    status, problem, _ = await bot.act(late, "answer")
    assert (status, problem["error"]["code"]) == ANSWER_LATE


async def test_an_answered_call_is_not_ended_by_its_window(bot, clock):
    call_id = await bot.up()
    await clock.advance(60)
    assert bot.ended(call_id) is None


async def test_the_answer_may_come_once_only(bot):
    call_id, _ = await ringing(bot)
    assert await bot.answer(call_id) == 202
    for action in ("answer", "reject", "redirect"):
        body = {"reason": "busy"}
        if action == "answer":
            body = {
                "mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "x"},
                "acceptedModalities": ["audio"],
            }
        if action == "redirect":
            body = {"targets": [{"identity": {"user": {"id": "b"}}}]}
        status, problem, _ = await bot.act(call_id, action, **body)
        assert (status, problem["error"]["code"]) == (400, "8585")


async def test_later_notifications_go_where_the_answer_says(bot):
    call_id = await bot.up()
    paths = {entry["state"]: entry["url"] for entry in bot.simulator.call(call_id).transcript.of("notification")}
    assert paths["incoming"] == f"{bot.url}/callbacks"
    assert paths["establishing"] == paths["established"] == f"{bot.url}/callbacks/{call_id}"


@pytest.mark.parametrize(("settings", "status"), [({}, 202), ({"callback_uri_optional": False}, 400)])
async def test_an_answer_without_a_callback_uri_is_a_matter_of_settings(bot, status):
    call_id, _ = await ringing(bot)
    assert await bot.answer(call_id, callbackUri=None) == status


@pytest.mark.parametrize("reason", ["none", "busy", "forbidden", None])
async def test_a_rejected_call_is_gone(bot, reason):
    call_id, _ = await ringing(bot)
    assert (await bot.act(call_id, "reject", reason=reason))[0] == 202
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert set(bot.ended(call_id)) == {"@odata.type", "@odata.id"}
    assert (await bot.act(call_id, "keepAlive"))[0] == 404


@pytest.mark.parametrize("settings", [{"reject_notification_bare": False}])
async def test_the_notification_after_a_reject_may_hold_a_state(bot):
    call_id, _ = await ringing(bot)
    await bot.act(call_id, "reject", reason="busy")
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.ended(call_id)["state"] == "terminated"


def redirect_to(*people, **more):
    return {"targets": [{"identity": {"user": {"id": person}}} for person in people], **more}


TARGETS = {
    "slow": {"after_s": 20},
    "busy": {"outcome": "busy", "after_s": 1},
    "no": {"outcome": "declines", "after_s": 3},
    "out": {"outcome": "no_answer"},
    "dead": {"outcome": "fails"},
}


@pytest.mark.parametrize("settings", [{"targets": TARGETS}])
@pytest.mark.parametrize(
    "redirect",
    [
        (["kind"], 55, None, 2),
        (["slow", "kind", "busy"], 55, None, 2),
        (["slow"], 15, (487, 10004), 15),
        (["out"], None, (487, 10004), 55),
        (["out", "busy"], None, (487, 10004), 60),
        (["busy"], 55, (486, 560486), 1),
        (["busy", "no"], 55, (603, 0), 3),
        (["dead"], 55, (480, 10037), 2),
    ],
)
async def test_a_redirect_ends_as_its_targets_behave(bot, clock, redirect):
    people, ring_s, result, seconds = redirect
    call_id, _ = await ringing(bot)
    start = clock.now()
    more = {} if ring_s is None else {"timeout": ring_s}
    assert (await bot.act(call_id, "redirect", **redirect_to(*people, **more)))[0] == 202
    assert bot.simulator.call(call_id).state == "redirecting"
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert (bot.result(call_id), clock.now() - start) == (result, pytest.approx(seconds))
    if result is None:
        assert bot.ended(call_id)["answeredBy"]["identity"]["user"]["id"] == "kind"


@pytest.mark.parametrize("settings", [{"anyone_else": {"outcome": "waits"}}])
async def test_those_whom_a_redirect_rings_can_act(bot):
    call_id, _ = await ringing(bot)
    await bot.act(call_id, "redirect", **redirect_to("a", "b", "c"))
    bot.simulator.decline(call_id, "a")
    assert (await bot.control("GET", f"/calls/{call_id}"))[1]["rings"] == ["b", "c"]
    bot.simulator.answer(call_id, "c")
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.ended(call_id)["answeredBy"]["identity"]["user"]["id"] == "c"
    assert bot.result(call_id) is None


@pytest.mark.parametrize("settings", [{"anyone_else": {"outcome": "waits"}}])
async def test_nobody_rings_any_more_when_the_bot_hangs_up_a_redirected_call(bot, clock):
    call_id, _ = await ringing(bot)
    out_of_reach = {"identity": {"phone": {"id": "+441632960000"}}}
    targets = [*redirect_to("a")["targets"], out_of_reach]
    await bot.act(call_id, "redirect", targets=targets)
    assert (await bot.ask("DELETE", call_id))[0] == 204
    await clock.advance(120)
    assert bot.result(call_id) == (200, 7000)
    assert [entry["does"] for entry in bot.simulator.call(call_id).transcript.of("far_end")] == [
        *("rings", "rings", "is out of reach"),
    ]


async def test_a_redirect_to_a_telephone_out_of_reach_fails(bot, clock):
    call_id, _ = await ringing(bot)
    await bot.act(call_id, "redirect", targets=[{"identity": {"phone": {"id": "+441632960000"}}}])
    assert bot.simulator.call(call_id).ringing == []
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (480, 10037)


async def test_a_caller_who_gives_up_ends_the_ringing_at_the_registered_url(bot):
    call_id, _ = await ringing(bot)
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (487, 0)
    assert bot.simulator.call(call_id).transcript.of("notification")[-1]["url"] == f"{bot.url}/callbacks"


async def test_a_call_that_the_bot_does_not_take_is_over(bot, simulator):
    bot.reply = lambda body: 403
    call_id = simulator.ring()
    await bot.until(lambda: simulator.call(call_id).over)
    assert simulator.call(call_id).result["subcode"] == 8586


@pytest.mark.parametrize("settings", [{"unacknowledged_call_ends": False}])
async def test_a_call_that_the_bot_does_not_take_may_go_on_ringing(bot, simulator, clock):
    bot.reply = lambda body: 503
    call_id = simulator.ring()
    await clock.advance(10)
    assert simulator.call(call_id).state == "incoming"
    assert await bot.answer(call_id) == 202


async def test_a_caller_who_gives_up_while_it_is_answered_is_no_error(bot):
    call_id, _ = await ringing(bot)
    await bot.answer(call_id)
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 4521)
    assert bot.states(call_id) == ["incoming", "terminated"]

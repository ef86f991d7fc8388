"""What Graph refuses, and how it says so."""

from __future__ import annotations

import pytest

LONG = "x" * 257


def media(uri="https://x.test/a.wav", **more):
    return {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": uri, **more}}


SERVICE = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
WRONG = [
    ("answer", {"acceptedModalities": ["audio"]}, "mediaConfig"),
    ("answer", {"acceptedModalities": ["audio"], "mediaConfig": {"preFetchMedia": []}}, "mediaConfig"),
    ("answer", {"mediaConfig": SERVICE}, "acceptedModalities"),
    ("answer", {"mediaConfig": SERVICE, "acceptedModalities": ["smell"]}, "acceptedModalities"),
    (
        "answer",
        {"mediaConfig": SERVICE, "acceptedModalities": ["audio"], "callbackUri": "http://x.test/"},
        "callbackUri",
    ),
    ("answer", {"mediaConfig": {**SERVICE, "preFetchMedia": [{}]}, "acceptedModalities": ["audio"]}, "preFetchMedia"),
    ("answer", {"mediaConfig": {**SERVICE, "preFetchMedia": "a"}, "acceptedModalities": ["audio"]}, "preFetchMedia"),
    ("reject", {"reason": "tired"}, "reason"),
    ("redirect", {}, "targets"),
    ("redirect", {"targets": []}, "targets"),
    ("redirect", {"targets": [{"identity": {"user": {"id": "b"}}}] * 26}, "targets"),
    ("redirect", {"targets": [{"identity": {}}]}, "targets"),
    ("redirect", {"targets": [{"identity": {"user": {"id": "b"}}}], "timeout": 14}, "timeout"),
    ("redirect", {"targets": [{"identity": {"user": {"id": "b"}}}], "timeout": 91}, "timeout"),
    ("transfer", {}, "transferTarget"),
    ("transfer", {"transferTarget": {"identity": {"user": {}}}}, "transferTarget"),
    ("playPrompt", {}, "prompts"),
    ("playPrompt", {"prompts": []}, "prompts"),
    ("playPrompt", {"prompts": [media()] * 21}, "prompts"),
    ("playPrompt", {"prompts": [{"mediaInfo": {"uri": "https://x.test/"}}]}, "@odata.type"),
    ("playPrompt", {"prompts": [media(uri="")]}, "uri"),
    ("playPrompt", {"prompts": [media(resourceId=5)]}, "resourceId"),
    ("playPrompt", {"prompts": [media()], "clientContext": LONG}, "clientContext"),
    ("recordResponse", {"prompts": [media()] * 2}, "prompts"),
    ("recordResponse", {"maxRecordDurationInSeconds": 121}, "maxRecordDurationInSeconds"),
    ("recordResponse", {"maxSilenceTimeoutInSeconds": 0}, "maxSilenceTimeoutInSeconds"),
    ("recordResponse", {"initialSilenceTimeoutInSeconds": 1.5}, "initialSilenceTimeoutInSeconds"),
    ("recordResponse", {"initialSilenceTimeoutInSeconds": True}, "initialSilenceTimeoutInSeconds"),
    ("recordResponse", {"playBeep": "yes"}, "playBeep"),
    ("recordResponse", {"stopTones": ["pound"]}, "stopTones"),
    *(
        (action, {**(more or {}), field: value}, field)
        for action, field, more in (
            ("reject", "reason", None),
            ("answer", "acceptedModalities", {"mediaConfig": SERVICE}),
            ("recordResponse", "stopTones", None),
            ("sendDtmfTones", "tones", None),
            ("changeScreenSharingRole", "role", None),
            ("updateRecordingStatus", "status", None),
            ("audioRoutingGroups", "routingMode", None),
        )
        for value in ([["audio"]], {"a": 1}, 7, True)
    ),
    ("answer", {"mediaConfig": {"@odata.type": ["a"]}, "acceptedModalities": ["audio"]}, "mediaConfig"),
    ("subscribeToTone", {"clientContext": LONG}, "clientContext"),
    ("cancelMediaProcessing", {"clientContext": 7}, "clientContext"),
]


@pytest.fixture
async def ringing(bot):
    call_id = bot.simulator.ring()
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    return call_id


@pytest.mark.parametrize(("action", "body", "field"), WRONG)
async def test_a_wrong_field_is_named(bot, ringing, action, body, field):
    status, problem, headers = await bot.ask("POST", f"{ringing}/{action}", body)
    assert (status, problem["error"]["code"]) == (400, "8523")
    assert field in problem["error"]["message"]
    assert problem["error"]["innerError"]["request-id"] == headers["request-id"]
    assert bot.simulator.call(ringing).state == "incoming"


@pytest.mark.parametrize("text", [b"{", b"[]", b'"x"', b"\xff"])
async def test_what_is_no_json_object_is_refused(bot, ringing, text):
    status, problem, _ = await bot.ask("POST", f"{ringing}/answer", text)
    assert (status, problem["error"]["code"]) == (400, "BadRequest")


async def test_a_request_id_of_the_client_comes_back(bot, ringing):
    _, _, headers = await bot.ask("GET", ringing, headers={"client-request-id": "mine"})
    assert headers["client-request-id"] == "mine"
    _, problem, _ = await bot.ask("GET", "no-such-call", headers={"client-request-id": "mine"})
    assert problem["error"]["innerError"]["client-request-id"] == "mine"


@pytest.mark.parametrize("authorization", ["", "Basic abc", "Bearer", "Bearer x", "Bearer a.b.c"])
async def test_without_a_token_that_holds_nothing_is_done(bot, ringing, authorization):
    status, problem, _ = await bot.ask("GET", ringing, headers={"Authorization": authorization})
    assert (status, problem["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_a_token_of_the_webhook_is_no_token_for_graph(bot, ringing):
    token = bot.simulator.tokens.webhook_token(bot.simulator.settings.tenant_id)
    assert (await bot.ask("GET", ringing, headers={"Authorization": f"Bearer {token}"}))[0] == 401


@pytest.mark.parametrize(
    "change",
    [{"aud": "api://bot"}, {"exp": 0}, {"nbf": 2**33}, {"tid": ""}],
    ids=["audience", "old", "early", "tenant"],
)
async def test_a_claim_that_is_wrong_makes_the_token_worthless(bot, ringing, clock, change):
    claims = {"aud": "https://graph.microsoft.com", "nbf": clock.now(), "exp": clock.now() + 60}
    claims |= {"tid": bot.simulator.settings.tenant_id, "appid": bot.simulator.settings.bot_app_id, "roles": []}
    keys = bot.simulator.tokens.entra_keys
    good, bad = keys.sign(claims), keys.sign(claims | change)
    assert (await bot.ask("GET", ringing, headers={"Authorization": f"Bearer {good}"}))[0] == 200
    assert (await bot.ask("GET", ringing, headers={"Authorization": f"Bearer {bad}"}))[0] == 401


@pytest.mark.parametrize("settings", [{"access_token_life_s": 60}])
async def test_a_token_runs_out_on_the_simulators_clock(bot, ringing, clock):
    headers = {"Authorization": f"Bearer {bot.token()}"}
    await clock.advance(10)
    assert (await bot.ask("GET", ringing, headers=headers))[0] == 200
    await bot.answer(ringing)
    await clock.advance(51)
    assert (await bot.ask("GET", ringing, headers=headers))[0] == 401


async def test_a_token_of_another_tenant_does_not_match_the_call(bot, ringing):
    bot.tenant_id = "0c1f5b00-4444-4a2b-9c3d-0000000000dd"
    status, problem, _ = await bot.act(ringing, "reject", reason="busy")
    assert (status, problem["error"]["code"]) == (403, "7505")


async def test_another_application_sees_no_call(bot, ringing):
    bot.client_id = "0c1f5b00-6666-4a2b-9c3d-00000000b071"
    assert (await bot.ask("GET", ringing))[0] == 404


@pytest.mark.parametrize("settings", [{"permissions": ["Calls.JoinGroupCall.All"]}])
@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("redirect", {"targets": [{"identity": {"user": {"id": "b"}}}]}),
        ("transfer", {"transferTarget": {"identity": {"user": {"id": "b"}}}}),
        ("recordResponse", {"prompts": []}),
        ("subscribeToTone", {}),
    ],
)
async def test_an_action_without_its_permission_is_refused(bot, ringing, action, body):
    status, problem, _ = await bot.act(ringing, action, **body)
    assert (status, problem["error"]["code"]) == (403, "7504")
    assert await bot.answer(ringing) == 202  # a call from one person needs none


async def test_what_graph_does_not_have_says_so(bot):
    for method, path in (("POST", "x/raiseHand"), ("PUT", "x"), ("GET", "x/mute")):
        status, problem, _ = await bot.ask(method, path)
        assert (status, problem["error"]["code"]) == (501, "NotImplemented")


async def test_any_spelling_of_an_id_and_of_an_action_finds_the_call(bot, ringing):
    spelled = ringing.replace("-", "").upper()
    assert (await bot.ask("GET", spelled))[0] == 200
    assert (await bot.ask("POST", f"{spelled}/microsoft.graph.reject", {"reason": "busy"}))[0] == 202

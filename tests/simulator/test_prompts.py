"""What the caller hears: the queue, the files, and what breaks them off."""

from __future__ import annotations

import pytest

CANCELLED = ("failed", 400, 8508)


def outcome(operation):
    info = operation["resultInfo"]
    return operation["status"], info["code"], info["subcode"]


async def play(bot, call_id, *names, **more):
    status, operation, _ = await bot.act(call_id, "playPrompt", prompts=[bot.prompt(name) for name in names], **more)
    assert status == 200
    return operation


def heard(bot, call_id):
    entries = bot.simulator.call(call_id).transcript.of("prompt")
    return [(entry["resource_id"], entry["heard_ms"], entry["cut_short_by"]) for entry in entries]


async def test_prompts_of_one_operation_play_one_after_another(bot, clock):
    call_id = await bot.up()
    start = clock.now()
    operation = await play(bot, call_id, "hello", "menu", "hello", clientContext="a")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert clock.now() - start == pytest.approx(5.0)
    done = bot.operations(call_id)[0]
    assert (done["id"], done["clientContext"], outcome(done)) == (operation["id"], "a", ("completed", 200, 0))
    assert heard(bot, call_id) == [("hello", 1000, None), ("menu", 3000, None), ("hello", 1000, None)]


async def test_operations_wait_for_their_turn(bot):
    call_id = await bot.up()
    first = await play(bot, call_id, "menu")
    second = await play(bot, call_id, "hello")
    assert (first["status"], second["status"]) == ("running", "notStarted")
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert [operation["id"] for operation in bot.operations(call_id)] == [first["id"], second["id"]]


async def test_the_same_request_twice_is_heard_twice(bot):
    call_id = await bot.up()
    for _ in range(2):
        await play(bot, call_id, "hello", clientContext="step-7")
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert heard(bot, call_id) == [("hello", 1000, None)] * 2


async def test_cancelling_stops_what_plays_and_what_waits_but_not_tones(bot, clock):
    call_id = await bot.up()
    await play(bot, call_id, "menu")
    await play(bot, call_id, "hello")
    await clock.advance(1.25)
    status, operation, _ = await bot.act(call_id, "cancelMediaProcessing", clientContext="stop")
    assert (status, operation["status"], operation["clientContext"]) == (200, "completed", "stop")
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert [outcome(operation) for operation in bot.operations(call_id)] == [CANCELLED] * 2
    assert heard(bot, call_id) == [("menu", 1250, "cancelled")]
    bot.simulator.press(call_id, "1")
    await play(bot, call_id, "hello")
    await bot.until(lambda: len(bot.operations(call_id)) == 3)
    assert outcome(bot.operations(call_id)[2]) == ("completed", 200, 0)
    assert bot.tones(call_id) == [(1, "tone1")]


async def test_nothing_plays_before_the_media_is_up(bot, simulator):
    call_id = simulator.ring()
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    for state, code in (("incoming", "8501"), ("establishing", "8501"), ("established", "8503")):
        await bot.until(lambda state=state: simulator.call(call_id).state == state)
        for action, body in (
            ("playPrompt", {"prompts": [bot.prompt("hello")]}),
            ("recordResponse", {"prompts": []}),
            ("subscribeToTone", {}),
            ("cancelMediaProcessing", {}),
        ):
            status, problem, _ = await bot.act(call_id, action, **body)
            assert (status, problem["error"]["code"]) == (400, code)
        if state == "incoming":
            await bot.answer(call_id)


async def test_application_hosted_calls_play_nothing(bot, simulator):
    call_id = simulator.ring()
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    await bot.answer(call_id, mediaConfig={"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "x"})
    await bot.until(lambda: bot.audio(call_id) == "active")
    status, problem, _ = await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    assert (status, problem["error"]["code"]) == (400, "8500")
    status, problem, _ = await bot.act(call_id, "subscribeToTone")
    assert (status, problem["error"]["code"]) == (500, "9999")
    # Its page asks for access to media where the application hosts them: so keys can be pressed there.
    status, operation, _ = await bot.act(call_id, "sendDtmfTones", tones=["tone1"])
    assert (status, operation["status"]) == (200, "running")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["completionReason"] == "completedSuccessfully"


@pytest.mark.parametrize(
    ("shape", "subcode"),
    [
        ({"rate": 8_000}, 8535),
        ({"channels": 2}, 8535),
        ({"width": 1}, 8535),
        ({"rate": 44_100}, 8535),
        (None, 8535),
        ("missing", 8536),
    ],
)
async def test_a_file_that_graph_does_not_play_fails_the_operation(bot, make_wav, shape, subcode):
    call_id = await bot.up()
    if isinstance(shape, dict):
        bot.prompts["odd"] = make_wav((0.5, 0.5), **shape)
    elif shape is None:
        bot.prompts["odd"] = b"ID3\x04 an mp3, say"
    await play(bot, call_id, "hello", "odd")
    await play(bot, call_id, "hello")
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert [outcome(one) for one in bot.operations(call_id)] == [("failed", 400, subcode), ("completed", 200, 0)]
    assert heard(bot, call_id) == [("hello", 1000, None)]


@pytest.mark.parametrize("uri", ["http://example.test/a.wav", "ftp://127.0.0.1/a.wav", "http://127.0.0.1:1/a.wav"])
async def test_an_address_that_graph_does_not_reach_fails_the_operation(bot, uri):
    call_id = await bot.up()
    prompt = {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": uri}}
    await bot.act(call_id, "playPrompt", prompts=[prompt])
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert outcome(bot.operations(call_id)[0]) == ("failed", 400, 8536)
    assert bot.simulator.call(call_id).transcript.of("fetch")[0]["uri"] == uri


@pytest.mark.parametrize("settings", [{"prompt_max_bytes": 1000}])
async def test_a_file_that_is_too_large_is_not_played(bot):
    call_id = await bot.up()
    await play(bot, call_id, "hello")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert outcome(bot.operations(call_id)[0]) == ("failed", 400, 8536)


@pytest.mark.parametrize(("settings", "fetches"), [({}, 2), ({"prompt_cache": "none"}, 4)])
async def test_a_resource_id_saves_fetching_again(bot, fetches):
    call_id = await bot.up()
    await play(bot, call_id, "hello", "hello", "menu")
    await play(bot, call_id, "hello")
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert len(bot.fetched) == fetches
    other = await bot.up()
    await play(bot, other, "hello")
    await bot.until(lambda: len(bot.operations(other)) == 1)
    assert len(bot.fetched) == fetches + 1


async def test_without_a_resource_id_each_prompt_is_fetched(bot):
    call_id = await bot.up()
    prompt = bot.prompt("hello")
    del prompt["mediaInfo"]["resourceId"]
    await bot.act(call_id, "playPrompt", prompts=[prompt, prompt])
    await bot.until(lambda: len(bot.operations(call_id)) == 1)
    assert bot.fetched == ["hello", "hello"]


async def test_prompts_named_in_the_answer_are_fetched_then(bot, simulator):
    call_id = simulator.ring()
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    fetch = [bot.prompt(name)["mediaInfo"] for name in ("hello", "missing")]
    config = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig", "preFetchMedia": fetch}
    await bot.answer(call_id, mediaConfig=config)
    await bot.until(lambda: bot.audio(call_id) == "active")
    assert sorted(bot.fetched) == ["hello", "missing"]
    await play(bot, call_id, "hello")
    await bot.until(lambda: len(bot.operations(call_id)) == 1)
    assert len(bot.fetched) == 2
    assert outcome(bot.operations(call_id)[0]) == ("completed", 200, 0)


@pytest.mark.parametrize(("settings", "told"), [({}, [CANCELLED] * 2), ({"play_on_hang_up": "silent"}, [])])
async def test_a_caller_who_hangs_up_hears_no_more(bot, clock, told):
    call_id = await bot.up()
    await play(bot, call_id, "menu")
    await play(bot, call_id, "hello")
    await clock.advance(0.75)
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert heard(bot, call_id) == [("menu", 750, "call_ended")]
    assert [outcome(one) for one in bot.operations(call_id)] == told


async def test_a_prompt_that_arrives_after_the_end_is_not_played(bot, clock):
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    bot.simulator.hang_up(call_id)
    await clock.advance(10)
    assert heard(bot, call_id) == []
    assert len(bot.operations(call_id)) == 1

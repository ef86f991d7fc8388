"""What is recorded of the caller, in numbers."""

from __future__ import annotations

import io
import wave

import pytest

from simulator.audio import pcm_of

FIELDS = {
    "initial": "initialSilenceTimeoutInSeconds",
    "silence": "maxSilenceTimeoutInSeconds",
    "longest": "maxRecordDurationInSeconds",
    "stop": "stopTones",
    "beep": "playBeep",
    "barge": "bargeInAllowed",
}


def outcome(operation):
    info = operation["resultInfo"]
    return operation["status"], info["code"], info["subcode"]


async def record(bot, call_id, *prompts, **asked):
    body = {FIELDS[name]: value for name, value in asked.items()}
    body["prompts"] = [bot.prompt(name) for name in prompts]
    status, operation, _ = await bot.act(call_id, "recordResponse", **body)
    assert status == 200
    assert (operation["recordingLocation"], operation["recordingAccessToken"]) == ("", "")
    return operation


async def recorded(bot, call_id):
    """The finished operation, and the recording's length in seconds."""
    await bot.until(lambda: bool(bot.operations(call_id)))
    operation = bot.operations(call_id)[-1]
    status, wav = await fetch(bot, operation)
    assert status == 200
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        return operation, file.getnframes() / 16_000


async def fetch(bot, operation, token=None):
    token = token or operation["recordingAccessToken"]
    return await bot.get(operation["recordingLocation"], Authorization=f"Bearer {token}")


async def test_a_pause_ends_the_recording(bot, clock, make_wav):
    call_id = await bot.up()
    start = clock.now()
    await record(bot, call_id, "hello", silence=2, longest=60)
    await clock.advance(2.0)  # one second of prompt, 0.4 of beep: listening since 1.4
    bot.simulator.say(call_id, make_wav((1.0, 0.5), (1.5, 0.0), (0.5, 0.5), (5.0, 0.0)))
    operation, seconds = await recorded(bot, call_id)
    assert outcome(operation) == ("completed", 200, 8509)
    assert clock.now() - start == pytest.approx(2.0 + 3.0 + 2.0, abs=0.021)
    assert seconds == pytest.approx(0.6 + 3.0 + 2.0, abs=0.021)


async def test_the_recording_is_what_was_said_where_it_was_said(bot, clock, make_wav):
    call_id = await bot.up()
    await record(bot, call_id, beep=False, silence=1, longest=60)
    await clock.advance(0.5)
    said = make_wav((0.25, 0.4))
    bot.simulator.say(call_id, said)
    operation, _ = await recorded(bot, call_id)
    pcm = pcm_of((await fetch(bot, operation))[1])
    assert pcm[:16_000] == bytes(16_000)
    assert pcm[16_000:24_000] == pcm_of(said)
    assert set(pcm[24_000:]) == {0}


async def test_saying_nothing_fails(bot, clock):
    call_id = await bot.up()
    start = clock.now()
    await record(bot, call_id, "hello", initial=3, beep=False)
    await bot.until(lambda: bool(bot.operations(call_id)))
    operation = bot.operations(call_id)[0]
    assert outcome(operation) == ("failed", 400, 8510)
    assert (operation["recordingLocation"], operation["recordingAccessToken"]) == ("", "")
    assert clock.now() - start == pytest.approx(4.0)


async def test_speech_too_quiet_is_silence(bot, make_wav):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((30.0, 0.004)))  # about -51 dBFS
    await record(bot, call_id, initial=3)
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert outcome(bot.operations(call_id)[0]) == ("failed", 400, 8510)


@pytest.mark.parametrize("settings", [{"speech_threshold_dbfs": -60.0}])
async def test_how_loud_speech_is_is_a_setting(bot, make_wav):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((30.0, 0.004)))
    await record(bot, call_id, initial=3)
    operation, seconds = await recorded(bot, call_id)
    assert (outcome(operation), seconds) == (("completed", 200, 8515), 5.0)


async def test_an_endless_talker_is_cut_off(bot, make_wav):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((60.0, 0.5)))
    await record(bot, call_id, longest=7)
    operation, seconds = await recorded(bot, call_id)
    assert (outcome(operation), seconds) == (("completed", 200, 8515), 7.0)


@pytest.mark.parametrize(("settings", "tones"), [({}, ["tone1", "pound"]), ({"stop_tone_notified": False}, ["tone1"])])
async def test_a_stop_tone_ends_the_recording(bot, clock, make_wav, tones):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((60.0, 0.5)))
    await record(bot, call_id, longest=60, beep=False, stop=["#", "*"])
    await clock.advance(2.0)
    bot.simulator.press(call_id, "1#", interval_ms=500)
    operation, seconds = await recorded(bot, call_id)
    assert (outcome(operation), seconds) == (("completed", 200, 8514), 2.5)
    assert operation["completionReason"] == "stopToneDetected"
    await clock.advance(0.1)
    assert [tone for _, tone in bot.tones(call_id)] == tones


async def test_a_stop_tone_before_the_beep_stops_nothing(bot, clock):
    call_id = await bot.up()
    await record(bot, call_id, "menu", stop=["#"], initial=5)
    await clock.advance(1.0)
    bot.simulator.press(call_id, "#")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert outcome(bot.operations(call_id)[0]) == ("failed", 400, 8510)


async def test_speaking_again_starts_a_new_pause(bot, clock, make_wav):
    call_id = await bot.up()
    await record(bot, call_id, beep=False, silence=2, longest=60)
    for _ in range(3):
        bot.simulator.say(call_id, make_wav((1.0, 0.5)))
        await clock.advance(2.5)
    operation, seconds = await recorded(bot, call_id)
    assert outcome(operation) == ("completed", 200, 8509)
    assert seconds == pytest.approx(2 * 2.5 + 1.0 + 2.0, abs=0.021)


async def test_a_record_that_may_barge_in_clears_the_queue(bot, clock, make_wav):
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("menu")])
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    await clock.advance(0.5)
    bot.simulator.say(call_id, make_wav((2.0, 0.5)))
    await record(bot, call_id, barge=True, silence=1, longest=30)
    await bot.until(lambda: len(bot.operations(call_id)) == 3)
    assert [outcome(one) for one in bot.operations(call_id)] == [("failed", 400, 8508)] * 2 + [("completed", 200, 8509)]
    assert bot.simulator.call(call_id).transcript.of("prompt")[0]["cut_short_by"] == "barge_in"


async def test_a_record_that_may_not_barge_in_waits(bot):
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("menu")])
    assert (await record(bot, call_id))["status"] == "notStarted"


async def test_cancelling_loses_the_recording(bot, clock, make_wav):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((9.0, 0.5)))
    await record(bot, call_id, longest=60)
    await clock.advance(3.0)
    await bot.act(call_id, "cancelMediaProcessing")
    await bot.until(lambda: bool(bot.operations(call_id)))
    operation = bot.operations(call_id)[0]
    assert outcome(operation) == ("failed", 400, 8508)
    assert (operation["completionReason"], operation["recordingLocation"]) == ("operationCanceled", "")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, [("completed", 200, 8528)]),
        ({"record_on_hang_up": "fail"}, [("failed", 400, 8508)]),
        ({"record_on_hang_up": "silent"}, []),
    ],
)
async def test_what_a_hang_up_leaves_of_a_recording_is_a_setting(bot, clock, make_wav, told):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((9.0, 0.5)))
    await record(bot, call_id, longest=60, beep=False)
    await clock.advance(3.0)
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert [outcome(one) for one in bot.operations(call_id)] == told
    if told and told[0][0] == "completed":
        assert (await recorded(bot, call_id))[1] == 3.0


async def test_a_recording_needs_its_own_token_and_is_discarded_after_the_call(bot, clock, make_wav):
    call_id = await bot.up()
    bot.simulator.say(call_id, make_wav((9.0, 0.5)))
    await record(bot, call_id)
    operation, _ = await recorded(bot, call_id)
    assert (await fetch(bot, operation, bot.token()))[0] == 401
    assert (await bot.get(operation["recordingLocation"]))[0] == 401
    await clock.advance(300)
    assert (await fetch(bot, operation))[0] == 200
    bot.simulator.hang_up(call_id)
    await clock.advance(59)
    assert (await fetch(bot, operation))[0] == 200
    await clock.advance(2)
    assert (await fetch(bot, operation))[0] == 404

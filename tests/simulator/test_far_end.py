"""Callers who act by themselves."""

from __future__ import annotations

import base64

import pytest

from simulator.far_end import ScriptRefused


async def test_a_scripted_caller_presses_speaks_and_hangs_up(bot, make_wav, clock):
    script = [
        {"when": "established", "after_s": 1.0, "press": "9"},
        {"when": "prompt_started", "prompt": "menu", "after_s": 0.5, "press": "1#", "interval_ms": 100},
        {"when": "listening", "after_s": 0.25, "say": base64.b64encode(make_wav((2.0, 0.5))).decode()},
        {"when": "prompt_ended", "hang_up": True},
    ]
    call_id = await bot.up(script=script)
    await bot.until(lambda: bool(bot.tones(call_id)))
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello"), bot.prompt("menu")])
    await bot.until(lambda: len(bot.tones(call_id)) == 3)
    assert [tone for _, tone in bot.tones(call_id)] == ["tone9", "tone1", "pound"]
    await bot.act(call_id, "recordResponse", prompts=[], maxSilenceTimeoutInSeconds=1, maxRecordDurationInSeconds=60)
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert bot.operations(call_id)[1]["resultInfo"]["subcode"] == 8509
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    await bot.until(lambda: bot.result(call_id) == (200, 4521))
    prompts = bot.simulator.call(call_id).transcript.of("prompt")
    tone = bot.simulator.call(call_id).transcript.of("tone")[1]
    assert tone["at"] - prompts[1]["at"] == pytest.approx(0.5)


async def test_steps_without_a_when_follow_at_once(bot, clock):
    call_id = await bot.up(script=[{"after_s": 2.0, "press": "1"}, {"after_s": 3.0, "hang_up": True}])
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.tones(call_id) == [(1, "tone1")]


async def test_a_script_ends_with_its_call(bot, clock):
    call_id = await bot.up(script=[{"after_s": 9.0, "press": "1"}, {"when": "prompt_started", "press": "2"}])
    bot.simulator.hang_up(call_id)
    await clock.advance(60)
    assert bot.tones(call_id) == []


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"press": "1", "hang_up": True},
        {"when": "the cock crows", "press": "1"},
        {"when": "now", "sing": "la"},
        {"say": "not base64!"},
    ],
)
async def test_a_script_that_makes_no_sense_rings_nobody(bot, step):
    with pytest.raises(ScriptRefused, match="step 2"):
        bot.simulator.ring(script=[{"press": "1"}, step])
    assert not bot.simulator.calls

"""A hundred calls at once, in virtual time."""

from __future__ import annotations

import asyncio
import time


async def test_a_hundred_calls_at_once_end_as_scripted_and_quickly(bot, clock, make_wav):
    bot.lenient = True  # Graph's schemas would be most of the time
    wav = make_wav((2.0, 0.5))
    script = [
        {"when": "prompt_started", "prompt": "menu", "after_s": 0.5, "press": "1"},
        {"when": "listening", "after_s": 0.5, "say": wav},
    ]
    started = time.process_time()
    calls = [bot.simulator.ring(script=script) for _ in range(100)]
    await bot.until(lambda: all(bot.of(call_id) for call_id in calls))
    await asyncio.gather(*(bot.answer(call_id) for call_id in calls))
    await bot.until(lambda: all(bot.audio(call_id) == "active" for call_id in calls))
    await asyncio.gather(*(bot.act(call_id, "subscribeToTone") for call_id in calls))
    prompts = [bot.prompt("hello"), bot.prompt("menu")]
    await asyncio.gather(*(bot.act(call_id, "playPrompt", prompts=prompts) for call_id in calls))
    await bot.until(lambda: all(bot.operations(call_id) for call_id in calls))
    record = {"prompts": [bot.prompt("hello")], "maxSilenceTimeoutInSeconds": 1, "maxRecordDurationInSeconds": 30}
    await asyncio.gather(*(bot.act(call_id, "recordResponse", **record) for call_id in calls))
    await bot.until(lambda: all(len(bot.operations(call_id)) == 2 for call_id in calls))
    await asyncio.gather(*(bot.ask("DELETE", call_id) for call_id in calls))
    await bot.until(lambda: all(bot.ended(call_id) for call_id in calls))
    for call_id in calls:
        assert bot.tones(call_id) == [(1, "tone1")]
        assert [one["resultInfo"]["subcode"] for one in bot.operations(call_id)] == [0, 8509]
        assert bot.result(call_id) == (200, 7000)
    assert time.process_time() - started < 8.0  # usually 2.5, the bot's side and this test's own looking included

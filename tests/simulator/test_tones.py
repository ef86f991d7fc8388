"""Key presses, and the counter that orders them."""

from __future__ import annotations

import pytest

from simulator import NothingToActOn
from simulator.keys import NoSuchKey, tones_of


async def test_keys_come_as_fast_as_they_are_pressed(bot, clock):
    call_id = await bot.up()
    start = clock.now()
    bot.simulator.press(call_id, "1234", interval_ms=50)
    await bot.until(lambda: len(bot.tones(call_id)) == 4)
    assert bot.tones(call_id) == [(1, "tone1"), (2, "tone2"), (3, "tone3"), (4, "tone4")]
    assert clock.now() - start == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("settings", "sequence"),
    [
        ({"tone_sequence_start": 6}, [6, 7, 8, 9, 10]),
        ({"tone_sequence_stride": 3}, [1, 4, 7, 10, 13]),
        ({"tone_sequence_start": 0, "tone_sequence_restart_after": 2}, [0, 1, 0, 1, 0]),
    ],
)
async def test_start_stride_and_restart_of_the_counter_are_settings(bot, sequence):
    call_id = await bot.up()
    bot.simulator.press(call_id, "12345")
    await bot.until(lambda: len(bot.tones(call_id)) == 5)
    assert [number for number, _ in bot.tones(call_id)] == sequence


async def test_keys_before_the_subscription_are_never_told(bot, clock):
    call_id = await bot.up(tones=False)
    bot.simulator.press(call_id, "12")
    await clock.advance(1)
    await bot.act(call_id, "subscribeToTone")
    bot.simulator.press(call_id, "3")
    await bot.until(lambda: bool(bot.tones(call_id)))
    assert bot.tones(call_id) == [(1, "tone3")]
    heard = [(entry["tone"], entry["heard_by"]) for entry in bot.simulator.call(call_id).transcript.of("tone")]
    assert heard == [("tone1", "nobody"), ("tone2", "nobody"), ("tone3", "bot")]


async def test_keys_after_the_end_are_heard_by_nobody(bot, clock):
    call_id = await bot.up()
    bot.simulator.press(call_id, "123", interval_ms=1000)
    await clock.advance(1.5)
    bot.simulator.hang_up(call_id)
    await clock.advance(5)
    assert len(bot.tones(call_id)) == 2
    with pytest.raises(NothingToActOn):
        bot.simulator.press(call_id, "1")


async def test_two_calls_count_for_themselves(bot):
    calls = [await bot.up() for _ in range(2)]
    for call_id in calls:
        bot.simulator.press(call_id, "1")
    await bot.until(lambda: all(bot.tones(call_id) == [(1, "tone1")] for call_id in calls))


def test_every_key_of_a_telephone_has_its_name():
    assert tones_of("0*#aD!") == ["tone0", "star", "pound", "a", "d", "flash"]
    for keys in ("", "1 2", "x", "１"):
        with pytest.raises(NoSuchKey):
            tones_of(keys)


async def test_keys_wait_for_those_that_are_still_being_pressed(bot):
    call_id = await bot.up()
    bot.simulator.press(call_id, "12", interval_ms=100)
    bot.simulator.press(call_id, "34", interval_ms=100)
    await bot.until(lambda: len(bot.tones(call_id)) == 4)
    assert [tone for _, tone in bot.tones(call_id)] == ["tone1", "tone2", "tone3", "tone4"]

"""Keys: early, fast, in bursts, doubled, swapped, and under whatever way Graph counts them."""

from __future__ import annotations

import pytest
from callers import Played, clock_of, finish, hears, play, ring, waits

from cli.laptop import Laptop

KNOWN, UNKNOWN = "account-known", "account-unknown"
TO_KNOWN = ["pick-up", "greeting", "main-menu", "account-number", "look-up", KNOWN]
LEAVES = hears(KNOWN, hang_up=True)
COUNTERS = [(1, 1, None), (6, 1, None), (1, 3, None), (0, 1, None), (1, 1, 3)]
# Nothing in a counter that starts below 1, or again, tells which of two swapped keys was the first.
HOPELESS = [(0, 1, None, "first two swapped"), (1, 1, 3, "last two swapped")]
TROUBLES = [
    (*counter, trouble)
    for counter in COUNTERS
    for trouble in ("none", "all twice", "first two swapped", "last two swapped")
    if (*counter, trouble) not in HOPELESS
]


def cut_short(call: Played) -> dict[str, str | None]:
    return {call.prompts[each["sha256"]]: each["cut_short_by"] for each in call.call.transcript.of("prompt")}


async def test_keys_pressed_before_a_prompt_ends_interrupt_it_and_count(laptop: Laptop) -> None:
    call = await play(laptop, hears("greeting", press="2"), hears("enter-account", press="1234"), LEAVES)
    assert call.heard == ["greeting", "enter-account", KNOWN]
    assert cut_short(call) == {"greeting": "cancelled", "enter-account": "cancelled", KNOWN: "call_ended"}


async def test_a_caller_who_knows_the_way_types_it_all_during_the_greeting(laptop: Laptop) -> None:
    call = await play(laptop, hears("greeting", press="21234", interval_ms=0), LEAVES)
    assert call.record["nodes"] == TO_KNOWN
    assert "main-menu" not in call.heard


@pytest.mark.parametrize("interval_ms", [0, 1, 50, 66])
async def test_a_four_digit_number_typed_within_a_fifth_of_a_second_is_heard_whole(
    laptop: Laptop, interval_ms: int
) -> None:
    typed = hears("enter-account", press="1234", interval_ms=interval_ms)
    call = await play(laptop, hears("main-menu", press="2"), typed, LEAVES)
    assert call.heard == ["greeting", "main-menu", "enter-account", KNOWN]
    assert call.record["keys"] == 5


async def test_the_same_key_pressed_four_times_is_four_keys(laptop: Laptop) -> None:
    call = await play(laptop, hears("greeting", press="29999", interval_ms=40), hears(UNKNOWN, hang_up=True))
    assert call.record["nodes"] == [*TO_KNOWN[:-1], UNKNOWN]


@pytest.mark.parametrize(("start", "stride", "restart_after", "trouble"), TROUBLES)
async def test_keys_are_heard_in_their_order_however_graph_counts_them(
    laptop: Laptop, start: int, stride: int, restart_after: int | None, trouble: str
) -> None:
    laptop.simulator.change_settings(
        tone_sequence_start=start,
        tone_sequence_stride=stride,
        tone_sequence_restart_after=restart_after,
        duplicate_notifications=trouble == "all twice",
    )
    call_id = ring(laptop, hears("main-menu", press="21234", interval_ms=60), LEAVES)
    if "swapped" in trouble:
        skip = 0 if trouble.startswith("first") else 3
        laptop.simulator.fault({"notification": "tone", "call_id": call_id}, "reorder", skip=skip)
    (call,) = await finish(laptop, call_id)
    assert call.record["nodes"] == TO_KNOWN
    assert call.record["keys"] == 5


async def test_a_silence_of_five_seconds_ends_after_five_seconds_under_news_every_four(laptop: Laptop) -> None:
    """Of the call's state, which says nothing new: no notification but a key may move the deadline."""
    clock, call_id = clock_of(laptop), ring(laptop, waits(50, hang_up=True))
    call = laptop.simulator.call(call_id)

    def tell() -> None:
        if call.state == "established":
            call.notify_state()
        if not call.over:
            clock.at(clock.now() + 4, tell)

    tell()
    (played,) = await finish(laptop, call_id)
    silences = played.events_at("outcome", node="main-menu", outcome="noInput")
    ends = [each["ended_at"] for each in call.transcript.of("prompt") if each["cut_short_by"] is None]
    menus = [end for end, id in zip(ends, played.heard, strict=False) if id.startswith("main-menu")]
    assert len(played.at("notification", kind="call")) > 12
    waited = [silence - menu for silence, menu in zip(silences, menus, strict=False)]
    assert waited == pytest.approx([5.0, 5.0, 5.0], abs=0.002)


async def test_a_pause_between_keys_ends_after_two_seconds_and_the_next_key_starts_anew(laptop: Laptop) -> None:
    call = await play(
        laptop,
        hears("main-menu", press="2"),
        hears("enter-account", press="12"),
        waits(2.5, press="1234"),
        LEAVES,
    )
    assert ("account-number", "noMatch") in call.outcomes
    assert call.heard == ["greeting", "main-menu", "enter-account", "account-retry", KNOWN]


async def test_a_key_of_nobody_is_counted_but_changes_nothing(laptop: Laptop) -> None:
    call = await play(laptop, hears("main-menu", press="A"), waits(1, press="*"), waits(1, hang_up=True))
    assert call.outcomes[2:4] == [("main-menu", "noMatch"), ("main-menu", "repeat")]

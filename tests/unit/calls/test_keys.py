"""Keys: barge-in, type-ahead, entries and the time they take."""

from __future__ import annotations

from typing import Any

import pytest

ASK = """
schema: 1
id: ask
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: hello}
  hello: {kind: play, prompts: hello, bargeIn: HELLO, next: ask}
  ask:
    kind: collect
    prompts: ask
    again: again
    noInput: []
    noMatch: []
    into: number
    min: 1
    max: MAX
    bargeIn: ASK
    flushBuffer: FLUSH
    next: check
    on: {tooMany: bye}
  check:
    kind: branch
    cases: [{when: number == 'WANTED', next: right}]
    default: wrong
  right: {kind: hangup, prompts: right}
  wrong: {kind: hangup, prompts: wrong}
  bye: {kind: hangup}
"""


def ask(ring: Any, wanted: str, *, hello: bool = True, barge: bool = True, flush: bool = False, most: int = 4) -> Any:
    values = {"HELLO": str(hello).lower(), "ASK": str(barge).lower(), "FLUSH": str(flush).lower()}
    flow = ASK.replace("MAX", str(most)).replace("WANTED", wanted)
    for name, value in values.items():
        flow = flow.replace(name, value)
    return ring(flow)


def test_a_number_typed_in_a_fifth_of_a_second_during_a_prompt_is_collected_whole(ring: Any) -> None:
    call = ask(ring, "1234").on("ask", press="1234", after=700, every=50).run()
    assert call.heard == ["hello", "ask", "right"]
    assert call.activities.count("cancel_media_processing") == 1


def test_the_key_that_interrupts_counts_and_the_next_prompt_waits_for_the_end_of_the_last(ring: Any) -> None:
    call = ring().on("main-menu", press="1", after=500).run(until=10_000)
    played = [at for at, command in enumerate(call.commands) if command["activity"] == "play_prompt"]
    assert call.heard[:3] == ["greeting", "main-menu", "opening-hours"]
    assert call.commands[played[2] - 1]["activity"] == "cancel_media_processing"
    hours = next(entry for entry in call.journal if entry.get("prompt") == "opening-hours")
    interrupted = next(entry for entry in call.journal if entry.get("state") == "interrupting")
    assert hours["at"] - interrupted["at"] == pytest.approx(0.06)


@pytest.mark.parametrize("barge", [True, False])
@pytest.mark.parametrize("hello", [True, False])
@pytest.mark.parametrize("after", [0, 1000, 1900, 2500, 3900, 4500])
def test_keys_count_whenever_they_are_pressed(ring: Any, barge: bool, hello: bool, after: int) -> None:
    call = ask(ring, "1234", hello=hello, barge=barge).on("hello", press="1234", after=after).run()
    assert call.heard[-1] == "right"
    assert call.activities.count("play_prompt") == len(call.heard)


def test_prompts_that_may_not_be_interrupted_are_heard_out(ring: Any) -> None:
    call = ask(ring, "1234", hello=False, barge=False).on("hello", press="1234", after=100).run()
    assert "cancel_media_processing" not in call.activities
    assert call.now > 3 * 2000


def test_a_node_that_flushes_forgets_what_was_pressed_before_it_listens(ring: Any) -> None:
    call = ask(ring, "34", flush=True, hello=False).on("hello", press="12").on("ask", press="34").run()
    assert call.heard[-1] == "right"
    call = ask(ring, "56", flush=True, hello=False, barge=False)
    call.on("hello", press="12").on("ask", press="34").on("ask", press="").press("56", after=5000)
    assert call.run().heard[-1] == "right"


@pytest.mark.parametrize(
    ("keys", "wanted"), [("12#", "12"), ("1234", "1234"), ("1234#", "1234"), ("12", "12"), ("1*3#", "1*3")]
)
def test_an_entry_ends_by_its_length_a_terminator_or_a_pause(ring: Any, keys: str, wanted: str) -> None:
    assert ask(ring, wanted).on("ask", press=keys).run().heard[-1] == "right"


def test_a_terminator_after_a_full_entry_is_swallowed(ring: Any) -> None:
    call = ring().on("main-menu", press="2").on("enter-account", press="1234#").run(until=11_000)
    assert call.heard[-2:] == ["account-known", "main-menu"]
    typed_ahead = ring().on("main-menu", press="21234#1", every=10).run(until=4_800)
    assert typed_ahead.heard == ["greeting", "main-menu", "opening-hours"]


def test_timers_start_at_the_end_of_the_prompt(ring: Any) -> None:
    call = ask(ring, "1").run(until=2450)
    assert call.session.status()["state"] == "playing"
    call.run(until=4400)
    asked = call.now
    assert call.session.status()["state"] == "listening"
    assert (call.session.deadline_at - call.at(asked)).total_seconds() == pytest.approx(4.9, abs=0.1)


def test_no_other_notification_moves_a_deadline(ring: Any) -> None:
    call = ask(ring, "1").run(until=4400)
    due = call.session.deadline_at
    for after in (1000, 4000):
        call.say({"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None}, after)
        call.say({"kind": "roster", "sequence": after, "count": 1}, after)
    call.run(until=8500)
    assert call.session.deadline_at == due
    call.run(until=9400)
    assert call.heard[-1] == "again"


def test_three_silences_are_too_many(ring: Any) -> None:
    call = ring().run(until=40_000)
    assert call.heard[:6] == [
        "greeting",
        "main-menu",
        "no-input",
        "main-menu-short",
        "no-input",
        "main-menu-short",
    ]
    assert call.heard[6] == "too-many-tries"


def test_silences_and_wrong_keys_are_counted_apart(ring: Any) -> None:
    call = ring().on("main-menu", press="9").on("no-input", press="8", after=2500).run(until=40_000)
    noted = [entry["outcome"] for entry in call.journal if entry.get("count")]
    assert noted == ["noMatch", "noInput", "noMatch", "noInput", "noInput"]
    assert "too-many-tries" in call.heard


def test_a_menu_can_be_heard_again(ring: Any) -> None:
    call = ring().on("main-menu", press="*").on("main-menu", press="1").run(until=5_000)
    assert call.heard == ["greeting", "main-menu", "main-menu", "opening-hours"]


def test_a_key_held_for_its_order_is_not_too_late_for_the_deadline(ring: Any) -> None:
    call = ask(ring, "7").run(until=4400)
    due = (call.session.deadline_at - call.at(0)).total_seconds() * 1000
    call.say({"kind": "tone", "sequence": 6, "tone": "tone7"}, round(due) - 20 - call.now)
    assert call.run().heard[-1] == "right"


@pytest.mark.parametrize(("start", "stride"), [(1, 1), (6, 1), (1, 3)])
@pytest.mark.parametrize("arrival", [(0, 1, 2, 3), (1, 0, 3, 2), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_digits_told_out_of_order_are_collected_in_order(
    ring: Any, start: int, stride: int, arrival: tuple[int, ...]
) -> None:
    call = ask(ring, "4711", hello=False).run(until=2500)
    for at, pressed in enumerate(arrival):
        tone = {"kind": "tone", "sequence": start + stride * pressed, "tone": f"tone{'4711'[pressed]}"}
        call.say(tone, 500 + at * 30)
    assert call.run().heard[-1] == "right"


def test_keys_that_are_none_are_ignored(ring: Any) -> None:
    call = ask(ring, "1").run(until=4400)
    call.say({"kind": "tone", "sequence": 1, "tone": "flash"})
    call.press("1", after=100)
    assert call.run().heard[-1] == "right"


def test_a_key_pressed_before_the_prompt_has_begun_is_cancelled_after_it_has(ring: Any) -> None:
    call = ask(ring, "1234").run(until=250)
    call.say({"kind": "noise"})
    commands = call.receive({"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None})
    (prompt,) = call.receive({"kind": "performed", "step": commands[0].step, "ok": {}})
    assert call.receive({"kind": "tone", "sequence": 1, "tone": "tone1"}) == []
    (cancel,) = call.receive(
        {"kind": "performed", "step": prompt.step, "ok": {"operation_id": "x", "status": "running"}}
    )
    assert cancel.activity == "cancel_media_processing"

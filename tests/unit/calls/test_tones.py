from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.tones import ToneOrder

WINDOW_MS = 150


def play(presses: list[tuple[int, int, str]]) -> str:
    """Let (time, sequence, tone) arrive, with the deadline honoured between them and JSON in between."""
    order, applied = ToneOrder(), ""
    for at, sequence, tone in presses:
        while (deadline := order.deadline_ms) is not None and deadline <= at:
            applied += "".join(order.expire(deadline))
        applied += "".join(order.arrive(sequence, tone, at, WINDOW_MS))
        order = ToneOrder.from_json(json.loads(json.dumps(order.to_json())))
    while (deadline := order.deadline_ms) is not None:
        applied += "".join(order.expire(deadline))
    return applied


@pytest.mark.parametrize(("start", "stride"), [(1, 1), (6, 1), (1, 3), (40, 7)])
@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_any_order_inside_the_window_comes_out_as_typed(start: int, stride: int, arrival: tuple[int, ...]) -> None:
    typed = "4711"
    presses = [(at * 30, start + stride * pressed, typed[pressed]) for at, pressed in enumerate(arrival)]
    assert play(presses) == typed


@pytest.mark.parametrize(("start", "stride"), [(1, 1), (6, 1), (1, 3)])
@pytest.mark.parametrize("arrival", [each for each in permutations(range(3)) if each[0] < 3])
def test_a_counter_that_starts_again_changes_nothing(start: int, stride: int, arrival: tuple[int, ...]) -> None:
    before = [(at * 400, start + stride * at, key) for at, key in enumerate("123")]
    again = [(5000 + at * 30, start + stride * pressed, "987"[pressed]) for at, pressed in enumerate(arrival)]
    assert play(before + again) == "123987"


def test_the_first_tone_is_applied_at_once_when_its_number_is_1() -> None:
    assert ToneOrder().arrive(1, "5", 0, WINDOW_MS) == ["5"]


def test_a_first_tone_of_another_number_waits_at_most_the_window() -> None:
    order = ToneOrder()
    assert order.arrive(6, "5", 1000, WINDOW_MS) == []
    assert order.deadline_ms == 1150
    assert order.expire(1150) == ["5"]
    assert order.arrive(7, "6", 1200, WINDOW_MS) == ["6"]


def test_a_learned_stride_needs_no_waiting() -> None:
    order = ToneOrder()
    order.arrive(1, "1", 0, WINDOW_MS)
    order.arrive(4, "2", 500, WINDOW_MS)
    order.expire(650)
    assert order.arrive(7, "3", 1000, WINDOW_MS) == ["3"]


def test_what_comes_after_the_window_is_applied_late_but_once() -> None:
    assert play([(0, 1, "1"), (100, 3, "3"), (900, 2, "2"), (950, 4, "4")]) == "1324"


def test_the_same_press_told_twice_counts_once() -> None:
    assert play([(0, 1, "1"), (20, 1, "1"), (100, 3, "3"), (110, 3, "3"), (400, 3, "3")]) == "13"


def test_the_same_number_and_tone_after_ten_seconds_is_another_press() -> None:
    assert play([(0, 1, "1"), (10_001, 1, "1")]) == "11"


def test_a_restart_lets_go_of_what_is_held() -> None:
    assert play([(0, 1, "1"), (100, 2, "2"), (200, 4, "4"), (260, 1, "9")]) == "1249"


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(-2, 12), st.sampled_from("0123456789*#")), min_size=1, max_size=30
    )
)
def test_nothing_is_lost_and_nothing_applied_twice(steps: list[tuple[int, int, str]]) -> None:
    at, presses = 0, []
    for pause, sequence, tone in steps:
        at += pause
        presses.append((at, sequence, tone))
    distinct = [
        press
        for n, press in enumerate(presses)
        if not any(other[1:] == press[1:] and press[0] - other[0] <= 10_000 for other in presses[:n])
    ]
    assert sorted(play(presses)) == sorted(tone for _, _, tone in distinct)


@given(
    st.text("0123456789*#", min_size=1, max_size=16),
    st.integers(1, 9),
    st.integers(1, 4),
    st.data(),
)
def test_delays_shorter_than_the_window_never_change_what_was_typed(
    typed: str, start: int, stride: int, data: st.DataObject
) -> None:
    delays = [data.draw(st.integers(0, WINDOW_MS - 1)) for _ in typed]
    times = [n * 60 + delay for n, delay in enumerate(delays)]
    presses = sorted((at, start + stride * n, key) for n, (at, key) in enumerate(zip(times, typed, strict=True)))
    assert play(presses) == typed

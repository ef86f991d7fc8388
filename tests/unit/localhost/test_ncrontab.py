"""Schedules of timer triggers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localhost.ncrontab import parse

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("0 */5 * * * *", "2026-01-05T09:05:00"),
        ("*/15 * * * * *", "2026-01-05T09:00:15"),
        ("0 0 * * * *", "2026-01-05T10:00:00"),
        ("0 0 */2 * * *", "2026-01-05T10:00:00"),
        ("0 0 9-17 * * *", "2026-01-05T10:00:00"),
        ("0 30 9 * * *", "2026-01-05T09:30:00"),
        ("0 30 9 * * 1-5", "2026-01-05T09:30:00"),
        ("0 30 9 * Jan Mon", "2026-01-05T09:30:00"),
        ("0 0 0 * * SUN", "2026-01-11T00:00:00"),
        ("5,8,10 * * * * *", "2026-01-05T09:00:05"),
        ("5/20 * * * * *", "2026-01-05T09:00:05"),
        ("0 5 * * * *", "2026-01-05T09:05:00"),
        ("59 59 23 31 DEC *", "2026-12-31T23:59:59"),
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("0 0 12 13 * FRI", "2026-02-13T12:00:00"),  # both must hold, unlike cron
        ("*/5 * * * *", "2026-01-05T09:05:00"),  # five fields: on the minute
    ],
)
def test_the_next_time_after_a_monday_at_nine(expression: str, expected: str):
    assert parse(expression).after(MONDAY) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression, complaint",
    [
        ("", "six fields are needed, it has 0"),
        ("* * * *", "it has 4"),
        ("60 * * * * *", "in second, '60' is not between 0 and 59"),
        ("0 0 0 0 * *", "in day, '0' is not between 1 and 31"),
        ("0 0 0 * 13 *", "in month"),
        ("0 0 0 * * 7", "in day of week"),
        ("0 0 0 * * FUN", "'FUN' is not between"),
        ("0 30-10 * * * *", "runs backwards"),
        ("0 */0 * * * *", "the step of '*/0'"),
        ("0 */x * * * *", "the step of '*/x'"),
        ("0 ,5 * * * *", "in minute, '' is not between"),
        ("0 ² * * * *", "in minute"),
    ],
)
def test_what_is_no_schedule_is_refused_by_field(expression: str, complaint: str):
    with pytest.raises(ValueError, match="is not an NCRONTAB expression") as caught:
        parse(expression)
    assert complaint in str(caught.value)


def test_a_day_that_never_comes_has_no_next_time():
    assert parse("0 0 0 31 2 *").after(MONDAY) is None


_field = {
    0: st.sampled_from(["*", "0", "*/10", "7,30-33", "59"]),
    1: st.sampled_from(["*", "0", "*/7", "13", "50-59/3"]),
    2: st.sampled_from(["*", "0", "23", "*/5", "8-18"]),
    3: st.sampled_from(["*", "1", "28-31", "*/9"]),
    4: st.sampled_from(["*", "1", "FEB", "6-8", "*/4"]),
    5: st.sampled_from(["*", "MON", "0", "1-5", "SAT,SUN"]),
}
_SPANS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_NAMES = {"FEB": 2, "MON": 1, "SAT": 6, "SUN": 0}


def matches(field: str, span: tuple[int, int], value: int) -> bool:
    """An independent reading of one field."""

    def one(item: str) -> bool:
        body, _, step = item.partition("/")
        low, _, high = body.partition("-")
        if body == "*":
            first, last = span
        else:
            first = _NAMES.get(low) if low in _NAMES else int(low)
            last = (_NAMES.get(high) if high in _NAMES else int(high)) if high else (span[1] if step else first)
        return first <= value <= last and (value - first) % int(step or 1) == 0

    return any(one(item) for item in field.split(","))


@given(
    fields=st.tuples(*(_field[n] for n in range(6))),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
)
@settings(max_examples=150, deadline=None)
def test_the_next_time_matches_and_none_before_it_does(fields: tuple[str, ...], start: datetime):
    due = parse(" ".join(fields)).after(start)

    def fits(moment: datetime) -> bool:
        values = (moment.second, moment.minute, moment.hour, moment.day, moment.month, moment.isoweekday() % 7)
        return all(matches(f, s, v) for f, s, v in zip(fields, _SPANS, values, strict=True))

    if due is None:
        return
    assert due > start
    assert fits(due)
    probe = start.replace(microsecond=0) + timedelta(seconds=1)
    for _ in range(3000):  # every second before it, as far as that is quick
        if probe >= due:
            break
        assert not fits(probe), probe
        probe += timedelta(seconds=1)

"""NCRONTAB: the six-field schedules of timer triggers, `{second} {minute} {hour} {day} {month} {day of week}`.

Each field is `*`, a number, a name (JAN, MON), a range `a-b`, any of these with a step `/n`, or a list of them joined
by commas. All six must match (unlike cron, where day and day of week are alternatives). Times are UTC.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEARS_AHEAD = 8  # 29 February can be eight years away (1896 to 1904, 2096 to 2104)


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field(name="second", first=0, last=59),
    _Field(name="minute", first=0, last=59),
    _Field(name="hour", first=0, last=23),
    _Field(name="day", first=1, last=31),
    _Field(name="month", first=1, last=12, names=_MONTHS),
    _Field(name="day of week", first=0, last=6, names=_DAYS),
)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When to fire. Days of the week: 0 is Sunday."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def after(self, moment: datetime) -> datetime | None:
        """The first time strictly after `moment` (aware), in UTC; None when there is none (31 February)."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day = start.replace(hour=0, minute=0, second=0)
        while day.year <= start.year + _YEARS_AHEAD:
            if self._on(day):
                earliest = start if day.date() == start.date() else day
                if (time := self._time_from(earliest)) is not None:
                    return time
            day += timedelta(days=1)
        return None

    def _on(self, day: datetime) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays

    def _time_from(self, earliest: datetime) -> datetime | None:
        """The first matching time of that day, not before `earliest`."""
        wanted = (earliest.hour, earliest.minute, earliest.second)
        for hour in self.hours:
            if hour < wanted[0]:
                continue
            for minute in self.minutes:
                if (hour, minute) < wanted[:2]:
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= wanted:
                        return earliest.replace(hour=hour, minute=minute, second=second)
        return None


def parse(expression: str) -> Schedule:
    """Read a six-field expression; five fields mean second 0.

    Raises:
        ValueError: the expression, the field and what is wrong with it.
    """
    fields = expression.split()
    if len(fields) == len(_FIELDS) - 1:
        fields.insert(0, "0")
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{expression!r} is not an NCRONTAB expression: six fields are needed, it has {len(fields)}.")
    try:
        values = [_values(field, text) for field, text in zip(_FIELDS, fields, strict=True)]
    except ValueError as error:
        raise ValueError(f"{expression!r} is not an NCRONTAB expression: {error}") from None
    seconds, minutes, hours, days, months, weekdays = values
    return Schedule(
        seconds=tuple(sorted(seconds)),
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=days,
        months=months,
        weekdays=weekdays,
    )


def _values(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for item in text.split(",") for value in _item(field, item))


def _item(field: _Field, item: str) -> range:
    span, slash, step = item.partition("/")
    if slash and (not step.isascii() or not step.isdigit() or int(step) == 0):
        raise ValueError(f"in {field.name}, the step of {item!r} is not a positive number")
    if span == "*":
        first, last = field.first, field.last
    else:
        low, dash, high = span.partition("-")
        first = _number(field, low)
        last = _number(field, high) if dash else field.last if slash else first
    if first > last:
        raise ValueError(f"in {field.name}, {item!r} runs backwards")
    return range(first, last + 1, int(step) if slash else 1)


def _number(field: _Field, text: str) -> int:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + field.first
    if not (text.isascii() and text.isdigit() and field.first <= int(text) <= field.last):
        raise ValueError(f"in {field.name}, {text!r} is not between {field.first} and {field.last}")
    return int(text)

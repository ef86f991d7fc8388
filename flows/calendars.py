"""Opening hours and holidays, judged at a local time. Pure: the time is given in.

Days are `mon`, `mon-fri`, `sat, sun`; times are `08:00-18:00`, which holds from 08:00 until just before 18:00 by the
wall clock, however long the day is that a clock change makes. `22:00-06:00` belongs to the day on which it begins: the
night before a holiday goes on into it, and that of a holiday is its own.
Holidays are dates of one year (`2026-12-25`) or of every year (`12-25`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMES = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})")
_MINUTES_A_DAY = 24 * 60


@lru_cache(maxsize=512)
def read_days(text: str) -> frozenset[int]:
    """Read days of the week, 0 for Monday; raises ValueError."""
    found: set[int] = set()
    for part in text.lower().split(","):
        ends = [piece.strip() for piece in part.split("-")]
        if len(ends) > 2 or not set(ends) <= set(DAYS):
            raise ValueError(f"'{text[:40]}' is not days such as mon-fri or sat,sun")
        begin, end = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found |= {each % 7 for each in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(found)


@lru_cache(maxsize=512)
def read_times(text: str) -> tuple[int, int]:
    """Read a span of time as minutes since midnight; the end is more than a day's where it lies on the next."""
    match = _TIMES.fullmatch(text.replace(" ", ""))
    begin, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
    if match is None or begin in (end, _MINUTES_A_DAY) or max(begin, end) > _MINUTES_A_DAY:
        raise ValueError(f"'{text[:40]}' is not a time such as 08:00-18:00")
    return begin, end if end > begin else end + _MINUTES_A_DAY


@lru_cache(maxsize=512)
def read_date(text: str) -> tuple[int | None, int, int]:
    """Read a date as year (None: every year), month and day; raises ValueError."""
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year = int(match[1]) if match[1] else None
        checked = date(2024 if year is None else year, int(match[2]), int(match[3]))  # 2024 has every day
    except ValueError:
        raise ValueError(f"'{text[:20]}' is not a date such as 2026-12-25 or 12-25") from None
    return year, checked.month, checked.day


def is_open(opening: Mapping[str, Iterable[str]], holidays: Mapping[str, Iterable[str]], local: datetime) -> bool:
    """Whether a span of this day, or one of the day before that goes on past midnight, holds at a local time.

    `opening`: days -> times; `holidays`: date -> times, which count on that date instead.
    """
    minute = local.hour * 60 + local.minute
    return any(
        begin <= minute + back * _MINUTES_A_DAY < end
        for back in (0, 1)
        for begin, end in map(read_times, _times_of(opening, holidays, local - timedelta(days=back)))
    )


def _times_of(
    opening: Mapping[str, Iterable[str]], holidays: Mapping[str, Iterable[str]], day: datetime
) -> Iterable[str]:
    date = holiday(holidays, day)
    if date is not None:
        return holidays[date]
    return [each for days, times in opening.items() if day.weekday() in read_days(days) for each in times]


def holiday(dates: Iterable[str], local: datetime) -> str | None:
    """Which of the dates it is; one of this year goes before one of every year."""
    today = {text for text in dates if read_date(text) in ((local.year, local.month, local.day), _yearly(local))}
    return max(today, key=len) if today else None


def _yearly(local: datetime) -> tuple[None, int, int]:
    return None, local.month, local.day

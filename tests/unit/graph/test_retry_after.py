from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.retry_after import retry_after_s

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC).timestamp()


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where this machine believes to be."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0.0), ("1", 1.0), ("120", 120.0), ("2.128", 2.128), (" 7 ", 7.0), ("007", 7.0)]
)
def test_seconds_may_be_whole_or_fractions(header: str, seconds: float) -> None:
    assert retry_after_s(header, NOW) == seconds


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its time zone for one test")
@pytest.mark.parametrize(
    "header",
    [
        "Mon, 05 Jan 2026 09:00:30 GMT",
        "Monday, 05-Jan-26 09:00:30 GMT",
        "Mon Jan  5 09:00:30 2026",
        "Mon, 05 Jan 2026 09:00:30 -0000",
        "Mon, 05 Jan 2026 10:00:30 +0100",
    ],
)
def test_a_date_means_the_same_wherever_we_run(zone: str, header: str) -> None:
    assert retry_after_s(header, NOW) == 30.0
    assert retry_after_s(header, NOW + 0.25) == 29.75


def test_a_date_that_has_passed_means_at_once() -> None:
    assert retry_after_s("Mon, 05 Jan 2026 08:59:59 GMT", NOW) == 0.0


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "  ",
        "soon",
        "-1",
        "+1",
        "1e3",
        "nan",
        "inf",
        "0x10",
        "1,5",
        "1.",
        ".5",
        "\u0663",
        "9" * 30,
        "120 s",
        "Mon, 32 Jan 2026 09:00:30 GMT",
        "Mon, 05 Jan 2026 25:00:30 GMT",
        "Mon, 05 Jan 99999 09:00:30 GMT",
        "Mon, 05 Jan 99999999999999999999 09:00:30 GMT",
        "Mon, 05 Jan 2026 09:00:30 +99999999999999999999",
        "Mon, 05 Jan 2026 09:00:30 +9999",
    ],
)
def test_what_makes_no_sense_says_nothing(header: str | None) -> None:
    assert retry_after_s(header, NOW) is None


@given(st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,5} [0-9:]{1,9} \S{0,6}"))
def test_no_header_raises_or_gives_a_time_that_is_none(header: str) -> None:
    seconds = retry_after_s(header, NOW)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@given(
    now=st.floats(0, 4e9),
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_a_date_is_never_undercut(now: float, moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    seconds = retry_after_s(format_datetime(whole, usegmt=True), now)
    assert seconds is not None
    assert now + seconds >= whole.timestamp() - 1e-6
    assert seconds <= max(0.0, whole.timestamp() - now)

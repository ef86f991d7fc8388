"""Opening hours at given times: clock changes, holidays, nights, the override."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import Flow, FlowErrors, Interpreter, calendars, load
from flows import acts as a

LONDON = ZoneInfo("Europe/London")
TEXT = """
schema: 1
id: shop
locale: en-US
start: pick-up
defaults: {onError: {next: bye}, timezone: Europe/London}
variables: {flood: false}
nodes:
  pick-up: {kind: answer, next: hours}
  hours:
    kind: hours
    opening: {mon-fri: [08:00-12:00, 13:00-18:00], sat: 09:00-13:00, fri: 22:00-02:00}
    holidays:
      12-25: christmas
      2026-12-24: {name: christmas-eve, open: 09:00-12:00, next: early}
    override: flood
    next: open
    on: {closed: closed, override: flooded}
  open: {kind: play, prompts: open, next: bye}
  closed: {kind: play, prompts: closed, next: bye}
  early: {kind: play, prompts: early, next: bye}
  flooded: {kind: play, prompts: flooded, next: bye}
  bye: {kind: hangup}
"""
FLOW = load(TEXT, "shop.yaml")


def heard(local: str, flow: Flow = FLOW) -> str:
    """What a caller hears at a time in London."""
    walk = Interpreter(flow)
    at = datetime.fromisoformat(local).replace(tzinfo=LONDON)
    walk.now_ms = round(at.timestamp() * 1000)
    walk.begin()
    act = walk.resume(a.Answered())
    assert isinstance(act, a.Play)
    return act.prompts[0]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-23T07:59:59", "closed"),  # a Monday
        ("2026-11-23T08:00:00", "open"),
        ("2026-11-23T12:00:00", "closed"),
        ("2026-11-23T13:00:00", "open"),
        ("2026-11-23T17:59:59", "open"),
        ("2026-11-23T18:00:00", "closed"),
        ("2026-11-28T12:59:00", "open"),  # a Saturday
        ("2026-11-29T12:00:00", "closed"),
        ("2026-11-27T23:00:00", "open"),  # Friday's night
        ("2026-11-28T01:59:00", "open"),
        ("2026-11-28T02:00:00", "closed"),
        ("2026-11-27T01:00:00", "closed"),  # Thursday's
        ("2026-12-25T10:00:00", "closed"),
        ("2027-12-25T10:00:00", "closed"),
        ("2026-12-24T10:00:00", "open"),
        ("2026-12-24T12:00:00", "early"),
        ("2027-12-24T14:00:00", "open"),  # a Friday, and an eve of no other year
        ("2027-12-25T01:59:00", "open"),  # still Friday's night, though a holiday has begun
        ("2027-12-25T02:00:00", "closed"),
        ("2026-12-26T01:00:00", "closed"),  # the night of a holiday that was a Friday
        ("2026-03-30T08:00:00", "open"),  # the Monday after the clocks went forward
    ],
)
def test_the_clock_of_the_zone_decides(local: str, expected: str) -> None:
    assert heard(local) == expected


def test_summer_time_is_that_of_the_zone() -> None:
    assert heard("2026-07-01T08:00:00") == "open"  # 07:00 UTC
    assert heard("2026-07-01T07:59:00") == "closed"


def test_while_the_override_holds_the_clock_does_not_count() -> None:
    flow = load(TEXT.replace("flood: false", "flood: true"), "shop.yaml")
    assert heard("2026-11-23T10:00:00", flow) == "flooded"


def test_a_holiday_is_an_outcome_of_its_own() -> None:
    names = {exit.outcome: exit.target for exit in FLOW.outcomes() if exit.node == "hours"}
    assert names == {
        "open": "open",
        "closed": "closed",
        "override": "flooded",
        "holiday:christmas": "closed",
        "holiday:christmas-eve": "early",
    }
    flow = load(TEXT.replace("on: {closed: closed,", "on: {closed: closed, holiday: flooded,"), "shop.yaml")
    assert flow.follow("hours", "holiday:christmas") == "flooded"
    assert flow.follow("hours", "holiday:christmas-eve") == "early"


def test_the_times_of_a_holiday_go_on_past_its_midnight() -> None:
    flow = load(TEXT.replace("open: 09:00-12:00", "open: 20:00-01:00"), "shop.yaml")
    assert [heard(f"2026-12-24T{time}", flow) for time in ("10:00", "20:00")] == ["early", "open"]
    assert [heard(f"2026-12-25T{time}", flow) for time in ("00:59", "01:00")] == ["open", "closed"]


@pytest.mark.parametrize("text", ["", "mon-", "foo", "mon-fry", "mon,,tue"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not days"):
        calendars.read_days(text)


def test_days_go_round_the_week() -> None:
    assert calendars.read_days("sat-mon") == {5, 6, 0}
    assert calendars.read_days("Mon, wed-thu") == {0, 2, 3}


@pytest.mark.parametrize("text", ["2026-02-29", "13-01", "12-32", "25.12.", "2026-12", "0000-01-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        calendars.read_date(text)


def test_the_29th_of_february_comes_in_leap_years_only() -> None:
    assert calendars.holiday(["02-29"], datetime(2028, 2, 29, tzinfo=UTC)) == "02-29"
    assert calendars.holiday(["02-29"], datetime(2027, 3, 1, tzinfo=UTC)) is None


def test_two_holidays_of_one_name_lead_to_one_node() -> None:
    text = TEXT.replace("12-25: christmas", "12-25: christmas-eve")
    with pytest.raises(FlowErrors, match="two holidays are called 'christmas-eve'"):
        load(text, "shop.yaml")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(0, 23), st.integers(1, 24))
def test_a_span_holds_for_exactly_its_minutes(day: datetime, begin: int, hours: int) -> None:
    end = (begin + hours) % 24
    spans = {"mon-sun": [f"{begin:02}:00-{end:02}:00"]} if end != begin else {"mon-sun": ["00:00-24:00"]}
    minutes = [day.replace(hour=0, minute=0) + timedelta(minutes=each) for each in range(0, 1440, 30)]
    assert sum(calendars.is_open(spans, {}, each) for each in minutes) == 2 * (hours if end != begin else 24)


def test_json_and_back_is_the_same_flow() -> None:
    assert Flow.from_json(FLOW.to_json()).hash == FLOW.hash

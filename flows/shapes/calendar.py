"""Shapes of opening hours: time zones, days, times and dates."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any

from flows import calendars
from flows.problems import Problems, unknown_name
from flows.shapes.shape import Shape, raw_text
from flows.source import Located


class TimeZone(Shape[str]):
    """A time zone of the IANA database, such as `Europe/London`."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read the name of a zone that there is."""
        raw = raw_text(source, problems)
        try:
            zoneinfo.ZoneInfo(raw)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            known = sorted(zoneinfo.available_timezones())
            raise problems.refuse(source.place, unknown_name("time zone", raw, known), "bad-hours") from None
        return raw

    def schema(self) -> dict[str, Any]:
        """A text."""
        return {"type": "string", "description": "a time zone such as Europe/London"}


class _Read(Shape[str]):
    """A text that one of the readers of `flows.calendars` takes."""

    _reader: Callable[[str], object]
    _pattern: str
    _what: str

    def read(self, source: Located, problems: Problems) -> str:
        """Read the text, and keep it as written."""
        raw = raw_text(source, problems)
        try:
            type(self)._reader(raw)
        except ValueError as error:
            raise problems.refuse(source.place, str(error), "bad-hours") from None
        return raw

    def schema(self) -> dict[str, Any]:
        """The form."""
        return {"type": "string", "pattern": self._pattern, "description": self._what}


class Days(_Read):
    """Days of the week."""

    _reader = staticmethod(calendars.read_days)
    _pattern = "^[a-zA-Z]{3}( *[-,] *[a-zA-Z]{3})*$"
    _what = "days such as mon-fri or sat,sun"


class Times(_Read):
    """A span of a day."""

    _reader = staticmethod(calendars.read_times)
    _pattern = "^[0-2][0-9]:[0-5][0-9] *- *[0-2][0-9]:[0-5][0-9]$"
    _what = "times such as 08:00-18:00"


class Date(_Read):
    """A day of one year, or of every year."""

    _reader = staticmethod(calendars.read_date)
    _pattern = "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"
    _what = "a date such as 2026-12-25 or 12-25"

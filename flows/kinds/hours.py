"""`hours`: whether somebody is there at this time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flows import calendars, expressions
from flows.kinds.labels import taken
from flows.nodes import Frame, Leave, Outcome, Silent, Step
from flows.parameters import Group, parameter
from flows.problems import Problems
from flows.shapes import Date, Days, Formula, Items, Maybe, Name, NodeName, Table, Times, TimeZone
from flows.source import Located

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A holiday: closed all day but for the times in `open`."""

    name: str = parameter("name", Name("holiday"), "its outcome is holiday:NAME")
    open: tuple[str, ...] = parameter("open", Items(Times(), 0, 10), "when it is open all the same", default=())
    next: str | None = parameter(
        "next", Maybe(NodeName()), "the node that follows; that of 'holiday' when left out", default=None
    )


class _Holiday(Group[Holiday]):
    """A holiday in full, or just its name."""

    def read(self, source: Located, problems: Problems) -> Holiday:
        if isinstance(source.value, dict):
            return super().read(source, problems)
        return Holiday(name=Name("holiday").read(source, problems))

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [Name().schema(), super().schema()]}


class _Holidays(Table[Holiday]):
    """Date -> holiday; two of one name lead to one node."""

    def read(self, source: Located, problems: Problems) -> dict[str, Holiday]:
        holidays = super().read(source, problems)
        at = taken((each.name, each.next) for each in holidays.values())
        if at is not None:
            day, each = list(holidays.items())[at]
            message = f"two holidays are called '{each.name}' but lead to different nodes"
            raise problems.refuse((source.keys or {})[day], message, "label-taken")
        return holidays


@dataclass(frozen=True, kw_only=True)
class Hours(Silent):
    """Looks at the clock: `open` within the times of the week, `closed` outside them, `holiday` on one of the holidays.

    Times past midnight belong to the day on which they begin, a holiday or not. While `override` holds, none of this
    counts. Summer time is that of the zone.
    """

    KIND: ClassVar[str] = "hours"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (
        Outcome("open"),
        Outcome("closed"),
        Outcome("holiday", "closed"),
        Outcome("override", "closed"),
    )
    NEXT: ClassVar[str | None] = "open"

    timezone: str = parameter("timezone", TimeZone(), "whose clock counts", inherited=True)
    opening: dict[str, tuple[str, ...]] = parameter(
        "opening", Table(Days(), Items(Times(), 1, 10), least=1, most=20), "days -> times"
    )
    holidays: dict[str, Holiday] = parameter(
        "holidays", _Holidays(Date(), _Holiday(Holiday)), "date -> holiday", default={}
    )
    override: str | None = parameter("override", Maybe(Formula()), "a condition that overrules the clock", default=None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """One more outcome per holiday; only what can be overruled is."""
        names = dict.fromkeys(f"holiday:{each.name}" for each in self.holidays.values())
        there = ("open", "closed", "override") if self.override else ("open", "closed")
        common = (each for each in self.OUTCOMES if each.name in there)
        return (*common, *(Outcome(name, "closed") for name in names))

    @property
    def own_targets(self) -> Mapping[str, str]:
        """What the holidays say, and `on`."""
        common = self.targets.get("holiday", "")
        ways = {f"holiday:{each.name}": each.next or common for each in self.holidays.values()}
        return {**{name: to for name, to in ways.items() if to}, **self.targets}

    @property
    def unattended(self) -> tuple[str, ...]:
        """It stays open, closed or a holiday for longer than anybody waits."""
        return tuple(outcome.name for outcome in self.outcomes)

    def enter(self, frame: Frame) -> Step:
        """Look."""
        if self.override and expressions.parse(self.override).value(frame.variables):
            return Leave("override")
        local = (_EPOCH + timedelta(milliseconds=frame.now_ms)).astimezone(ZoneInfo(self.timezone))
        if calendars.is_open(self.opening, {day: each.open for day, each in self.holidays.items()}, local):
            return Leave("open")
        day = calendars.holiday(self.holidays, local)
        return Leave("closed" if day is None else f"holiday:{self.holidays[day].name}")

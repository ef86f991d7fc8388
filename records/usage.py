"""What each call has used, and what calls come to in a month, for hosts who bill by the call.

A call that has ended leaves one row beside its summary, written in the transaction that ends the record:

    use:{day it started, UTC}:{hash of its instance id}

So it is there exactly when the record says `ended`, and an ending that is told twice writes it once: nothing is ever
added up in a row, which an activity that runs twice would do twice. Months and days are ranges of keys, and totals are
scans of them: Graph lets an application have 10,000 calls a month (https://learn.microsoft.com/graph/throttling-limits),
which is ten pages. The row names customer, route and flow, and nobody: it stays when a caller is erased, and when the
record goes. A month that is over is added up once for each process.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from records.meter import Meter, metered
from storage import Change, Delete, Table, TransactionRefused, Upsert
from storage.limits import MAX_CHANGES

JSON = dict[str, Any]

PARTITION = "calls"
#: What one question may be about: longer is several questions.
MOST_DAYS = 93
MOST_MONTHS = 13
#: A little more than two years: as long as bills are asked about.
KEEP_S = 800 * 24 * 3600.0
_DAY_S = 24 * 3600.0
# Calls are of the day on which they began; after so many more days none of it can still be on the line.
_SETTLED_DAYS = 2
_CALL = "call-"  # gatherings and consultations have records too, and their legs are calls of their own
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One ended call, without anybody in it."""

    #: `2026-11-24`.
    day: str
    customer: str | None = None
    route: str | None = None
    flow: str | None = None
    direction: str | None = None
    outcome: str = "failed"
    code: int | None = None
    subcode: int | None = None
    #: Whether it was answered, after how many milliseconds, and how many seconds it then lasted.
    answered: bool = False
    answer_ms: int | None = None
    duration_s: float = 0.0
    #: State of the last transfer: `completed`, `failed`, ...
    transfer: str | None = None
    meter: Meter = field(default_factory=Meter)
    #: Nodes in the order in which they were entered; only where they were asked for.
    path: tuple[str, ...] = ()


def fact_of(summary: JSON) -> Fact:
    """What of a summary is counted."""
    transfer = summary.get("transfer") or {}
    return Fact(
        day=day_of(summary["started"]),
        customer=summary.get("customer"),
        route=summary.get("route"),
        flow=summary.get("flow"),
        direction=summary.get("direction"),
        outcome=summary.get("outcome") or "failed",
        code=summary.get("code"),
        subcode=summary.get("subcode"),
        answered=summary.get("answered") is not None,
        answer_ms=summary.get("answer_ms"),
        duration_s=float(summary.get("duration_s") or 0.0),
        transfer=transfer.get("state"),
        meter=metered(summary),
        path=tuple(summary.get("nodes") or ()),
    )


def usage_change(summary: JSON) -> list[Change]:
    """The row that an ended call leaves; none for what is no call."""
    if not summary["id"].startswith(_CALL):
        return []
    fact = asdict(fact_of(summary))
    path = fact.pop("path")
    values = {"fact": _dump(fact), "path": _dump(path), "customer": summary.get("customer") or ""}
    return [Upsert(f"use:{fact['day']}:{_hash(summary['id'])}", values)]


class Usage:
    """Reads what calls have used. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now
        self._over: dict[str, list[JSON]] = {}

    async def facts(self, first: str, last: str, *, customer: str | None = None, paths: bool = False) -> list[Fact]:
        """The calls that began from day `first` to day `last`, both counted, and have ended.

        Args:
            first: a day, `2026-11-01`.
            last: a day, not before it.
            customer: only this one's.
            paths: whether to read through which nodes they went.
        """
        columns = ["fact", "customer", *(["path"] if paths else [])]
        rows = await self._table.query(PARTITION, f"use:{first}:", f"use:{last}:~", columns=columns)
        return [
            _fact(str(row.values["fact"]), str(row.values["path"]) if paths else "[]")
            for row in rows
            if customer is None or row.values["customer"] == customer
        ]

    async def months(self, first: str, last: str, *, customer: str | None = None) -> list[JSON]:
        """What was used, by month, customer and route, in that order: see `totals`. Months are like `2026-11`."""
        found: list[JSON] = []
        for month in months_between(first, last):
            if month not in self._over:
                totals_of_month = totals(await self.facts(f"{month}-01", f"{month}-31"))
                if self._now() < _settled(month):
                    found += totals_of_month
                    continue
                self._over[month] = totals_of_month
            found += self._over[month]
        return [each for each in found if customer in (None, each["customer"])]

    async def purge(self) -> None:
        """Let go of what is older than `KEEP_S`."""
        last = f"use:{day_of(self._now() - KEEP_S)}"
        while rows := await self._table.query(PARTITION, "use:", last, limit=MAX_CHANGES, columns=[]):
            try:
                await self._table.transact(PARTITION, [Delete(row.row) for row in rows])
            except TransactionRefused:
                return  # somebody else is at it; what is left goes another night


def totals(facts: Iterable[Fact]) -> list[JSON]:
    """Sums by month, customer and route: `{"month", "customer", "route", "calls", "answered", "minutes", ...}`.

    `minutes` are of answered calls; the rest are the fields of `records.meter.Meter`.
    """
    sums: dict[tuple[str, str | None, str | None], JSON] = {}
    for each in facts:
        key = (each.day[:7], each.customer, each.route)
        sums_of_key = sums.setdefault(key, dict.fromkeys(("calls", "answered", "seconds", *_METERED), 0))
        sums_of_key["calls"] += 1
        sums_of_key["answered"] += each.answered
        sums_of_key["seconds"] += each.duration_s
        for name in _METERED:
            sums_of_key[name] += getattr(each.meter, name)
    return [
        {"month": month, "customer": customer, "route": route, **_rounded(sums[month, customer, route])}
        for month, customer, route in sorted(sums, key=lambda key: tuple(part or "" for part in key))
    ]


_METERED = tuple(each.name for each in fields(Meter))


def _rounded(sums: JSON) -> JSON:
    seconds = sums.pop("seconds")
    told = {name: round(value, 1) if isinstance(value, float) else value for name, value in sums.items()}
    return {"calls": told.pop("calls"), "answered": told.pop("answered"), "minutes": round(seconds / 60, 2), **told}


def day_of(when: float) -> str:
    """The UTC day of a time in Unix seconds, `2026-11-24`."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d")


def days_between(first: str, last: str) -> int:
    """How many days a range has, both counted. Raises `ValueError` for what is no day."""
    return (datetime.strptime(last, "%Y-%m-%d") - datetime.strptime(first, "%Y-%m-%d")).days + 1


def months_between(first: str, last: str) -> list[str]:
    """Every month from one to another, both counted. Raises `ValueError` for what is no month."""
    if not (MONTH.fullmatch(first) and MONTH.fullmatch(last)):
        raise ValueError("a month is written like 2026-11")
    begin, end = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(begin, end + 1)]


def _settled(month: str) -> float:
    year, number = int(month[:4]), int(month[5:])
    next_month = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return (next_month + timedelta(days=_SETTLED_DAYS)).timestamp()


def _fact(text: str, path: str) -> Fact:
    document = json.loads(text)
    return Fact(**{**document, "meter": Meter(**document["meter"]), "path": tuple(json.loads(path))})


def _hash(instance_id: str) -> str:
    return hashlib.sha256(instance_id.encode()).hexdigest()[:32]


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))

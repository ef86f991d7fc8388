"""How many calls there are now, and were within 30 days: what limits are held against.

A call counts itself once it is claimed: it is over a limit when as many were claimed before it. So two processes that
claim at the same moment agree on which of two calls is one too many, as far as their clocks agree. What is sent
elsewhere because of a limit is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from inbox.birth import PARTITION, Birth, birth_of
from inbox.births import day_of
from inbox.retention import TOMBSTONES_S
from storage import Table

# How old a count of the last 30 days may be: it reads a row for each of those calls.
_RECOUNT_S = 60.0
_COLUMNS = ("instance_id", "call_id", "tenant_id", "claimed_at", "customer", "route", "spilled")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many calls, and no more."""

    #: What the record of a call beyond it says.
    name: str
    within: Literal["at_once", "month"]
    most: int
    #: Whose calls; all where it is empty.
    customer: str = ""
    route: str = ""

    def counts(self, customer: str, route: str) -> bool:
        """Whether calls of this customer and route are among them."""
        return self.customer in ("", customer) and self.route in ("", route)


class Occupancy:
    """Counts calls. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now
        self._month: Counter[tuple[str, str]] = Counter()
        self._counted_at = 0.0

    async def over(self, instance_id: str, limits: Sequence[Limit]) -> str:
        """The name of the first limit that this call, which is claimed, is beyond; "" when it is within them all."""
        if not limits:
            return ""
        live = await self.live()
        own = next((one for one in live if one.instance_id == instance_id), None)
        if own is None:
            return ""
        before = [one for one in live if (one.claimed_at, one.instance_id) < (own.claimed_at, own.instance_id)]
        for limit in limits:
            there = sum(limit.counts(one.customer, one.route) for one in before)
            if limit.within == "month":
                counted = (await self._within_month()).items()
                there += sum(many for (customer, route), many in counted if limit.counts(customer, route))
            if there >= limit.most:
                return limit.name
        return ""

    async def live(self) -> list[Birth]:
        """The calls that there are now, in no order."""
        rows = await self._table.query(PARTITION, "live:call-", "live:call-~", columns=_COLUMNS)
        return [birth for birth in map(birth_of, rows) if not birth.spilled]

    async def ended_within_month(self) -> int:
        """How many calls have ended within the last 30 days."""
        return (await self._within_month()).total()

    async def _within_month(self) -> Counter[tuple[str, str]]:
        """Calls that have ended, by customer and route."""
        now = self._now()
        if now - self._counted_at >= _RECOUNT_S:
            first = f"ended:{day_of(now - TOMBSTONES_S)}"
            rows = await self._table.query(PARTITION, first, "ended:~", columns=_COLUMNS)
            births = [birth_of(row) for row in rows]
            self._month = Counter(
                (one.customer, one.route)
                for one in births
                if not one.spilled and one.instance_id.startswith("call-") and one.claimed_at >= now - TOMBSTONES_S
            )
            self._counted_at = now
        return self._month

"""How many calls there are now, and were within 30 days: what limits are held against.

A call that comes in is claimed first, and then asks whether there is room. Its answer is written together with a row
that everybody writes who lets a call in, `seats`, on condition that nobody has since it was looked: of two calls that
come at the same moment never both take the last place. What is sent elsewhere because of a limit takes none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from inbox.arrival import Limit
from inbox.birth import PARTITION, Birth, birth_of, day_of
from inbox.retention import TOMBSTONES_S
from storage import Change, Insert, Row, RowMissing, StorageUnavailable, Table, TransactionRefused, Update, Values

_SEATS = "seats"
# How old a count of the last 30 days may be: it reads a row for each of those calls.
_RECOUNT_S = 60.0
_COLUMNS = ("instance_id", "call_id", "tenant_id", "claimed_at", "customer", "route", "over", "waiting")
# Of so many tries each lost to another process that lets a call in.
_MOST_TRIES = 32


class Occupancy:
    """Counts calls. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now
        self._lock = asyncio.Lock()
        self._month: Counter[tuple[str, str]] = Counter()
        self._counted_at = 0.0

    async def admit(self, instance_id: str, limits: Sequence[Limit]) -> str:
        """Give a call that was claimed its place; returns the name of the first limit that it is beyond, or ""."""
        if not limits:
            return ""
        async with self._lock:
            for _ in range(_MOST_TRIES):
                seats = await self._table.get(PARTITION, _SEATS)
                own = await self._table.get(PARTITION, f"live:{instance_id}")
                if own is None or not own.values.get("waiting"):  # it was let in, or not, before its webhook died
                    return "" if own is None else str(own.values.get("over", ""))
                over = await self._over(limits)
                try:
                    await self._table.transact(PARTITION, self._changes(instance_id, over, seats))
                except TransactionRefused as refused:
                    if isinstance(refused.cause, RowMissing):  # over meanwhile
                        return over
                    continue
                return over
        raise StorageUnavailable(f"{_MOST_TRIES} other calls were let in sooner")

    async def live(self) -> list[Birth]:
        """The calls that have a place now, in no order."""
        rows = await self._table.query(PARTITION, "live:call-", "live:call-~", columns=_COLUMNS)
        return [birth for birth in map(birth_of, rows) if not birth.over and not birth.waiting]

    async def ended_within_month(self) -> int:
        """How many calls have ended within the last 30 days."""
        return (await self._within_month()).total()

    async def _over(self, limits: Sequence[Limit]) -> str:
        live = Counter((one.customer, one.route) for one in await self.live())
        for limit in limits:
            counted = live if limit.within == "at_once" else live + await self._within_month()
            if sum(many for (customer, route), many in counted.items() if limit.counts(customer, route)) >= limit.most:
                return limit.name
        return ""

    def _changes(self, instance_id: str, over: str, seats: Row | None) -> list[Change]:
        taken: Values = {"at": self._now()}
        who: Values = {"waiting": False, "over": over}
        # Whoever is one too many is not answered by the webhook.
        birth: Values = {**who, "answer_at": 0.0} if over else who
        return [
            Insert(_SEATS, taken) if seats is None else Update(_SEATS, taken, seats.etag),
            Update(f"live:{instance_id}", who),
            Update(f"birth:{instance_id}", birth),
        ]

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
                if not one.over and one.instance_id.startswith("call-") and one.claimed_at >= now - TOMBSTONES_S
            )
            self._counted_at = now
        return self._month

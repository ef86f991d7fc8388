"""How many calls there are now, and were within 30 days: what limits are held against.

A call that comes in is claimed first, and then asks whether there is room. Its answer is written together with a row
that everybody writes who lets a call in, `seats`, on condition that nobody has since it was looked: of two calls that
come at the same moment never both take the last place. What is sent elsewhere because of a limit takes none.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from inbox.arrival import Limit
from inbox.birth import PARTITION, Birth, birth_of, day_of
from inbox.retention import TOMBSTONES_S
from storage import Change, Insert, Row, RowMissing, StorageUnavailable, Table, TransactionRefused, Update, Values

_SEATS = "seats"
# How old a count of the last 30 days may be: it reads a row for each call of today, and at first of each day before.
_RECOUNT_S = 60.0
# So long after its end a day gets no calls any more, whatever the clocks of other processes say.
_LATE_S = 3600.0
# How long a call waits for those before it in this process: a caller is waiting, too.
_TURN_S = 0.5
_COLUMNS = ("instance_id", "call_id", "tenant_id", "claimed_at", "customer", "route", "over", "waiting", "sent_away")
# Of so many tries each lost to another process that lets a call in.
_MOST_TRIES = 32


class Occupancy:
    """Counts calls. Every method may raise `StorageUnavailable`."""

    def __init__(
        self,
        table: Table,
        now: Callable[[], float],
        timeout: Callable[[float], AbstractAsyncContextManager[object]] = asyncio.timeout,
    ) -> None:
        self._table = table
        self._now = now
        self._timeout = timeout
        self._lock = asyncio.Lock()
        # Calls that ended, by day, customer and route; what is before `_open_from` is counted for good.
        self._days: dict[str, Counter[tuple[str, str]]] = {}
        self._open_from = ""
        self._month: Counter[tuple[str, str]] = Counter()
        self._counted_at = 0.0

    async def admit(self, instance_id: str, limits: Sequence[Limit]) -> str:
        """Give a call that was claimed its place; returns the name of the first limit that it is beyond, or ""."""
        if not limits:
            return ""
        async with self._turn():
            for _ in range(_MOST_TRIES):
                seats = await self._table.get(PARTITION, _SEATS)
                births = await self._births()
                own = next((one for one in births if one.instance_id == instance_id), None)
                if own is None or not own.waiting:  # it was let in, or not, before its webhook died
                    return "" if own is None else own.over
                over = await self._over(limits, births)
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
        return _with_a_place(await self._births())

    async def ended_within_month(self) -> int:
        """How many calls have ended within the last 30 days."""
        return (await self._within_month()).total()

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """One after the other, while nobody takes long: it spares tries. `seats` sees to it that a limit holds."""
        mine = False
        try:
            async with self._timeout(_TURN_S):
                mine = await self._lock.acquire()
        except TimeoutError:
            pass
        try:
            yield
        finally:
            if mine:
                self._lock.release()

    async def _births(self) -> list[Birth]:
        rows = await self._table.query(PARTITION, "live:call-", "live:call-~", columns=_COLUMNS)
        return [birth_of(row) for row in rows]

    async def _over(self, limits: Sequence[Limit], births: Sequence[Birth]) -> str:
        live = Counter((one.customer, one.route) for one in _with_a_place(births))
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
            await self._recount(now)
        return self._month

    async def _recount(self, now: float) -> None:
        first = day_of(now - TOMBSTONES_S)
        since = max(first, self._open_from)
        fresh: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in await self._table.query(PARTITION, f"ended:{since}", "ended:~", columns=_COLUMNS):
            one = birth_of(row)
            if one.instance_id.startswith("call-") and not one.over and not one.sent_away:
                fresh[row.row.split(":")[1]][one.customer, one.route] += 1
        self._days = {day: many for day, many in self._days.items() if first <= day < since} | fresh
        self._open_from = day_of(now - _LATE_S)
        self._month = sum(self._days.values(), Counter())
        self._counted_at = now


def _with_a_place(births: Sequence[Birth]) -> list[Birth]:
    return [birth for birth in births if not (birth.over or birth.waiting or birth.sent_away)]

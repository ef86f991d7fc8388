"""Which calls were started, live and have lived.

All in the partition `births` of the table, so that what belongs together changes in one transaction (Azure keeps up
2,000 rows a second in a partition; a call is 7):

    birth:{instance id}           claimed, started, ended; stays as a tombstone: a call that lived never starts again
    graph:{Graph call id}         whose call it is, and of which tenant
    live:{instance id}            until the call has ended; what the sweeper walks
    ended:{day}:{instance id}     from then on; what the purge walks
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from storage import Delete, Insert, Row, RowChanged, RowMissing, Table, TransactionRefused, Update, Upsert, Values

_PARTITION = "births"
# Starting takes a tenth of this; whoever holds a claim longer has died.
_CLAIM_S = 2.0
_ASK_AGAIN_S = 0.1
_MOST_OWNERS = 2000


class OtherTenant(Exception):
    """The call is known, and is another tenant's."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who starts the call."""

    #: `new` and `taken_over`: the caller does, now. `in_progress`: somebody else is at it; ask again after `wait_s`.
    #: `started`: nobody need, it lives or has lived.
    kind: Literal["new", "taken_over", "in_progress", "started"]
    wait_s: float = 0.0

    @property
    def in_progress(self) -> bool:
        """Whether somebody else is starting the call."""
        return self.kind == "in_progress"

    @property
    def started(self) -> bool:
        """Whether the call lives or has lived."""
        return self.kind == "started"


@dataclass(frozen=True, kw_only=True)
class Birth:
    """A call that was claimed."""

    instance_id: str
    #: Graph's, without dashes, lower case.
    call_id: str
    tenant_id: str
    #: When it was first claimed, Unix seconds.
    claimed_at: float


class Births:
    """Sees to it that each call is started exactly once."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now
        # Instance and tenant by Graph call id, of calls heard of lately: neither changes while the row is there, and
        # every notification asks.
        self._owners: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def claim(self, instance_id: str, call_id: str, tenant_id: str) -> Claim:
        """Ask to start a call.

        Raises `OtherTenant` when the call is known as another tenant's.
        """
        now = self._now()
        who: Values = {"instance_id": instance_id, "call_id": call_id, "tenant_id": tenant_id, "claimed_at": now}
        birth: Values = {**who, "claim_at": now, "started_at": 0.0, "ended_at": 0.0}
        changes = [Insert(f"birth:{instance_id}", birth), Insert(f"live:{instance_id}", who)]
        try:
            await self._table.transact(_PARTITION, [*changes, Insert(f"graph:{call_id}", who)])
        except TransactionRefused as refused:
            known = await self._table.get(_PARTITION, f"birth:{instance_id}")
            if known is None:  # its Graph call belongs to another instance, or it was purged this very moment
                raise refused.cause from refused
            return await self._claim_known(known, tenant_id, now)
        self._remember(call_id, instance_id, tenant_id)
        return Claim(kind="new")

    async def _claim_known(self, known: Row, tenant_id: str, now: float) -> Claim:
        if known.values["tenant_id"] != tenant_id:
            raise OtherTenant(f"{known.values['instance_id']!r} is not a call of tenant {tenant_id!r}")
        if known.values["started_at"] or known.values["ended_at"]:
            return Claim(kind="started")
        remaining = float(known.values["claim_at"]) + _CLAIM_S - now
        if remaining > 0:
            return Claim(kind="in_progress", wait_s=min(remaining, _ASK_AGAIN_S))
        try:
            await self._table.update(_PARTITION, known.row, {"claim_at": now}, etag=known.etag)
        except RowChanged:  # started after all, or taken over by somebody else
            return Claim(kind="in_progress", wait_s=_ASK_AGAIN_S)
        return Claim(kind="taken_over")

    async def started(self, instance_id: str) -> None:
        """Note that the orchestration of a claimed call was started."""
        await self._table.update(_PARTITION, f"birth:{instance_id}", {"started_at": self._now()})

    async def ended(self, instance_id: str) -> None:
        """Note that a call is over and recorded; may be repeated."""
        birth = await self._table.get(_PARTITION, f"birth:{instance_id}")
        if birth is None or birth.values["ended_at"]:
            return
        now = self._now()
        who = {name: birth.values[name] for name in ("instance_id", "call_id", "tenant_id", "claimed_at")}
        changes = [
            Update(birth.row, {"ended_at": now}),
            Delete(f"live:{instance_id}"),
            Upsert(f"ended:{_day(now)}:{instance_id}", who),
        ]
        try:
            await self._table.transact(_PARTITION, changes)
        except TransactionRefused as refused:
            if not isinstance(refused.cause, RowMissing):
                raise
            # somebody else has just done it

    async def instance_of(self, call_id: str, tenant_id: str) -> str | None:
        """The instance of a Graph call, if it is known and of this tenant."""
        owner = self._owners.get(call_id)
        if owner is None:
            row = await self._table.get(_PARTITION, f"graph:{call_id}")
            if row is None:
                return None
            owner = self._remember(call_id, str(row.values["instance_id"]), str(row.values["tenant_id"]))
        instance_id, tenant = owner
        return instance_id if tenant == tenant_id else None

    def _remember(self, call_id: str, instance_id: str, tenant_id: str) -> tuple[str, str]:
        self._owners[call_id] = owner = (instance_id, tenant_id)
        if len(self._owners) > _MOST_OWNERS:
            self._owners.popitem(last=False)
        return owner

    async def live(self) -> AsyncIterator[Birth]:
        """The calls that have not ended, as far as anybody has noted."""
        for row in await self._table.query(_PARTITION, "live:", "live:~"):
            yield _birth(row)

    async def ended_before(self, when: float, *, limit: int) -> list[Birth]:
        """Calls that ended on a day (UTC) before that of `when`, oldest first, at most `limit`."""
        rows = await self._table.query(_PARTITION, "ended:", f"ended:{_day(when)}", limit=limit)
        return [_birth(row) for row in rows]

    async def purge(self, instance_id: str) -> None:
        """Forget a call, tombstone and all; from now on it could be started again."""
        birth = await self._table.get(_PARTITION, f"birth:{instance_id}")
        if birth is None:
            return
        self._owners.pop(str(birth.values["call_id"]), None)
        ended = f"ended:{_day(float(birth.values['ended_at']))}:{instance_id}"
        for row in (f"live:{instance_id}", f"graph:{birth.values['call_id']}", birth.row, ended):
            await self._table.delete(_PARTITION, row)


def _birth(row: Row) -> Birth:
    values = row.values
    return Birth(
        instance_id=str(values["instance_id"]),
        call_id=str(values["call_id"]),
        tenant_id=str(values["tenant_id"]),
        claimed_at=float(values["claimed_at"]),
    )


def _day(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%Y%m%d")

"""Which calls were started, live and have lived.

All in the partition `births` of the table, so that what belongs together changes in one transaction (Azure keeps up
2,000 rows a second in a partition; a call is 7):

    birth:{instance id}           claimed, started, ended; stays as a tombstone: a call that lived never starts again
    graph:{Graph call id}         whose call it is, and of which tenant; of a call we place, as soon as Graph names it
    live:{instance id}            until the call has ended; what the sweeper walks
    ended:{day}:{instance id}     from then on; what the purge walks
    chain:{hash}                  the newest call of a chain, caller and target: Graph may announce one call twice,
                                  under two ids
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from inbox.arrival import Arrival
from inbox.birth import (
    CLAIM_S,
    PARTITION,
    Birth,
    Born,
    BoundElsewhere,
    Claim,
    OtherTenant,
    Owner,
    Watcher,
    birth_of,
    day_of,
    former_call_ids,
    who_of,
    with_former,
    with_watcher,
)
from storage import (
    Change,
    Delete,
    Insert,
    Row,
    RowChanged,
    RowExists,
    RowMissing,
    StorageUnavailable,
    Table,
    TransactionRefused,
    Update,
    Upsert,
    Values,
)

_ASK_AGAIN_S = 0.1
# Two announcements of one chain, caller and target that are further apart are two calls.
_SAME_CHAIN_S = 15.0
_MOST_OWNERS = 2000


class Births:
    """Sees to it that each call is started exactly once."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now
        # By Graph call id, of calls heard of lately: nothing of it changes while the row is there, and every
        # notification asks.
        self._owners: OrderedDict[str, Owner] = OrderedDict()

    async def claim(
        self,
        instance_id: str,
        call_id: str,
        tenant_id: str,
        *,
        listens_to_roster: bool = False,
        arrival: Arrival | None = None,
        another: str = "",
    ) -> Claim:
        """Ask to start a call that came in.

        `another`: the instance of the newest call of its chain, which is known to be another call than this. Raises
        `OtherTenant` when the call is known as another tenant's.
        """
        who = {"instance_id": instance_id, "call_id": call_id, "tenant_id": tenant_id, "listens": listens_to_roster}
        return await self._claim(Born(**who, arrival=arrival or Arrival()), another)

    async def claim_outgoing(
        self, instance_id: str, tenant_id: str, *, watcher: Watcher | None = None, listens_to_roster: bool = False
    ) -> Claim:
        """Ask to start a call that we place, or an orchestration that places calls: there is no Graph call id yet.

        `watcher`: the orchestration whose leg it is. Raises `OtherTenant` like `claim`.
        """
        birth = Born(instance_id=instance_id, tenant_id=tenant_id, watcher=watcher, listens=listens_to_roster)
        return await self._claim(birth)

    async def _claim(self, born: Born, another: str = "", chain: Row | None = None) -> Claim:
        now = self._now()
        changes = born.rows(now, chain)
        try:
            await self._table.transact(PARTITION, changes)
        except TransactionRefused as refused:
            known = await self._table.get(PARTITION, changes[0].row)
            if known is not None:
                return await self._claim_known(known, born.tenant_id, now)
            if not born.arrival.chain or refused.index != len(changes) - 1:
                # Its Graph call belongs to another instance, or it was purged this very moment.
                raise refused.cause from refused
            return await self._claim_in_chain(born, another)
        if born.call_id:
            self._remember(born.call_id, born.values(now))
        return Claim(kind="new", at=now)

    async def _claim_in_chain(self, born: Born, another: str) -> Claim:
        """There was a call of this chain, caller and target before: it may be this one."""
        chain = await self._table.get(PARTITION, f"chain:{born.arrival.chain}")
        if chain is None:
            return await self._claim(born, another)
        of = str(chain.values["instance_id"])
        if of != another and self._now() - float(chain.values["at"]) < _SAME_CHAIN_S:
            return Claim(kind="same_chain", of=of)
        return await self._claim(born, another, chain)

    async def _claim_known(self, known: Row, tenant_id: str, now: float) -> Claim:
        if known.values["tenant_id"] != tenant_id:
            raise OtherTenant(f"{known.values['instance_id']!r} is not a call of tenant {tenant_id!r}")
        if known.values["started_at"] or known.values["ended_at"] or known.values.get("sent_away"):
            return Claim(kind="started")
        remaining = float(known.values["claim_at"]) + CLAIM_S - now
        if remaining > 0:
            return Claim(kind="in_progress", wait_s=min(remaining, _ASK_AGAIN_S))
        try:
            await self._table.update(PARTITION, known.row, {"claim_at": now}, etag=known.etag)
        except RowChanged:  # started after all, or taken over by somebody else
            return Claim(kind="in_progress", wait_s=_ASK_AGAIN_S)
        return Claim(kind="taken_over", at=now)

    async def bind(self, instance_id: str, call_id: str, tenant_id: str) -> bool:
        """Note that Graph calls a call of ours `call_id`: whoever hears of it first binds it, and all must agree.

        Returns False when the call is recorded as over: nobody serves what Graph has placed after all. May be
        repeated. Raises `BoundElsewhere`, `OtherTenant`, and `RowMissing` for an instance that was never born.
        """
        while True:
            birth = await self._table.get(PARTITION, f"birth:{instance_id}")
            if birth is None:
                raise RowMissing(f"no call {instance_id!r} was ever claimed")
            if birth.values["tenant_id"] != tenant_id:
                raise OtherTenant(f"{instance_id!r} is not a call of tenant {tenant_id!r}")
            if birth.values["call_id"] == call_id or call_id in former_call_ids(birth):
                return not birth.values["ended_at"]
            if birth.values["call_id"]:
                raise BoundElsewhere(f"{instance_id!r} is another Graph call than {call_id!r}")
            who: Values = {**who_of(birth.values), "call_id": call_id}
            changes: list[Change] = [
                Update(birth.row, {"call_id": call_id}, birth.etag),
                Insert(f"graph:{call_id}", who),
                # Of a call that has ended, too: it seems to live after all, and is walked until it is hung up.
                Upsert(f"live:{instance_id}", who),
            ]
            try:
                await self._table.transact(PARTITION, changes)
            except TransactionRefused as refused:
                if isinstance(refused.cause, RowExists):
                    raise BoundElsewhere(f"the Graph call {call_id!r} is not one of {instance_id!r}") from refused
                continue  # somebody else has just bound it, to this id or to another
            self._remember(call_id, who)
            return not birth.values["ended_at"]

    async def unbind(self, instance_id: str, call_id: str) -> None:
        """Make room for the next Graph call of an instance whose call `call_id` was lost; may be repeated.

        What Graph still says of the lost call goes on reaching the instance.
        """
        while (birth := await self._table.get(PARTITION, f"birth:{instance_id}")) is not None:
            if birth.values["call_id"] != call_id:
                return
            values: Values = {"call_id": "", "former_call_ids": with_former(birth)}
            try:
                await self._table.update(PARTITION, birth.row, values, etag=birth.etag)
            except RowChanged:
                continue

    async def watch(self, instance_id: str, watcher: Watcher) -> bool:
        """Have an orchestration told of the end of a call; False when the call is over, or never was."""
        while True:
            birth = await self._table.get(PARTITION, f"birth:{instance_id}")
            if birth is None or birth.values["ended_at"]:
                return False
            watchers = with_watcher(birth, watcher)
            if watchers is None:
                return True
            try:
                await self._table.update(PARTITION, birth.row, {"watchers": watchers}, etag=birth.etag)
            except RowChanged:
                continue

    async def get(self, instance_id: str) -> Birth | None:
        """The call, living or not, or None."""
        row = await self._table.get(PARTITION, f"birth:{instance_id}")
        return None if row is None else birth_of(row)

    async def started(self, instance_id: str) -> None:
        """Note that the orchestration of a claimed call was started."""
        await self._table.update(PARTITION, f"birth:{instance_id}", {"started_at": self._now()})

    async def ended(self, instance_id: str) -> tuple[Watcher, ...]:
        """Note that a call is over and recorded; returns who is to be told. May be repeated."""
        while (birth := await self._table.get(PARTITION, f"birth:{instance_id}")) is not None:
            watchers = birth_of(birth).watchers
            if birth.values["ended_at"]:  # what was bound after the end is over now, too
                await self._table.delete(PARTITION, f"live:{instance_id}")
                return watchers
            now = self._now()
            changes = [
                Update(birth.row, {"ended_at": now}, birth.etag),
                Delete(f"live:{instance_id}"),
                Upsert(f"ended:{day_of(now)}:{instance_id}", who_of(birth.values)),
            ]
            try:
                await self._table.transact(PARTITION, changes)
            except TransactionRefused as refused:
                if isinstance(refused.cause, RowChanged):  # somebody else has just done it, or began to watch
                    continue
                if not isinstance(refused.cause, RowMissing):
                    raise
            return watchers
        return ()

    async def bound_late(self, instance_id: str) -> bool:
        """Whether Graph named a call of ours after it was recorded as over, and nobody has seen to that since."""
        birth = await self._table.get(PARTITION, f"birth:{instance_id}")
        if birth is None or not birth.values["ended_at"]:
            return False
        return await self._table.get(PARTITION, f"live:{instance_id}") is not None

    async def give_back(self, instance_id: str, *, answering: bool = False) -> None:
        """Give a claim back, if storage hears of it; that to the answer, too, unless Graph may have been asked."""
        values: Values = {"claim_at": 0.0} if answering else {"claim_at": 0.0, "answer_at": 0.0}
        with contextlib.suppress(StorageUnavailable):
            await self._table.update(PARTITION, f"birth:{instance_id}", values)

    async def instance_of(self, call_id: str, tenant_id: str) -> str | None:
        """The instance of a Graph call, if it is known and of this tenant."""
        owner = await self.owner_of(call_id)
        return owner.instance_id if owner is not None and owner.tenant_id == tenant_id else None

    async def owner_of(self, call_id: str) -> Owner | None:
        """Whose call a Graph call is, if it is known."""
        owner = self._owners.get(call_id)
        if owner is None:
            row = await self._table.get(PARTITION, f"graph:{call_id}")
            if row is None:
                return None
            owner = self._remember(call_id, row.values)
        return owner

    def _remember(self, call_id: str, who: Values) -> Owner:
        owner = Owner(
            instance_id=str(who["instance_id"]),
            tenant_id=str(who["tenant_id"]),
            listens_to_roster=bool(who.get("listens_to_roster")),
        )
        self._owners[call_id] = owner
        if len(self._owners) > _MOST_OWNERS:
            self._owners.popitem(last=False)
        return owner

    async def live(self) -> AsyncIterator[Birth]:
        """The calls that have not ended, as far as anybody has noted."""
        for row in await self._table.query(PARTITION, "live:", "live:~"):
            yield birth_of(row)

    async def ended_before(self, when: float, *, limit: int) -> list[Birth]:
        """Calls that ended on a day (UTC) before that of `when`, oldest first, at most `limit`."""
        rows = await self._table.query(PARTITION, "ended:", f"ended:{day_of(when)}", limit=limit)
        return [birth_of(row) for row in rows]

    async def purge(self, instance_id: str) -> None:
        """Forget a call, tombstone and all; from now on it could be started again."""
        birth = await self._table.get(PARTITION, f"birth:{instance_id}")
        if birth is None:
            return
        call_ids = [*former_call_ids(birth), str(birth.values["call_id"])]
        for call_id in call_ids:
            self._owners.pop(call_id, None)
        graph = [f"graph:{call_id}" for call_id in call_ids if call_id]
        ended = f"ended:{day_of(float(birth.values['ended_at']))}:{instance_id}"
        for row in (f"live:{instance_id}", *graph, *await self._chain_of(birth), birth.row, ended):
            await self._table.delete(PARTITION, row)

    async def _chain_of(self, birth: Row) -> list[str]:
        """The row of its chain, if it is the newest call of it."""
        if not birth.values.get("chain"):
            return []
        row = await self._table.get(PARTITION, f"chain:{birth.values['chain']}")
        return [row.row] if row is not None and row.values["instance_id"] == birth.values["instance_id"] else []

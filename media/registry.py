"""The workers that there are: one row each, alive while its lease runs.

A worker writes its row every 10 s (`state`, `active`, `lease_until`, and `reserved` brought back to what it really
has); the function app only adds to `reserved`, and only where nobody changed the row since it was read (If-Match). So
no more sessions are promised than there is room for, however many ask at once. A new `boot_id` in a row says that every
session of the earlier boot is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage import Row, RowChanged, RowMissing, Table

WORKERS = "workers"
LEASE_S = 30.0
#: Other instances reserve on the same row: how often one tries again before it takes another worker.
RESERVATION_TRIES = 5
_LAST = "\uffff"


@dataclass(frozen=True, kw_only=True)
class WorkerRow:
    """A worker as its row says."""

    worker_id: str
    boot_id: str
    #: `accepting` takes sessions; `starting`, `draining`, `unhealthy` and `stopped` do not.
    state: str
    capacity: int
    reserved: int
    #: Unix seconds.
    lease_until: float
    #: https root of its control API.
    control_url: str
    etag: str

    @classmethod
    def of(cls, row: Row) -> WorkerRow:
        """Read a row."""
        values = row.values
        return cls(
            worker_id=row.row,
            boot_id=str(values["boot_id"]),
            state=str(values["state"]),
            capacity=int(values["capacity"]),
            reserved=int(values["reserved"]),
            lease_until=float(values["lease_until"]),
            control_url=str(values["control_url"]),
            etag=row.etag,
        )

    def free(self, now: float) -> int:
        """How many sessions more it takes."""
        alive = self.state == "accepting" and now < self.lease_until
        return max(0, self.capacity - self.reserved) if alive else 0


class Registry:
    """The rows. Every method raises `StorageUnavailable` where storage is away."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    async def workers(self) -> list[WorkerRow]:
        """All that have a row, dead or alive."""
        return [WorkerRow.of(row) for row in await self._table.query(WORKERS, " ", _LAST)]

    async def free_slots(self) -> int:
        """How many sessions more all of them take together: what the size of the scale set follows."""
        now = self._now()
        return sum(worker.free(now) for worker in await self.workers())

    async def reserve(self, without: frozenset[str] = frozenset()) -> WorkerRow | None:
        """Promise a session to the worker with most room; None where none has any."""
        for _ in range(RESERVATION_TRIES):
            now = self._now()
            able = [each for each in await self.workers() if each.free(now) and each.worker_id not in without]
            if not able:
                return None
            chosen = max(able, key=lambda each: each.free(now))
            try:
                changes = {"reserved": chosen.reserved + 1}
                await self._table.update(WORKERS, chosen.worker_id, changes, etag=chosen.etag)
            except (RowChanged, RowMissing):
                continue
            return chosen
        return None

    async def is_lost(self, worker_id: str, boot_id: str) -> bool:
        """Whether the sessions of this boot are gone: its lease has lapsed, or the worker has started anew."""
        row = await self._table.get(WORKERS, worker_id)
        if row is None:
            return True
        worker = WorkerRow.of(row)
        return worker.boot_id != boot_id or self._now() >= worker.lease_until

"""Who waits in which queue: a row for each caller, kept as long as it is asked for again.

One partition for each queue, `queue:{customer}:{flow}:{node}`, and in it a row under each caller's instance id: `since`
when, and `until` when it stands unless it is asked for again, in Unix seconds. Nobody has to tell that a caller has
left; telling makes the others' positions exact at once.
"""

from __future__ import annotations

from collections.abc import Callable

from storage import Table

_FIRST, _LAST = "!", "~"
_MOST = 1000
_MOST_FORGOTTEN = 20


class Queues:
    """Places in queues. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    async def stand(self, queue: str, instance_id: str, kept_s: float) -> int:
        """Take a place, or keep the one that is there, for so many seconds; returns the position, from 1."""
        partition, now = f"queue:{queue}", self._now()
        rows = await self._table.query(partition, _FIRST, _LAST, limit=_MOST)
        standing = {row.row: float(row.values["since"]) for row in rows if float(row.values["until"]) >= now}
        since = standing.setdefault(instance_id, now)
        await self._table.upsert(partition, instance_id, {"since": since, "until": now + kept_s})
        for row in [each for each in rows if each.row not in standing][:_MOST_FORGOTTEN]:
            await self._table.delete(partition, row.row)
        mine = (since, instance_id)
        return 1 + sum((other, name) < mine for name, other in standing.items())

    async def leave(self, queue: str, instance_id: str) -> None:
        """Give up the place, if there is one."""
        await self._table.delete(f"queue:{queue}", instance_id)

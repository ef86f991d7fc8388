"""The newest roster of a call, and how seldom its orchestration hears of it.

A meeting sends its whole roster for every mute. The newest is the row `roster` of the call; an orchestration that
listens is told that there is a newer one, at most once in two seconds, and always of the last one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from inbox.payloads import Payloads
from storage import Row, RowChanged, RowExists, RowMissing, StorageUnavailable, Table, Values

JSON = dict[str, Any]

_ROSTER = "roster"
_PAUSE_S = 2.0
# How long after its time a nudge may come; then whoever was to give it has died, and another is planned.
_PATIENCE_S = 10.0
_MOST_TRIES = 64


@dataclass(frozen=True, kw_only=True)
class Nudge:
    """When a call is to be told of its roster."""

    #: Unix seconds; also tells one nudge from another.
    at: float
    #: Seconds until then.
    wait_s: float


@dataclass(frozen=True, kw_only=True)
class Untold:
    """A roster that its call does not know of."""

    #: `{"kind": "roster", "sequence", "count"}`
    digest: JSON
    #: Of the roster; another one has another.
    version: str


class Rosters:
    """The rosters of all calls."""

    def __init__(
        self,
        table: Table,
        payloads: Payloads,
        now: Callable[[], float],
        check_open: Callable[[str], Awaitable[None]],
    ) -> None:
        """`check_open` raises `InboxClosed` for a call that is recorded."""
        self._table = table
        self._payloads = payloads
        self._now = now
        self._check_open = check_open

    async def put(self, instance_id: str, roster: JSON, sequence: int | None, count: int) -> bool:
        """Keep a roster if it is the newest: by its sequence number, or by arrival when one of the two has none.

        `count` is how many are in the call. Returns whether it is the newest. Raises `InboxClosed`.
        """
        key = hashlib.sha256(json.dumps(roster, separators=(",", ":")).encode()).hexdigest()[:40]
        payload = await self._payloads.prepare(instance_id, f"roster-{key}", roster)
        number = -1 if sequence is None else sequence
        values: Values = {"sequence": number, "count": count, "told": False, **payload.columns(_ROSTER)}
        for _ in range(_MOST_TRIES):
            row = await self._table.get(instance_id, _ROSTER)
            try:
                if row is None:
                    await self._check_open(instance_id)
                    await self._table.insert(instance_id, _ROSTER, {**values, "told_at": 0.0, "planned_at": 0.0})
                    return True
                if sequence is not None and sequence <= int(row.values["sequence"]):
                    return False
                await self._table.update(instance_id, _ROSTER, values, etag=row.etag)
            except (RowExists, RowChanged, RowMissing):
                continue
            if (old := str(row.values["blob"])) != payload.blob:
                await self._payloads.delete(old)
            return True
        raise _busy(instance_id)

    async def newest(self, instance_id: str) -> JSON | None:
        """The newest roster, or None."""
        row = await self._table.get(instance_id, _ROSTER)
        return None if row is None else await self._payloads.open(instance_id, _ROSTER, row.values)

    async def plan(self, instance_id: str) -> Nudge | None:
        """When the call is to be told of its newest roster: now, or once the pause since the last time is over.

        None when it knows it. All who ask in the pause are given the same time.
        """
        for _ in range(_MOST_TRIES):
            row = await self._table.get(instance_id, _ROSTER)
            if row is None or row.values["told"]:
                return None
            now, planned = self._now(), float(row.values["planned_at"])
            if now < planned + _PATIENCE_S:
                return Nudge(at=planned, wait_s=max(0.0, planned - now))
            at = max(now, float(row.values["told_at"]) + _PAUSE_S)
            if at <= now or await self._write(row, {"planned_at": at}):
                return Nudge(at=at, wait_s=at - now)
        raise _busy(instance_id)

    async def untold(self, instance_id: str) -> Untold | None:
        """The newest roster, unless the call knows it."""
        row = await self._table.get(instance_id, _ROSTER)
        if row is None or row.values["told"]:
            return None
        sequence = int(row.values["sequence"])
        count = int(row.values["count"])
        digest = {"kind": "roster", "sequence": None if sequence < 0 else sequence, "count": count}
        return Untold(digest=digest, version=row.etag)

    async def told(self, instance_id: str, version: str) -> Nudge | None:
        """Note that the call was told of this roster; returns when to tell of a newer one that came meanwhile."""
        for _ in range(_MOST_TRIES):
            row = await self._table.get(instance_id, _ROSTER)
            if row is None:
                return None
            now = self._now()
            if row.etag == version:
                if await self._write(row, {"told": True, "told_at": now, "planned_at": 0.0}):
                    return None
            elif row.values["told"]:
                return None
            elif await self._write(row, {"told_at": now, "planned_at": now + _PAUSE_S}):
                return Nudge(at=now + _PAUSE_S, wait_s=_PAUSE_S)
        raise _busy(instance_id)

    async def forget(self, instance_id: str) -> None:
        """Let go of it."""
        await self._table.delete(instance_id, _ROSTER)

    async def _write(self, row: Row, values: Values) -> bool:
        try:
            await self._table.update(row.partition, _ROSTER, values, etag=row.etag)
        except (RowChanged, RowMissing):
            return False
        return True


def _busy(instance_id: str) -> StorageUnavailable:
    return StorageUnavailable(f"{_MOST_TRIES} writers were quicker with the roster of {instance_id!r}")

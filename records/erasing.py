"""Erasing what is kept of calls: for whom it was, because its time is over, or because somebody asked for it.

What is under a legal hold stays, and is named. Of an erasure a row stays that says when, how many, and nothing of whom.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from records.cursor import newest_first
from records.records import Records
from storage import Blobs, Table

JSON = dict[str, Any]

_PARTITION = "erasures"


def caller_hash(key: str, kind: str, identity: str) -> str:
    """What a caller is known by in records: the same for the same number or id, and nothing can be read off it."""
    return hmac.digest(key.encode(), f"caller/v1/{kind}:{identity.strip().lower()}".encode(), "sha256").hex()[:40]


@dataclass(kw_only=True)
class Erased:
    """What came of it."""

    calls: int = 0
    #: Calls that are under a legal hold, and stay.
    held: list[str] = field(default_factory=list[str])
    #: Calls that live; erase again when they are over.
    live: list[str] = field(default_factory=list[str])


class Erasing:
    """Erases calls with everything that belongs to them."""

    def __init__(
        self,
        records: Records,
        table: Table,
        blobs: tuple[Blobs, Blobs],
        now: Callable[[], float],
        forget: Callable[[str], Awaitable[None]],
    ) -> None:
        """`blobs`: recordings that are kept, and that are not; `forget` lets go of what other rooms have of a call."""
        self._records = records
        self._table = table
        self._kept, self._transient = blobs
        self._now = now
        self._forget = forget

    async def erase(self, calls: Iterable[JSON], because: str) -> Erased:
        """Erase calls, by their summaries; may be repeated. `because` goes into the row that stays."""
        erased = Erased()
        for call in calls:
            if call.get("hold"):
                erased.held.append(call["id"])
            elif call["state"] == "live":
                erased.live.append(call["id"])
            else:
                await self._erase(call)
                erased.calls += 1
        facts = {"at": self._now(), "because": because, "calls": erased.calls, "held": len(erased.held)}
        await self._table.insert(_PARTITION, f"{newest_first(self._now())}:{uuid.uuid4().hex}", facts)
        return erased

    async def erase_recordings(self, call: JSON) -> None:
        """Erase the recordings of a call, and say so in its record."""
        await self._delete_blobs(call)
        await self._records.recordings_gone(call["id"], lambda each: each.get("blob") is not None)

    async def _erase(self, call: JSON) -> None:
        await self._delete_blobs(call)
        await self._forget(call["id"])
        await self._records.erase(call["id"])  # last: it is what leads here

    async def _delete_blobs(self, call: JSON) -> None:
        for name in (each["blob"] for each in call["recordings"] if each.get("blob")):
            await self._kept.delete(name)
            await self._transient.delete(name)

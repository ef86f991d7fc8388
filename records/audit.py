"""What operators have done: who asked for what, of which call, and when. Written before it is done.

One partition, `audit`, a row `{newest first}:{random}` each. Rows name calls by their ids, which are opaque, and
operators by their object ids; nobody who called is in them, so they stay when callers are erased.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from records.cursor import newest_first
from storage import Table

JSON = dict[str, Any]

_PARTITION = "audit"
#: How many rows are looked at for one answer.
MOST_LOOKED_AT = 1000


class Audit:
    """Every method may raise `StorageUnavailable`: what cannot be noted is not to be done."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    async def note(self, *, who: str, action: str, call: str | None, customer: str | None) -> None:
        """Note what is about to be done. `call`: its instance id, if it is done to one."""
        facts = {"at": self._now(), "who": who, "action": action, "call": call or "", "customer": customer or ""}
        await self._table.insert(_PARTITION, f"{newest_first(self._now())}:{uuid.uuid4().hex}", facts)

    async def newest(self, limit: int, *, customer: str | None = None) -> list[JSON]:
        """The newest rows, `{"at", "who", "action", "call", "customer"}`; of one customer, among the last thousand."""
        rows = await self._table.query(_PARTITION, "0", "9~", limit=limit if customer is None else MOST_LOOKED_AT)
        found = [
            {
                "at": row.values["at"],
                "who": row.values["who"],
                "action": row.values["action"],
                "call": row.values["call"] or None,
                "customer": row.values["customer"] or None,
            }
            for row in rows
        ]
        return [each for each in found if customer in (None, each["customer"])][:limit]

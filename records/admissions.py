"""What operators were let do: each request once under its key, and no more telephone calls an hour than allowed.

One partition, `admissions`, so that a request and what it may dial are noted in one transaction:

    asked:{hash of its key}       what was asked under an Idempotency-Key, and when
    dialled:all                   how many calls were let through in each minute of the last hour
    dialled:{customer}            the same of one customer

Calls are counted when they are let through, each as often as it may be tried; what was not dialled after all is not
given back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from storage import (
    Change,
    Delete,
    Insert,
    Row,
    StorageUnavailable,
    Table,
    TransactionRefused,
    Update,
    Values,
)
from storage.limits import MAX_CHANGES

_PARTITION = "admissions"
_MINUTE_S = 60.0
_WINDOW_MINUTES = 60
_MOST_TRIES = 32
#: How long a key stands for the request it first came with; as long as a call of that key is remembered.
KEYS_S = 30 * 24 * 3600.0


class KeyReused(Exception):
    """The key stands for another request."""


class CapReached(Exception):
    """So many telephone calls are not allowed within an hour; `setting` says by which setting."""

    def __init__(self, setting: str) -> None:
        super().__init__(setting)
        self.setting = setting


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Telephone calls that may be let through within an hour."""

    per_hour: int
    per_customer_per_hour: int


class Admissions:
    """Lets requests of operators through, or not. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float], caps: Caps) -> None:
        self._table = table
        self._now = now
        self._caps = caps

    async def admit(self, *, customer: str, dials: int, key: str | None, request: str) -> None:
        """Let a request through, once: under a key that came with it before, nothing is counted again.

        Args:
            customer: whose calls they are.
            dials: how many telephone calls it may come to.
            key: of the request; None when it has none.
            request: a text that is the same for the same request.

        Raises `KeyReused`, `CapReached`.
        """
        if key is None and not dials:
            return
        for _ in range(_MOST_TRIES):
            try:
                await self._try(customer, dials, key, request)
            except TransactionRefused:
                continue  # somebody else was let through just now, perhaps this very request
            return
        raise StorageUnavailable(f"{_MOST_TRIES} other requests were quicker")

    async def _try(self, customer: str, dials: int, key: str | None, request: str) -> None:
        changes: list[Change] = []
        if key is not None:
            row, asked = f"asked:{_hash(key)}", _hash(request)
            known = await self._table.get(_PARTITION, row)
            if known is not None and self._now() - float(known.values["at"]) < KEYS_S:
                if known.values["request"] != asked:
                    raise KeyReused
                return
            values: Values = {"request": asked, "at": self._now()}
            changes.append(Insert(row, values) if known is None else Update(row, values, known.etag))
        if dials:
            changes.append(await self._counted("all", dials, self._caps.per_hour, "DIAL_CAP_PER_HOUR"))
            most, setting = self._caps.per_customer_per_hour, "DIAL_CAP_PER_CUSTOMER_PER_HOUR"
            changes.append(await self._counted(f"of:{_hash(customer)}", dials, most, setting))
        await self._table.transact(_PARTITION, changes)

    async def _counted(self, whose: str, dials: int, most: int, setting: str) -> Change:
        row = f"dialled:{whose}"
        known = await self._table.get(_PARTITION, row)
        minute = int(self._now() // _MINUTE_S)
        # The minute in which the hour began counts whole: never more than allowed, at times a minute's calls fewer.
        counts = {at: count for at, count in _counts(known).items() if int(at) >= minute - _WINDOW_MINUTES}
        if sum(counts.values()) + dials > most:
            raise CapReached(setting)
        counts[str(minute)] = counts.get(str(minute), 0) + dials
        values: Values = {"counts": json.dumps(counts)}
        return Insert(row, values) if known is None else Update(row, values, known.etag)

    async def purge(self) -> None:
        """Let go of the keys whose time is over."""
        rows = await self._table.query(_PARTITION, "asked:", "asked:~", columns=["at"])
        old = [row for row in rows if self._now() - float(row.values["at"]) >= KEYS_S]
        for first in range(0, len(old), MAX_CHANGES):
            changes = [Delete(row.row, row.etag) for row in old[first : first + MAX_CHANGES]]
            try:
                await self._table.transact(_PARTITION, changes)
            except TransactionRefused:
                return  # somebody else is at it; what is left goes another night


def _counts(row: Row | None) -> dict[str, int]:
    return {} if row is None else json.loads(str(row.values["counts"]))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]

"""The seam to Azure Tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

#: Integers are kept as signed 64 bits, text as UTF-16.
Value: TypeAlias = str | int | float | bool | bytes
Values: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row as it was read."""

    partition: str
    row: str
    values: dict[str, Value]
    #: Changes with every change of the row.
    etag: str


@dataclass(frozen=True)
class Insert:
    """A row that must not be there yet."""

    row: str
    values: Values


@dataclass(frozen=True)
class Upsert:
    """A whole row, whatever was under its key."""

    row: str
    values: Values


@dataclass(frozen=True)
class Update:
    """New values in a row that must be there (unchanged since `etag`, when given); its other values stay."""

    row: str
    values: Values
    etag: str | None = None


@dataclass(frozen=True)
class Delete:
    """The end of a row that must be there (unchanged since `etag`, when given)."""

    row: str
    etag: str | None = None


Change: TypeAlias = Insert | Upsert | Update | Delete


class Table(Protocol):
    """Rows under two keys, partition and row; rows of one partition are sorted by their row key.

    Keys are 1 to 512 characters, without `/ \\ # ?` and control characters. Every method may raise
    `StorageUnavailable` (within 5 s, always) and, for what no table takes, `Unstorable`.
    """

    async def get(self, partition: str, row: str) -> Row | None:
        """The row, or None."""
        ...

    async def insert(self, partition: str, row: str, values: Values) -> str:
        """Write a new row; returns its etag. Raises `RowExists`."""
        ...

    async def upsert(self, partition: str, row: str, values: Values) -> str:
        """Write a whole row, whatever was under its key; returns its etag."""
        ...

    async def update(self, partition: str, row: str, values: Values, *, etag: str | None = None) -> str:
        """Change some values of a row, unchanged since `etag` when given; returns its new etag.

        Raises `RowMissing`, `RowChanged`.
        """
        ...

    async def delete(self, partition: str, row: str, *, etag: str | None = None) -> None:
        """End a row, unchanged since `etag` when given; a row that is not there is no error. Raises `RowChanged`."""
        ...

    async def query(
        self,
        partition: str,
        first_row: str,
        last_row: str,
        *,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> list[Row]:
        """The rows with `first_row <= row <= last_row`, sorted, at most `limit`; of `columns` only, when given."""
        ...

    async def transact(self, partition: str, changes: Sequence[Change]) -> list[str | None]:
        """Make all changes (1 to 100, each of another row) or none; returns the etags, None for deletes.

        Raises `TransactionRefused` naming the first change that fails.
        """
        ...

"""What can go wrong with storage.

    StorageError
    ├── RowExists              a row of that key is there already
    ├── RowMissing             there is no row of that key
    ├── RowChanged             the row is not what it was when it was read (its etag differs)
    ├── TransactionRefused     one change of a transaction was refused, so none was made; says which and why
    ├── Unstorable             no table takes this: a key, a value, a number of changes; a fault of the caller
    │   └── RowTooLarge        a value over 64 KiB, or a row over 1 MiB
    ├── BlobMissing            there is no blob of that name
    ├── BlobTooLarge           the stream went past its limit; nothing was kept
    └── StorageUnavailable     no answer in time, or one that says the service, or our right to it, is away

Only after `StorageUnavailable` is it unknown whether a change was made.
"""

from __future__ import annotations


class StorageError(Exception):
    """Anything this room raises."""


class RowExists(StorageError):
    """A row of that key is there already."""


class RowMissing(StorageError):
    """There is no row of that key."""


class RowChanged(StorageError):
    """The row is no longer what it was when its etag was read."""


class TransactionRefused(StorageError):
    """None of the changes was made: the one at `index` (the first that fails) was refused because of `cause`."""

    def __init__(self, index: int, cause: StorageError) -> None:
        super().__init__(f"change {index} of the transaction was refused: {cause}")
        self.index = index
        self.cause = cause


class Unstorable(StorageError):
    """No table takes this key, value or transaction; the message says what is wrong with it."""


class RowTooLarge(Unstorable):
    """A value is over 64 KiB (text: 32 K UTF-16 units), or the row over 1 MiB."""


class BlobMissing(StorageError):
    """There is no blob of that name."""


class BlobTooLarge(StorageError):
    """The stream went past the limit it was given; nothing was kept."""


class StorageUnavailable(StorageError):
    """No usable answer in time; whether a change was made is unknown."""

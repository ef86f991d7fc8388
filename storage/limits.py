"""What Azure Tables takes, checked before it is asked: the emulator takes more, and a late surprise costs a call.

Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from storage.errors import RowTooLarge, Unstorable
from storage.table import Change, Delete, Value, Values

MAX_CHANGES = 100
_MAX_VALUE = 64 * 1024
_MAX_ROW = 1024 * 1024
_MAX_TRANSACTION = 4 * 1024 * 1024
_MAX_KEY = 1024
_MAX_COLUMNS = 252
_BAD_IN_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_SYSTEM_COLUMNS = frozenset({"PartitionKey", "RowKey", "Timestamp", "etag"})


def check_key(name: str, key: str) -> None:
    """Raise `Unstorable` when `key` cannot be a partition or row key."""
    if not key or len(_utf16(key)) > _MAX_KEY or _BAD_IN_KEY.search(key):
        raise Unstorable(
            f"{name} key {key[:60]!r}... is not 1 to 512 characters without / \\ # ? and control characters; hash it"
        )


def check_row(partition: str, row: str, values: Values) -> int:
    """Size of the row in bytes, as Azure counts it. Raises `Unstorable`, `RowTooLarge`."""
    check_key("partition", partition)
    check_key("row", row)
    if len(values) > _MAX_COLUMNS:
        raise RowTooLarge(f"row {row!r} has {len(values)} columns; a table takes {_MAX_COLUMNS}")
    size = 4 + len(_utf16(partition)) + len(_utf16(row))
    for column, value in values.items():
        if column in _SYSTEM_COLUMNS or not _COLUMN.fullmatch(column):
            raise Unstorable(f"row {row!r} has a column {column!r}; name it like a variable, not like a system column")
        size += 8 + 2 * len(column) + _size(row, column, value)
    if size > _MAX_ROW:
        raise RowTooLarge(f"row {row!r} has {size} bytes; a table takes {_MAX_ROW}")
    return size


def check_changes(partition: str, changes: Sequence[Change]) -> None:
    """Raise `Unstorable` when no table makes these changes in one transaction."""
    if not 1 <= len(changes) <= MAX_CHANGES:
        raise Unstorable(f"{len(changes)} changes in one transaction; a table takes 1 to {MAX_CHANGES}")
    if len({change.row for change in changes}) < len(changes):
        raise Unstorable("two changes of one transaction are about the same row")
    size = 0
    for change in changes:
        size += check_row(partition, change.row, {} if isinstance(change, Delete) else change.values)
    if size > _MAX_TRANSACTION:
        raise RowTooLarge(f"a transaction of {size} bytes; a table takes {_MAX_TRANSACTION}")


def _size(row: str, column: str, value: Value) -> int:
    where = f"column {column!r} of row {row!r}"
    match value:
        case bool():
            return 1
        case int():
            if not -(2**63) <= value < 2**63:
                raise Unstorable(f"{where} holds an integer of more than 64 bits")
            return 8
        case float():
            if not math.isfinite(value):
                raise Unstorable(f"{where} holds {value}; only finite numbers are kept")
            return 8
        case str():
            size = len(_utf16(value))
        case bytes():
            size = len(value)
        case _:
            raise Unstorable(f"{where} holds a {type(value).__name__}; text, numbers, booleans and bytes are kept")
    if size > _MAX_VALUE:
        raise RowTooLarge(f"{where} has {size} bytes; a table takes {_MAX_VALUE}")
    return 4 + size


def _utf16(text: str) -> bytes:
    try:
        return text.encode("utf-16-le")
    except UnicodeEncodeError as error:
        raise Unstorable(f"{text[:60]!r} is no text: it holds half a character") from error

"""Rows and blobs, as Azure Storage keeps them, with what this project needs of it and no more.

`Table` and `Blobs` are the seams. Their adapters (`storage.azure_tables`, `storage.azure_blobs`) and the in-memory
twin of the development rooms pass one contract suite (`tests/storage`).
"""

from storage.blobs import Blobs, WrittenBlob
from storage.errors import (
    BlobMissing,
    BlobTooLarge,
    RowChanged,
    RowExists,
    RowMissing,
    RowTooLarge,
    StorageError,
    StorageUnavailable,
    TransactionRefused,
    Unstorable,
)
from storage.table import Change, Delete, Insert, Row, Table, Update, Upsert, Value, Values

__all__ = [
    "BlobMissing",
    "BlobTooLarge",
    "Blobs",
    "Change",
    "Delete",
    "Insert",
    "Row",
    "RowChanged",
    "RowExists",
    "RowMissing",
    "RowTooLarge",
    "StorageError",
    "StorageUnavailable",
    "Table",
    "TransactionRefused",
    "Unstorable",
    "Update",
    "Upsert",
    "Value",
    "Values",
    "WrittenBlob",
]

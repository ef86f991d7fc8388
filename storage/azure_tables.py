"""Azure Tables, and Azurite's, over azure-data-tables."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import EdmType, EntityProperty, TableTransactionError, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from storage.account import FAIL_FAST, OPERATION_S, StorageAccount, unavailable
from storage.errors import (
    RowChanged,
    RowExists,
    RowMissing,
    RowTooLarge,
    StorageError,
    StorageUnavailable,
    TransactionRefused,
)
from storage.limits import check_changes, check_key, check_row
from storage.table import Change, Delete, Insert, Row, Update, Upsert, Value, Values

T = TypeVar("T")


class AzureTables:
    """The tables of one account; one per process."""

    def __init__(self, account: StorageAccount) -> None:
        self._credential = None
        if account.connection_string:
            self._service = TableServiceClient.from_connection_string(account.connection_string, **FAIL_FAST)
        else:
            self._credential = account.credential()
            self._service = TableServiceClient(account.url("table"), credential=self._credential, **FAIL_FAST)

    def table(self, name: str) -> AzureTable:
        """A table by name; it is made when first written to or read from, if it is not there."""
        return AzureTable(self._service.get_table_client(name))

    async def close(self) -> None:
        """Close connections."""
        await self._service.close()
        if self._credential is not None:
            await self._credential.close()


class AzureTable:
    """`storage.Table` over one table."""

    def __init__(self, client: TableClient) -> None:
        self._client = client

    async def get(self, partition: str, row: str) -> Row | None:
        """See `storage.Table`."""
        check_key("partition", partition)
        check_key("row", row)
        try:
            return _row(await self._run(lambda: self._client.get_entity(partition, row)))
        except ResourceNotFoundError:
            return None

    async def insert(self, partition: str, row: str, values: Values) -> str:
        """See `storage.Table`."""
        check_row(partition, row, values)
        entity = _entity(partition, row, values)
        return _etag(await self._change(partition, row, lambda: self._client.create_entity(entity)))

    async def upsert(self, partition: str, row: str, values: Values) -> str:
        """See `storage.Table`."""
        check_row(partition, row, values)
        entity = _entity(partition, row, values)
        return _etag(
            await self._change(partition, row, lambda: self._client.upsert_entity(entity, mode=UpdateMode.REPLACE))
        )

    async def update(self, partition: str, row: str, values: Values, *, etag: str | None = None) -> str:
        """See `storage.Table`."""
        check_row(partition, row, values)
        entity, unless = _entity(partition, row, values), _unless_changed(etag)
        return _etag(
            await self._change(
                partition, row, lambda: self._client.update_entity(entity, mode=UpdateMode.MERGE, **unless)
            )
        )

    async def delete(self, partition: str, row: str, *, etag: str | None = None) -> None:
        """See `storage.Table`."""
        check_row(partition, row, {})
        unless = _unless_changed(etag)
        await self._change(partition, row, lambda: self._client.delete_entity(partition, row, **unless))

    async def query(
        self,
        partition: str,
        first_row: str,
        last_row: str,
        *,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> list[Row]:
        """See `storage.Table`."""
        for name, key in (("partition", partition), ("row", first_row), ("row", last_row)):
            check_key(name, key)
        select = None if columns is None else ["PartitionKey", "RowKey", *columns]

        async def read() -> list[Row]:
            rows: list[Row] = []
            pages = self._client.query_entities(
                "PartitionKey eq @p and RowKey ge @a and RowKey le @z",
                parameters={"p": partition, "a": first_row, "z": last_row},
                select=select,
                results_per_page=None if limit is None else min(limit, 1000),
            )
            async for entity in pages:
                rows.append(_row(entity))
                if len(rows) == limit:
                    break
            return rows

        return [] if limit == 0 else await self._run(read)

    async def transact(self, partition: str, changes: Sequence[Change]) -> list[str | None]:
        """See `storage.Table`."""
        check_changes(partition, changes)
        operations = [_operation(partition, change) for change in changes]
        try:
            results = await self._run(lambda: self._client.submit_transaction(operations))
        except TableTransactionError as error:
            if not 0 <= error.index < len(changes):
                raise _unavailable(error) from error
            cause = _refusal(error, partition, changes[error.index].row)
            if cause is None:
                raise _unavailable(error) from error
            raise TransactionRefused(error.index, cause) from error
        return [
            None if isinstance(change, Delete) else _etag(result)
            for change, result in zip(changes, results, strict=True)
        ]

    async def _change(self, partition: str, row: str, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._run(ask)
        except HttpResponseError as error:
            refusal = _refusal(error, partition, row)
            if refusal is None:
                raise
            raise refusal from error

    async def _run(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask, within time, making the table when it is missing; what the row itself says is passed on as it came."""
        try:
            async with asyncio.timeout(OPERATION_S):
                try:
                    return await ask()
                except HttpResponseError as error:
                    if not _says(error, "TableNotFound"):
                        raise
                await self._make_table()
                return await ask()
        except HttpResponseError as error:
            if isinstance(error, TableTransactionError) or _is_about_rows(error):
                raise
            raise _unavailable(error) from error
        except (AzureError, TimeoutError) as error:
            raise _unavailable(error) from error

    async def _make_table(self) -> None:
        try:
            await self._client.create_table()
        except ResourceExistsError:
            return  # somebody else was quicker


def _is_about_rows(error: HttpResponseError) -> bool:
    return isinstance(error, ResourceExistsError | ResourceModifiedError | ResourceNotFoundError) and not _says(
        error, "TableNotFound"
    )


def _refusal(error: HttpResponseError, partition: str, row: str) -> StorageError | None:
    """What a refused change means, if it is about the row."""
    which = f"row {row!r} of {partition!r}"
    match _code(error):
        case "EntityAlreadyExists":
            return RowExists(f"{which} is there already")
        case "UpdateConditionNotSatisfied" | "ConditionNotMet":
            return RowChanged(f"{which} changed since it was read")
        case "ResourceNotFound" | "EntityNotFound":
            return RowMissing(f"{which} is not there")
        case "EntityTooLarge":
            return RowTooLarge(f"{which} would be larger than a table takes")
        case _:
            return None


def _says(error: HttpResponseError, code: str) -> bool:
    return _code(error) == code


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None)
    if code is None:  # the client decodes every answer but the one to an insert
        said = re.search(r'"code"\s*:\s*"(\w+)"', str(error))
        code = said[1] if said else ""
    return getattr(code, "value", code)


def _unavailable(error: Exception) -> StorageUnavailable:
    return unavailable("table", error)


def _unless_changed(etag: str | None) -> dict[str, Any]:
    return {} if etag is None else {"etag": etag, "match_condition": MatchConditions.IfNotModified}


def _operation(partition: str, change: Change) -> tuple[str, dict[str, Any], dict[str, Any]]:
    match change:
        case Insert():
            return "create", _entity(partition, change.row, change.values), {}
        case Upsert():
            return "upsert", _entity(partition, change.row, change.values), {"mode": UpdateMode.REPLACE}
        case Update():
            how = {"mode": UpdateMode.MERGE, **_unless_changed(change.etag)}
            return "update", _entity(partition, change.row, change.values), how
        case Delete():
            return "delete", _entity(partition, change.row, {}), _unless_changed(change.etag)


def _entity(partition: str, row: str, values: Values) -> dict[str, Any]:
    entity: dict[str, Any] = {"PartitionKey": partition, "RowKey": row}
    for column, value in values.items():
        # A plain int would be kept in 32 bits, and come back as another type once it grew.
        is_int = isinstance(value, int) and not isinstance(value, bool)
        entity[column] = (value, EdmType.INT64) if is_int else value
    return entity


def _row(entity: Any) -> Row:
    values: dict[str, Value] = {}
    for column, value in entity.items():
        if column in ("PartitionKey", "RowKey") or value is None:
            continue  # selected columns that a row lacks come as None
        values[column] = value.value if isinstance(value, EntityProperty) else value  # integers come with their type
    return Row(
        partition=entity["PartitionKey"], row=entity["RowKey"], values=values, etag=entity.metadata.get("etag") or ""
    )


def _etag(result: Any) -> str:
    return result["etag"]

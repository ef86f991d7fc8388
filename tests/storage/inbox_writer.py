"""A process that writes to one call's inbox, for `test_three_processes.py`: says what it does, and may be killed.

Arguments: connection string, table, instance id, numbers of the notifications to send (comma separated).
"""

from __future__ import annotations

import asyncio
import sys
import time

from inbox import Inbox, Sealer
from storage.account import StorageAccount
from storage.azure_blobs import AzureBlobs
from storage.azure_tables import AzureTables


async def write(connection_string: str, table: str, instance_id: str, numbers: list[int]) -> None:
    account = StorageAccount(connection_string=connection_string)
    tables = AzureTables(account)
    inbox = Inbox(tables.table(table), AzureBlobs(account, "inbox"), Sealer(["k" * 40]), time.time)

    async def send(number: int) -> None:
        print("began", number, flush=True)
        stored = await inbox.append(instance_id, {"kind": "call", "what": number}, {}, f"message:{number}")
        print("stored", number, stored.number, flush=True)

    for start in range(0, len(numbers), 3):  # a webhook or three at a time
        await asyncio.gather(*(send(number) for number in numbers[start : start + 3]))
    await tables.close()


if __name__ == "__main__":
    to, table, call, to_send = sys.argv[1:]
    asyncio.run(write(to, table, call, [int(number) for number in to_send.split(",")]))

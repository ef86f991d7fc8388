"""The worker's row among the workers, written every 10 s; a lease of 30 s.

`reserved` is brought back to the sessions that there really are: a promise that led to nothing is taken back, unless a
new one was made since the row was read. Source of the row's names: the function app's room `media`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from media_worker.worker import Worker

WORKERS = "workers"
BEAT_EVERY_S, LEASE_S = 10.0, 30.0

log = logging.getLogger("media_worker.registration")


class Registration:
    """Writes the row. `certificate_good_until` and `library` are shown in it, for the doctor."""

    def __init__(self, worker: Worker, table: TableClient, *, control_url: str, facts: dict[str, Any]) -> None:
        self._worker = worker
        self._table = table
        self._control_url = control_url
        self._facts = facts

    async def run(self) -> None:
        """Beat, until cancelled; a beat that fails is followed by the next."""
        while True:
            try:
                await self.beat()
            except AzureError as failure:
                log.warning("no heartbeat: %s", type(failure).__name__)
            await asyncio.sleep(BEAT_EVERY_S)

    async def beat(self, *, stopped: bool = False) -> None:
        """Write the row. Raises `AzureError`; where the function app changed it meanwhile the next beat writes."""
        worker = self._worker
        healthy = worker.engine.health() == "normal"
        state = "draining" if worker.draining else "accepting" if healthy else "unhealthy"
        values: dict[str, Any] = {
            "PartitionKey": WORKERS,
            "RowKey": worker.worker_id,
            "boot_id": worker.boot_id,
            "state": "stopped" if stopped else state,
            "capacity": worker.capacity,
            "reserved": len(worker.sessions),
            "active": len(worker.sessions),
            "lease_until": worker.now() + LEASE_S,
            "control_url": self._control_url,
            **self._facts,
        }
        try:
            row = await self._table.get_entity(WORKERS, worker.worker_id)
        except ResourceNotFoundError:
            await self._table.create_entity(values)
            return
        await self._table.update_entity(
            values, mode=UpdateMode.REPLACE, etag=row.metadata["etag"], match_condition=MatchConditions.IfNotModified
        )

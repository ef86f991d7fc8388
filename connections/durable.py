"""Durable Functions as delivery sees it: the SDK's client with its bare exceptions made sense of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df

#: Statuses of an instance that goes on.
ALIVE = frozenset({"Running", "Pending", "ContinuedAsNew", "Suspended"})


class DurableOrchestrations:
    """`inbox.delivery.Orchestrations` over the client binding of one invocation."""

    def __init__(self, client: df.DurableOrchestrationClient) -> None:
        self._client = client

    async def start(self, name: str, instance_id: str, given: dict[str, Any]) -> None:
        """Start an instance unless one of that id was ever started.

        The host would replace a finished instance in silence, so its status is asked first; of two that start one at
        the same time the host refuses the later.
        """
        if await self.status(instance_id) is not None:
            return
        try:
            await self._client.start_new(name, instance_id, given)
        except Exception:
            if await self.status(instance_id) is None:
                raise

    async def start_again(self, name: str, instance_id: str, given: dict[str, Any]) -> None:
        """Start an instance unless one of that id is alive; one that has ended makes room."""
        if await self.status(instance_id) not in ALIVE:
            await self._client.start_new(name, instance_id, given)

    async def raise_event(self, instance_id: str, name: str, payload: dict[str, Any]) -> bool:
        """Raise an event; False when there is no instance to hear it, not yet or no longer."""
        try:
            await self._client.raise_event(instance_id, name, payload)
        except Exception as failure:  # the SDK raises plain exceptions that differ by their text only
            text = str(failure)
            if "No instance" in text or "is gone" in text:
                return False
            raise
        return True

    async def purge(self, instance_id: str) -> None:
        """Let go of an instance and its history; one that is not there, or not over, stays as it is."""
        await self._client.purge_instance_history(instance_id)

    async def purge_before(self, when: float) -> int:
        """Let go of instances that began before `when` (Unix seconds) and are over; returns how many."""
        over = [df.OrchestrationRuntimeStatus[name] for name in ("Completed", "Failed", "Terminated")]
        first = datetime.fromtimestamp(0, UTC)
        result = await self._client.purge_instance_history_by(first, datetime.fromtimestamp(when, UTC), over)
        return result.instances_deleted

    async def status(self, instance_id: str) -> str | None:
        """`Running`, `Completed`, `Failed`, ...; None for an instance that never was or was purged."""
        status = await self._client.get_status(instance_id)
        return status.runtime_status.name if status and status.runtime_status is not None else None

"""Inbox, births and delivery on the storage twin, with a second reading of what Durable Functions does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graph.notifications import Notification, parse_notifications
from inbox import Births, Inbox, Sealer
from inbox.delivery import Delivery
from inbox.outgoing import Outgoing
from localhost.memory_storage import MemoryBlobs, MemoryTable

JSON = dict[str, Any]

FIXTURES = Path(__file__).resolve().parents[2] / "contract" / "notifications"
FIXTURE_CALL = "0c1f5b00-1111-4a2b-9c3d-000000000001"
TENANT = "tenant-1"


class Instances:
    """`inbox.delivery.Orchestrations` that remembers what it was told."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, JSON]] = {}
        self.raised: list[tuple[str, str, JSON]] = []
        self.away = 0  # so many starts fail

    async def start(self, name: str, instance_id: str, given: JSON) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("the host is away")
        self.started.setdefault(instance_id, (name, given))

    async def raise_event(self, instance_id: str, name: str, payload: JSON) -> bool:
        if instance_id not in self.started:
            return False
        self.raised.append((instance_id, name, payload))
        return True


class Bot:
    """One process of the bot, as far as this room goes."""

    def __init__(self) -> None:
        self.now = 1_767_603_600.0
        self.table, self.blobs, self.instances = MemoryTable(), MemoryBlobs(), Instances()
        self.births = Births(self.table, lambda: self.now)
        self.inbox = Inbox(self.table, self.blobs, Sealer(["k" * 40]), lambda: self.now)
        self.delivery = Delivery(self.inbox, self.births, self.instances, sleep=self._sleep)
        self.outgoing = Outgoing(self.delivery, self.inbox, self.births, tenant_id=TENANT)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds

    async def digests(self, instance_id: str) -> list[JSON]:
        """What is in an inbox, without when it came."""
        return [{k: v for k, v in each.items() if k != "at"} for each in await self.inbox.read(instance_id, 1)]


def notification(name: str, call_id: str, **resource: Any) -> Notification:
    """A notification of `tests/contract`, about another call; `resource` changes its `resourceData`."""
    document = json.loads((FIXTURES / f"{name}.json").read_text().replace(FIXTURE_CALL, call_id))
    if resource:
        document["value"][0]["resourceData"].update(resource)
    (one,) = parse_notifications(json.dumps(document).encode())
    return one


def roster(call_id: str, count: int, sequence: int | None = None, *, removed: int = 0) -> Notification:
    """A roster of so many participants, and of so many who were removed from the call."""
    document = json.loads((FIXTURES / "34_roster_full.json").read_text().replace(FIXTURE_CALL, call_id))
    item = document["value"][0]
    item["resourceData"] = [
        {**item["resourceData"][0], "id": f"participant-{number}"} for number in range(count + removed)
    ]
    for participant in item["resourceData"][count:]:
        participant["removedState"] = {"@odata.type": "#microsoft.graph.removedState", "reason": "Removed"}
    for participant in item["resourceData"]:
        participant["rosterSequenceNumber"] = sequence
    (one,) = parse_notifications(json.dumps(document).encode())
    return one

"""Stored first, then handed to its orchestration, then marked; an orchestration that is not there is started."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from inbox.answers import noted
from inbox.birth import Claim
from inbox.births import Births
from inbox.inbox import Inbox, Stored
from storage import StorageUnavailable

log = logging.getLogger("callwright.inbox")

JSON = dict[str, Any]


class Orchestrations(Protocol):
    """What delivery asks of Durable Functions."""

    async def start(self, name: str, instance_id: str, given: JSON) -> None:
        """Start an instance unless one of that id was ever started. Raises when neither can be made sure of."""
        ...

    async def raise_event(self, instance_id: str, name: str, payload: JSON) -> bool:
        """Raise an event; False when there is no instance to hear it, not yet or no longer."""
        ...


class Handover:
    """Starts orchestrations and hands them what their inboxes hold, in order, once."""

    def __init__(
        self,
        inbox: Inbox,
        births: Births,
        orchestrations: Orchestrations,
        *,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._inbox = inbox
        self._births = births
        self._orchestrations = orchestrations
        self._sleep = sleep

    async def start(
        self,
        call: JSON,
        item: JSON,
        raw: JSON,
        identity: str,
        *,
        claim: Callable[[], Awaitable[Claim]],
        orchestration: str,
        beside: Callable[[], Awaitable[JSON | None]] | None = None,
    ) -> Stored:
        """Claim, store what it begins with as its first notification, start: once, whoever dies in between.

        `beside` is done while a new call starts; what it gives is noted as the answer to the call.
        """
        instance_id: str = call["instance_id"]
        # The claim comes first: it refuses a tenant that is not the call's before anything is stored.
        claimed = await claim()
        while claimed.in_progress:  # another delivery is at it; when it died, its claim may be taken over
            await self._sleep(claimed.wait_s)
            claimed = await claim()
        try:
            stored = await self._inbox.append(instance_id, item, raw, identity)
        except StorageUnavailable:
            if not claimed.started:
                await self._births.give_back(instance_id)
            raise
        if not claimed.started:
            starting = self._orchestrations.start(orchestration, instance_id, {"call": call, "digest": stored.digest})
            await self._started(instance_id, starting, beside if claimed.kind == "new" else None)
        if claimed.kind == "new":
            await self._inbox.mark_raised(instance_id, stored.number)
        else:
            # An orchestration that another announcement started still has to count past this one.
            await self._hand_over(instance_id, stored.digest)
        return stored

    async def _started(
        self, instance_id: str, starting: Awaitable[None], beside: Callable[[], Awaitable[JSON | None]] | None
    ) -> None:
        if beside is None:
            await starting
            await self._births.started(instance_id)
            return
        failure, answer = await asyncio.gather(starting, beside(), return_exceptions=True)
        answered = noted(answer if isinstance(answer, dict) else None)
        if isinstance(failure, BaseException):
            await self._births.not_started(instance_id, answered)
            raise failure
        await self._births.started(instance_id, answered)

    async def start_late(self, instance_id: str) -> bool:
        """Start a call that came in and was claimed, but never started; False when that is none."""
        birth = await self._births.get(instance_id)
        if birth is None or birth.started or birth.ended:
            return False
        first = next(iter(await self._inbox.read(instance_id, 1)), None)
        if first is None or first["kind"] != "incoming":
            return False
        log.warning("%s is started late", instance_id)
        call = {"instance_id": instance_id, "call_id": birth.call_id, "tenant_id": birth.tenant_id}
        await self._orchestrations.start("call_orchestrator", instance_id, {"call": call, "digest": first})
        await self._births.started(instance_id)
        return True

    async def deliver(self, instance_id: str, item: JSON, raw: JSON, identity: str, *, message: str = "") -> Stored:
        """Take a notification about a call that lives (or lived), and hand it over with what is still owed.

        A duplicate is handed over again under its old number: its first try may have died before that.
        """
        stored = await self._inbox.append(instance_id, item, raw, identity, message=message)
        for earlier in await self._inbox.unraised(instance_id):
            if earlier["n"] < stored.number:
                await self._hand_over(instance_id, earlier)
        await self._hand_over(instance_id, stored.digest)
        return stored

    async def read(self, instance_id: str, first: int) -> list[JSON]:
        """The digests from number `first` on, without a gap; their recordings are seen to like in `deliver`."""
        items = await self._inbox.read(instance_id, first)
        for item in items:
            await self._start_recording(instance_id, item)
        return items

    async def _hand_over(self, instance_id: str, item: JSON) -> None:
        number: int = item["n"]
        await self._start_recording(instance_id, item)
        raised = await self._orchestrations.raise_event(instance_id, f"notification.{number}", item)
        if not raised and number > 1 and await self.start_late(instance_id):
            raised = await self._orchestrations.raise_event(instance_id, f"notification.{number}", item)
        if raised:
            await self._inbox.mark_raised(instance_id, number)
        else:
            log.info("notification %d of %s is stored; no instance hears it now", number, instance_id)

    async def _start_recording(self, instance_id: str, item: JSON) -> None:
        """Graph keeps a recording only for a while: fetching it does not wait for the call's turn."""
        if item["kind"] != "operation" or not item.get("recording"):
            return
        operation_id: str = item["operation_id"]
        given = {
            "instance_id": instance_id,
            "n": item["n"],
            "operation_id": operation_id,
            "announced_at": item["at"],  # names the blob: the same on every try
            **({"transient": True} if str(item.get("context")).endswith(".transient") else {}),
        }
        await self._orchestrations.start("recording_orchestrator", f"recording-{operation_id}", given)

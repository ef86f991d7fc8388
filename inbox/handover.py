"""Stored first, then handed to its orchestration, then marked; an orchestration that is not there is started."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from inbox.birth import Claim
from inbox.births import Births
from inbox.inbox import Inbox, Stored
from storage import StorageUnavailable

log = logging.getLogger("callwright.inbox")

JSON = dict[str, Any]

# Of the five seconds that a webhook may take, those that handing over what is stored may take.
HAND_OVER_S = 1.5


class Together(Protocol):
    """Does several things at once; gives what each gives, or the exception."""

    def __call__(self, *work: Coroutine[Any, Any, Any]) -> Awaitable[list[Any]]:
        """See `together`."""
        ...


async def together(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    """Do several things at once; gives what each gives, or the exception."""
    return await asyncio.gather(*work, return_exceptions=True)


async def _nothing() -> None:
    return None


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
        timeout: Callable[[float], AbstractAsyncContextManager[object]] = asyncio.timeout,
        together: Together = together,
    ) -> None:
        self._inbox = inbox
        self._births = births
        self._orchestrations = orchestrations
        self._sleep = sleep
        self._timeout = timeout
        self._together = together

    async def start(
        self,
        call: JSON,
        item: JSON,
        raw: JSON,
        identity: str,
        *,
        claim: Callable[[], Awaitable[Claim]],
        orchestration: str,
        beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> Stored:
        """Claim, store what it begins with as its first notification, start: once, whoever dies in between.

        `beside` is done while the orchestration starts. Raises what `claim` raises, `StorageUnavailable`, and whatever
        keeps the orchestration from being started: the claim is then given back.
        """
        instance_id: str = call["instance_id"]
        # The claim comes first: it refuses a tenant that is not the call's before anything is stored.
        claimed = await self._claimed(claim)
        try:
            stored = await self._inbox.append(instance_id, item, raw, identity)
        except StorageUnavailable:
            if not claimed.started:
                await self._births.give_back(instance_id)
            raise
        if not claimed.started:
            await self._begin(orchestration, call, stored.digest, beside)
        if claimed.kind == "new":
            await self._try_to(self._inbox.mark_raised(instance_id, stored.number), "mark", stored)
        else:
            # An orchestration that another announcement started still has to count past this one.
            await self._try_to(self._hand_over(instance_id, stored.digest), "hand over", stored)
        return stored

    async def _claimed(self, claim: Callable[[], Awaitable[Claim]]) -> Claim:
        claimed = await claim()
        while claimed.in_progress:  # another delivery is at it; when it died, its claim may be taken over
            await self._sleep(claimed.wait_s)
            claimed = await claim()
        return claimed

    async def _begin(
        self, name: str, call: JSON, digest: JSON, beside: Callable[[], Coroutine[Any, Any, None]] | None
    ) -> None:
        instance_id = call["instance_id"]
        starting = self._orchestrations.start(name, instance_id, {"call": call, "digest": digest})
        failure, trouble = await self._together(starting, beside() if beside else _nothing())
        if trouble is not None:
            log.error("%s could not be seen to while it started", instance_id, exc_info=trouble)
        if failure is not None:
            await self._births.give_back(instance_id, answering=True)
            raise failure
        try:
            await self._births.started(instance_id)
        except StorageUnavailable as failure:  # it has started: whoever tries again will find so, and note it
            log.warning("the start of %s could not be noted: %s", instance_id, failure)

    async def _try_to(self, work: Awaitable[None], what: str, stored: Stored) -> None:
        """Do what may be left undone for a notification that is stored: the next one makes up for it, or its reader."""
        try:
            async with self._timeout(HAND_OVER_S):
                await work
        except Exception:
            log.exception("notification %d is stored; what could not be done is to %s it", stored.number, what)

    async def start_late(self, instance_id: str) -> bool:
        """Start a call that was claimed, and neither started nor sent elsewhere; False when that is none."""
        birth = await self._births.get(instance_id)
        if birth is None or birth.started or birth.ended or birth.sent_away:
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
        if not stored.new:  # written as `connections.telemetry.measure` does, which this room does not know
            facts = {"metric": "notifications.duplicates", "value": 1, "kind": item["kind"], "instance": instance_id}
            log.info("a %s came again", item["kind"], extra={"facts": facts})
        await self._try_to(self._hand_over_owed(instance_id, stored), "hand over", stored)
        return stored

    async def _hand_over_owed(self, instance_id: str, stored: Stored) -> None:
        for earlier in await self._inbox.unraised(instance_id):
            if earlier["n"] < stored.number:
                await self._hand_over(instance_id, earlier)
        await self._hand_over(instance_id, stored.digest)

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

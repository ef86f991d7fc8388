"""From the webhook into an orchestration: stored first, then handed over, then marked.

Whatever dies in between, the next notification of the call, or the orchestration reading its inbox on a deadline,
finishes what was begun. `docs/explanation/delivery.md` has the reasoning.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

from graph.digest import digest
from graph.notifications import IncomingCall, Notification, RosterUpdated
from inbox.arrival import Arrival, Reception
from inbox.birth import BoundElsewhere, OtherTenant, Owner, Watcher
from inbox.births import Births
from inbox.errors import InboxClosed, NoSuchCall
from inbox.handover import Handover, Orchestrations, Together, together
from inbox.identity import identity_of, message_of
from inbox.inbox import Inbox, Stored
from inbox.incoming import Incoming, SameCall
from inbox.ringing import Ringing
from inbox.rosters import Nudge
from storage import RowMissing

log = logging.getLogger("callwright.inbox")

#: In a call of two, the caller and the bot. A roster of more, or of fewer, says that it is none any longer.
TWO = 2

JSON = dict[str, Any]


class Delivery(Handover):
    """Gets each notification of a call to its orchestration: in order, once."""

    def __init__(
        self,
        inbox: Inbox,
        births: Births,
        orchestrations: Orchestrations,
        *,
        sleep: Callable[[float], Awaitable[None]],
        timeout: Callable[[float], AbstractAsyncContextManager[object]] = asyncio.timeout,
        together: Together = together,
        reception: Reception | None = None,
        ringing: Ringing | None = None,
    ) -> None:
        """Without `reception` calls that ring are left to their orchestrations.

        `ringing`: what the process remembers of them, for longer than this delivery lasts.
        """
        super().__init__(inbox, births, orchestrations, sleep=sleep, timeout=timeout, together=together)
        self._reception = reception
        self._ringing = ringing or Ringing()

    async def take(
        self,
        notification: Notification,
        tenant_id: str,
        instance_id: str | None,
        message_id: str | None,
        *,
        answer_by: float = math.inf,
    ) -> bool:
        """Take one notification of a webhook.

        Args:
            notification: as parsed.
            tenant_id: of the token it came with.
            instance_id: of the signed callback URI it came to; None for the URL registered with the bot.
            message_id: Graph's id of the request.
            answer_by: until when a call that rings may be answered from here, Unix seconds.

        What concerns a call that is not this tenant's, or not this instance's, is logged and dropped: nothing is
        stored, started or raised for it. Returns whether it was taken.
        """
        item = digest(notification)
        try:
            if isinstance(notification, IncomingCall) and instance_id is None and notification.call_id:
                await self._announced(notification, item, tenant_id, message_id, answer_by)
                return True
            return await self._take(notification, item, message_id, tenant_id, instance_id)
        except InboxClosed:
            log.info("a %s came after the end of its call", item["kind"])
        except OtherTenant:
            log.warning("a %s about another tenant's call was dropped", item["kind"])
        except SameCall as same:
            log.warning("an announcement of %s under another id was dropped", same)
        return False

    async def _announced(
        self, announced: IncomingCall, item: JSON, tenant_id: str, message_id: str | None, answer_by: float
    ) -> None:
        call = {"instance_id": f"call-{announced.call_id}", "call_id": announced.call_id, "tenant_id": tenant_id}
        identity = identity_of(item, announced.raw, announced.position, message_id)
        await self.give_birth(call, item, announced.raw, identity, answer_by=answer_by)

    async def _take(
        self, notification: Notification, item: JSON, message_id: str | None, tenant_id: str, instance_id: str | None
    ) -> bool:
        identity = identity_of(item, notification.raw, notification.position, message_id)
        if not notification.call_id:
            log.warning("a %s that names no call, or two, was dropped", item["kind"])
            return False
        owner = await self._owner(notification.call_id, tenant_id, instance_id)
        if owner is None:
            log.warning("a %s about a call that is not its sender's to speak for was dropped", item["kind"])
            return False
        if isinstance(notification, RosterUpdated):
            present = notification.present
            await self._inbox.put_roster(owner.instance_id, notification.raw, notification.sequence_number, present)
            if owner.listens_to_roster or present != TWO:
                await self._plan_to_tell_roster(owner.instance_id)
            return True
        if item["kind"] == "call" and owner.instance_id != f"call-{notification.call_id}":
            item["call_id"] = notification.call_id  # of a call that we placed: it may be the first word about it
        message = message_of(notification.position, message_id)
        await self.deliver(owner.instance_id, item, notification.raw, identity, message=message)
        return True

    async def _owner(self, call_id: str, tenant_id: str, instance_id: str | None) -> Owner | None:
        """Whose call it is, if the sender may speak for it: one of the tenant's, to its own callback URI or to ours."""
        owner = await self._births.owner_of(call_id)
        if owner is None and instance_id is not None:  # a call that we place, told of before its 201 has come back
            owner = await self._bound(instance_id, call_id, tenant_id)
        if owner is None or owner.tenant_id != tenant_id or instance_id not in (None, owner.instance_id):
            return None
        return owner

    async def _bound(self, instance_id: str, call_id: str, tenant_id: str) -> Owner | None:
        try:
            await self.bind({"instance_id": instance_id, "call_id": call_id, "tenant_id": tenant_id})
        except (BoundElsewhere, RowMissing) as refusal:
            log.warning("a callback that does not fit its instance: %s", refusal)
            return None
        return await self._births.owner_of(call_id)

    async def bind(self, call: JSON) -> None:
        """Note which Graph call an instance has become; `call` is `{"instance_id", "call_id", "tenant_id"}`.

        A call that was given up before Graph placed it is hung up. Raises `BoundElsewhere`, `OtherTenant`,
        `RowMissing`, `StorageUnavailable`.
        """
        lives = await self._births.bind(call["instance_id"], call["call_id"], call["tenant_id"])
        if not lives:
            log.warning("%s was placed after it had been given up: hanging it up", call["instance_id"])
            await self._orchestrations.start(
                "closing_orchestrator", f"closing-{call['instance_id']}", {"call": call, "reason": "placed too late"}
            )

    async def give_birth(
        self, call: JSON, item: JSON, raw: JSON, identity: str, *, answer_by: float = math.inf
    ) -> None:
        """Take the notification of a new call and start its orchestration, once however often it is announced.

        `call` is `{"instance_id", "call_id", "tenant_id"}`. Raises whatever keeps the call from being started: the
        webhook then answers 503, and an announcement that comes again finds everything as it was left.
        """
        deeds = self._ringing.of(call["instance_id"])
        if deeds.sent_away:
            log.warning("%s was sent elsewhere, and is announced again", call["instance_id"])
            return
        arrival = Arrival() if self._reception is None else self._reception.greet(item, raw, call["tenant_id"])
        incoming = Incoming(
            call,
            item,
            arrival,
            births=self._births,
            inbox=self._inbox,
            reception=self._reception,
            deeds=deeds,
            sleep=self._sleep,
            answer_by=answer_by,
        )
        name = "call_orchestrator"
        await self.start(call, item, raw, identity, claim=incoming.claim, orchestration=name, beside=incoming.answer)

    async def control(self, instance_id: str, action: str, arguments: JSON, request_id: str) -> Stored:
        """Hand an operator's action to a live call, or to an orchestration that places calls.

        Args:
            instance_id: of the call.
            action: its name, such as `transfer`.
            arguments: JSON of the action; may be personal, and is sealed.
            request_id: the same for the same request, however often it is sent.

        Its digest is `{"kind": "control", "action", "request"}`, and of a transfer `consult`. Returns what is stored:
        of a request that came before, that one (compare `digest["action"]`). Raises `NoSuchCall`, `InboxClosed` once
        the call is over, and `StorageUnavailable`.
        """
        if await self._births.get(instance_id) is None:
            raise NoSuchCall(f"there is no call {instance_id!r}")
        digest: JSON = {"kind": "control", "action": action, "request": request_id}
        if action == "transfer":
            digest["consult"] = arguments.get("consult") is True
        raw = {"action": action, "arguments": arguments}
        return await self.deliver(instance_id, digest, raw, f"control:{request_id}")

    async def tell_watchers(self, instance_id: str, watchers: Iterable[Watcher], outcome: str) -> None:
        """Tell the orchestrations whose leg a call was that it is over, and how; may be repeated."""
        for watcher in watchers:
            digest = {"kind": "leg", "leg": watcher.leg, "status": "ended", "outcome": outcome, "call_id": None}
            await self.tell(watcher.instance_id, digest, f"leg:{watcher.leg}:{instance_id}:ended")

    async def tell(self, instance_id: str, digest: JSON, identity: str) -> bool:
        """Hand an orchestration news of ours; False when it is over."""
        try:
            await self.deliver(instance_id, digest, {}, identity)
        except InboxClosed:
            log.info("a %s came after the end of %s", digest["kind"], instance_id)
            return False
        return True

    async def tell_roster(self, instance_id: str) -> Nudge | None:
        """Tell a call how many are in it now, if it does not know; returns when to do so again."""
        untold = await self._inbox.rosters.untold(instance_id)
        if untold is None:
            return None
        await self.deliver(instance_id, untold.digest, {}, f"roster:{untold.version}")
        return await self._inbox.rosters.told(instance_id, untold.version)

    async def _plan_to_tell_roster(self, instance_id: str) -> None:
        nudge = await self._inbox.rosters.plan(instance_id)
        if nudge is not None and nudge.wait_s <= 0:
            nudge = await self.tell_roster(instance_id)
        if nudge is not None:
            given = {"instance_id": instance_id, "wait_s": nudge.wait_s}
            name = f"roster-{instance_id}-{round(nudge.at * 1000)}"
            await self._orchestrations.start("roster_orchestrator", name, given)

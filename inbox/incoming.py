"""Calls that come in: started once, answered while they start, and known again under another id.

Graph may announce one call twice, under two ids. What comes within fifteen seconds with the chain, the caller and the
target of a call that is being answered is that call; of one that is established, or that Graph does not know any more,
it is another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from inbox.arrival import Arrival, Reception
from inbox.birth import Claim
from inbox.births import Births
from inbox.inbox import Inbox
from storage import StorageUnavailable

JSON = dict[str, Any]

# How often, and with what pauses, it is asked what has become of a call before another announcement counts as it.
_ASKED, _PAUSE_S = 8, 0.25


class SameCall(Exception):
    """The call is that of another instance, under another id."""


class Incoming:
    """Claims one call that was announced; `claim` may be asked again and again."""

    def __init__(
        self,
        call: JSON,
        item: JSON,
        arrival: Arrival,
        *,
        births: Births,
        inbox: Inbox,
        reception: Reception | None,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`call` is `{"instance_id", "call_id", "tenant_id"}`; `item`, its digest, learns what the claim decides."""
        self._call = call
        self._item = item
        self._arrival = arrival
        self._births = births
        self._inbox = inbox
        self._reception = reception
        self._sleep = sleep
        self._claimed_at: float | None = None  # when the webhook has taken it upon itself to answer

    async def claim(self) -> Claim:
        """Ask to start the call. Raises `SameCall`, and what `Births.claim` raises."""
        claimed = await self._claim()
        if claimed.kind == "same_chain":
            if await self._is_the_call_of(claimed.of):
                raise SameCall(claimed.of)
            claimed = await self._claim(another=claimed.of)
        if self._reception is not None and claimed.kind in ("new", "taken_over"):
            try:
                over = await self._reception.admit(self._call["instance_id"], self._arrival)
            except StorageUnavailable:
                await self._births.give_back(self._call["instance_id"])
                raise
            if over:
                self._item["over"] = over
            elif self._arrival.answering and claimed.kind == "new":
                self._item["answering"] = True
                self._claimed_at = claimed.at
        return claimed

    async def answer(self) -> JSON | None:
        """Answer the call, while its orchestration starts, if that is for its webhook to do."""
        if self._reception is None or self._claimed_at is None:
            return None
        return await self._reception.answer(self._call, self._arrival, self._claimed_at)

    async def _claim(self, another: str = "") -> Claim:
        call = self._call
        return await self._births.claim(
            call["instance_id"],
            call["call_id"],
            call["tenant_id"],
            listens_to_roster=bool(self._item.get("group")),
            arrival=self._arrival,
            another=another,
        )

    async def _is_the_call_of(self, instance_id: str) -> bool:
        for _ in range(_ASKED):
            birth = await self._births.get(instance_id)
            if birth is None or birth.ended:
                return False
            heard = await self._inbox.read(instance_id, 1)
            if any(item["kind"] == "call" and item["state"] == "established" for item in heard):
                return False
            if birth.answer is not None:
                return "ok" in birth.answer
            await self._sleep(_PAUSE_S)
        return True

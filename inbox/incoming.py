"""Calls that come in: started once, answered while they start, and known again under another id.

Graph may announce one call twice, under two ids. What comes within fifteen seconds with the chain, the caller and the
target of a call that is being answered is that call; of one that is established, or that Graph does not know any more,
it is another. While nobody can tell, neither is taken: Graph may announce it again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from inbox.answers import ANSWER_S
from inbox.arrival import Arrival, Reception
from inbox.birth import Birth, Claim
from inbox.births import Births
from inbox.inbox import Inbox
from inbox.ringing import Deeds
from storage import StorageUnavailable

JSON = dict[str, Any]

# How often, and with what pauses, it is asked what has become of a call before another announcement counts as it.
_ASKED, _PAUSE_S = 4, 0.25


class SameCall(Exception):
    """The call is that of another instance, under another id."""


class PerhapsTheSameCall(Exception):
    """The call may be that of another instance, under another id: nobody can tell yet."""


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
        deeds: Deeds,
        sleep: Callable[[float], Awaitable[None]],
        answer_by: float,
    ) -> None:
        """`call` is `{"instance_id", "call_id", "tenant_id"}`; `item`, its digest, learns what the claim decides.

        `deeds`: where this process notes what it has done about the call. `answer_by`: until when its webhook may
        answer, Unix seconds; at the most until `ANSWER_S` after the claim.
        """
        self._call = call
        self._item = item
        self._arrival = arrival
        self._births = births
        self._inbox = inbox
        self._reception = reception
        self._deeds = deeds
        self._sleep = sleep
        self._answer_by = answer_by

    async def claim(self) -> Claim:
        """Ask to start the call. Raises `SameCall`, `PerhapsTheSameCall`, and what `Births.claim` raises."""
        claimed = await self._claim()
        if claimed.kind == "same_chain":
            if await self._is_the_call_of(claimed.of):
                raise SameCall(claimed.of)
            claimed = await self._claim(another=claimed.of)
        if claimed.kind in ("new", "taken_over"):
            self._deeds.claimed_at = claimed.at
            await self._admit(claimed)
        return claimed

    async def _admit(self, claimed: Claim) -> None:
        if self._reception is None:
            return
        try:
            over = await self._reception.admit(self._call["instance_id"], self._arrival)
        except StorageUnavailable:
            await self._births.give_back(self._call["instance_id"])
            raise
        if over:
            self._item["over"] = over
        elif self._arrival.answering and claimed.kind == "new":
            self._item["answering"] = True

    async def answer(self) -> None:
        """Answer the call, while its orchestration starts, if that is for its webhook to do."""
        self._deeds.starting = True
        if self._reception is not None and self._item.get("answering"):
            by = min(self._deeds.claimed_at + ANSWER_S, self._answer_by)
            await self._reception.answer(self._call, self._arrival, by)

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
        for left in reversed(range(_ASKED)):
            birth = await self._births.get(instance_id)
            if birth is None or birth.ended or await self._is_established(birth):
                return False
            if birth.answer is not None:
                return "ok" in birth.answer
            if left:
                await self._sleep(_PAUSE_S)
        raise PerhapsTheSameCall(instance_id)

    async def _is_established(self, birth: Birth) -> bool:
        heard = await self._inbox.read(birth.instance_id, 1)
        return any(item["kind"] == "call" and item["state"] == "established" for item in heard)

"""Events of sessions on their way to the function app: at least once, in order, each with its session's number.

A POST that is not answered with 2xx is repeated, so one event may arrive twice; (session, seq) tells it from another.
What waits is bounded: of events that are worth little later (`_FLEETING`) the oldest goes. Events die with the worker;
then its lease lapses, and the function app knows that everything of that boot is gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

LARGEST_BATCH = 50
MOST_WAITING = 2000
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
_FLEETING = frozenset({"vad.start", "vad.stop", "media.dominantSpeaker", "levels"})

log = logging.getLogger("media_worker.events")


class NotDelivered(Exception):
    """The function app did not take the events; they are sent again."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened on a session."""

    session_id: str
    #: 1, 2, 3 ... of its session, without a gap unless fleeting events were dropped.
    seq: int
    #: Unix seconds.
    at: float
    kind: str
    data: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As it is posted."""
        return {"session": self.session_id, "seq": self.seq, "at": self.at, "kind": self.kind, "data": self.data}


class Post(Protocol):
    """The way to the function app."""

    async def __call__(self, url: str, events: list[Event]) -> None:
        """Deliver events of one callback URL. Raises `NotDelivered`."""
        ...


class Outbox:
    """What waits to be told."""

    def __init__(self, post: Post, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._post = post
        self._sleep = sleep
        self._waiting: deque[tuple[str, Event]] = deque()
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        #: Events that were dropped.
        self.dropped = 0
        #: Events that were delivered.
        self.delivered = 0

    def add(self, url: str, event: Event) -> None:
        """Tell this; never waits."""
        if len(self._waiting) >= MOST_WAITING:
            self._drop_one()
        self._waiting.append((url, event))
        self._empty.clear()
        self._wake.set()

    async def run(self) -> None:
        """Deliver, until cancelled."""
        pause = FIRST_PAUSE_S
        while True:
            if not self._waiting:
                self._empty.set()
                self._wake.clear()
                await self._wake.wait()
            url, batch = self._next_batch()
            try:
                await self._post(url, batch)
            except NotDelivered as failure:
                log.warning("%d events wait: %s", len(self._waiting), failure)
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            self.delivered += len(batch)
            sent = {(event.session_id, event.seq) for event in batch}
            kept = ((to, each) for to, each in self._waiting if (each.session_id, each.seq) not in sent)
            self._waiting = deque(kept)

    async def emptied(self) -> None:
        """Wait until everything was delivered."""
        await self._empty.wait()

    @property
    def waiting(self) -> int:
        """How many were not delivered yet."""
        return len(self._waiting)

    def _next_batch(self) -> tuple[str, list[Event]]:
        url = self._waiting[0][0]
        batch = [event for to, event in self._waiting if to == url]
        return url, batch[:LARGEST_BATCH]

    def _drop_one(self) -> None:
        self.dropped += 1
        for at, (_, event) in enumerate(self._waiting):
            if event.kind in _FLEETING:
                del self._waiting[at]
                return
        self._waiting.popleft()

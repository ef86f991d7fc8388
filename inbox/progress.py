"""What this process knows of each call's inbox, so that storage is asked as little as possible.

Knowledge, never truth: every write is conditional on it, and it is dropped as soon as a write shows it stale.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

_MOST_CALLS = 2000


@dataclass(frozen=True, kw_only=True)
class Head:
    """The `head` row of a call."""

    #: The last number given; 0 before the first.
    last: int
    #: No number below this one is waiting to be raised.
    unraised_from: int
    #: None as long as the row is not there.
    etag: str | None
    #: Whether the call's tones are encrypted under a key of its own.
    tones_sealed: bool = False


@dataclass
class CallProgress:
    """One call. Whoever writes to its inbox holds `lock`: without it, writers of one process beat each other's
    conditions (7 attempts a notification under load instead of 1.25)."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    head: Head | None = None
    #: The digests stored but not known to be raised, by number; None before storage was asked.
    unraised: dict[int, JSON] | None = None

    def forget(self) -> None:
        """Believe nothing any more: the next question goes to storage."""
        self.head = None
        self.unraised = None

    def stored(self, number: int, etag: str, unraised_from: int, digest: JSON) -> None:
        """A notification was stored under `number`."""
        sealed = self.head is not None and self.head.tones_sealed
        self.head = Head(last=number, unraised_from=unraised_from, etag=etag, tones_sealed=sealed)
        if self.unraised is not None:
            self.unraised[number] = digest


class Progress:
    """The calls that this process has heard of lately."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, CallProgress] = OrderedDict()

    def of(self, instance_id: str) -> CallProgress:
        """What is known of a call; the one that was longest unheard of is forgotten for it when there are many."""
        call = self._calls.setdefault(instance_id, CallProgress())
        self._calls.move_to_end(instance_id)
        if len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)
        return call

    def drop(self, instance_id: str) -> None:
        """Forget a call that is over."""
        self._calls.pop(instance_id, None)

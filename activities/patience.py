"""Waiting for storage that is away for a moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import connections
from storage.errors import StorageUnavailable

T = TypeVar("T")

PAUSE_S = 0.5


async def patiently(deadline: float, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives. While storage is away it is tried again, until the deadline (Unix seconds).

    Raises `StorageUnavailable` when there is no time left, and at once whatever else `work` raises.
    """
    here = connections.current()
    while True:
        try:
            return await work()
        except StorageUnavailable:
            if here.now() + PAUSE_S >= deadline:
                raise
        await here.sleep(PAUSE_S)

"""One attempt at a time: whoever asks meanwhile shares its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs an attempt for everybody who wants one now; a failure too is shared, not repeated one by one."""

    def __init__(self) -> None:
        self._flight: asyncio.Task[T] | None = None

    @property
    def under_way(self) -> bool:
        """Whether an attempt is being made."""
        return self._flight is not None

    async def run(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The outcome of the attempt under way, or else of a new one. A waiter that is cancelled leaves it going."""
        flight = self._flight
        if flight is None:
            flight = self._flight = asyncio.create_task(attempt())
            flight.add_done_callback(self._land)
        return await asyncio.shield(flight)

    def _land(self, flight: asyncio.Task[T]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # seen, even if every waiter has gone

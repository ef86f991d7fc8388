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

    def start(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """The attempt under way, or else a new one. It need not be awaited: its failure is then nobody's."""
        flight = self._flight
        if flight is None:
            flight = self._flight = asyncio.create_task(attempt())
            flight.add_done_callback(self._land)
        return flight

    async def run(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The outcome of the attempt under way, or else of a new one. A waiter that is cancelled leaves it going."""
        return await asyncio.shield(self.start(attempt))

    def _land(self, flight: asyncio.Task[T]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # seen, even if every waiter has gone

"""What a clock is."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol


class Timer(Protocol):
    """A call that is due at some time."""

    def cancel(self) -> None:
        """Make sure the call never happens; harmless when it already has."""
        ...


class Clock(Protocol):
    """The time, and a way to be called when it comes.

    Entering the clock (`with clock:`) says "I am at work": virtual time stands still until every such block is
    left. Whoever handles a request, runs an activity or delivers a webhook does it inside such a block.
    """

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00Z."""
        ...

    def at(self, when: float, action: Callable[[], object]) -> Timer:
        """Call `action()` on the event loop once `now() >= when`."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""
        ...

    def __enter__(self) -> Clock: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

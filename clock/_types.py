"""What a clock is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any, Protocol


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

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Give a block so many seconds on this clock; then it is cancelled, and `TimeoutError` raised."""
        ...

    async def together(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """Do several things at once, as parts of one piece of work; returns what each gives, or the exception."""
        ...

    def me(self) -> str:
        """A name of whoever asks, by which others can say that they are waited for: `waited_for`."""
        ...

    def waited_for(self, by: str | None) -> AbstractContextManager[None]:
        """While the block lasts, whoever has this name does nothing but wait for it, and is not at work."""
        ...

    def __enter__(self) -> Clock: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

"""The time of day."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any


class RealClock:
    """The machine's clock on the running event loop."""

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00Z."""
        return time.time()

    def at(self, when: float, action: Callable[[], object]) -> asyncio.TimerHandle:
        """Call `action()` once the time has come."""
        return asyncio.get_running_loop().call_later(max(0.0, when - self.now()), action)

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        await asyncio.sleep(seconds)

    def timeout(self, seconds: float) -> asyncio.Timeout:
        """Give a block so many seconds; then it is cancelled, and `TimeoutError` raised."""
        return asyncio.timeout(seconds)

    async def together(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """Do several things at once; returns what each gives, or the exception."""
        return await asyncio.gather(*work, return_exceptions=True)

    def me(self) -> str:
        """A name of whoever asks."""
        return ""

    def waited_for(self, by: str | None) -> AbstractContextManager[None]:
        """Real time passes anyway."""
        return nullcontext()

    def __enter__(self) -> RealClock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

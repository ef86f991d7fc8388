"""Time that passes only when nobody has anything to do.

Never the event loop's own time: a loop waiting for storage looks idle to its timers, and jumping then would let a
deadline pass while its answer is on the way. Work in progress is counted instead (`with clock:`).
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC).timestamp()  # a Monday morning
# After the last worker has left, callbacks it scheduled (task wake-ups, socket reads) still have to run.
_SETTLE_TURNS = 4


class NothingLeftToHappen(AssertionError):
    """No timer is set and nobody is at work, but what was waited for has not come."""


class TimeLimitPassed(AssertionError):
    """What was waited for did not come within the virtual time allowed."""


class _Timer:
    __slots__ = ("action", "when")

    def __init__(self, when: float, action: Callable[[], object] | None) -> None:
        self.when = when
        self.action = action

    def cancel(self) -> None:
        self.action = None


class VirtualClock:
    """A clock that jumps to the next timer as soon as nobody is at work.

    It moves only inside `run_until` and `advance`; everything else sees time stand still.
    """

    def __init__(self, start: float = _START) -> None:
        self._now = start
        self._heap: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()
        self._busy: Counter[asyncio.Task[object] | None] = Counter()  # who is at work, and how often entered
        self._excused: dict[asyncio.Task[object], int] = {}  # who waits for somebody that sleeps, as in `_busy`
        self._shifts = 0  # how often anybody has come to work
        self._left = asyncio.Event()

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00Z, as far as everyone on this clock is concerned."""
        return self._now

    @property
    def shifts(self) -> int:
        """How often anybody has come to work."""
        return self._shifts

    def at(self, when: float, action: Callable[[], object]) -> _Timer:
        """Call `action()` once virtual time has reached `when`; timers of one moment fire in the order set."""
        timer = _Timer(when, action)
        heapq.heappush(self._heap, (when, next(self._order), timer))
        self._left.set()  # somebody waiting for "nothing left" has to look again
        return timer

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` of virtual time have passed. The task that sleeps is not at work meanwhile."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.at(self._now + seconds, lambda: woken.done() or woken.set_result(None))
        task = asyncio.current_task()
        entered = self._busy.pop(task, 0)
        self._left.set()
        try:
            await woken
        finally:
            timer.cancel()
            if entered:
                self._busy[task] += entered

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncGenerator[None]:
        """Give a block so many seconds of virtual time; then it is cancelled, and `TimeoutError` raised.

        Whoever is to run out of time has to sleep on this clock: while it is at work, time stands still.
        """
        task = asyncio.current_task()
        async with asyncio.timeout(None) as limit:

            def run_out() -> None:
                self._recall(task)
                limit.reschedule(asyncio.get_running_loop().time())

            timer = self.at(self._now + seconds, run_out)
            try:
                yield
            finally:
                timer.cancel()

    async def together(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """Do several things at once; returns what each gives, or the exception.

        Each is at work until it has ended, unless it sleeps; whoever waits for them here is not.
        """
        task = asyncio.current_task()
        entered = self._busy.pop(task, 0)
        try:
            return await asyncio.gather(*map(self._part, work), return_exceptions=True)
        finally:
            if entered:
                self._busy[task] += entered
                self._shifts += 1

    def me(self) -> str:
        """A name of the task that asks, by which another can say that it is waited for: `waited_for`."""
        return str(id(asyncio.current_task()))

    @contextmanager
    def waited_for(self, by: str | None) -> Generator[None]:
        """While the block lasts, the task with this name only waits for it and is not at work.

        For those who meet over a socket: a request that is let lie, and who sent it. When the time of whoever waits
        runs out (`timeout`), they are at work again.
        """
        waiting = next((task for task in self._busy if task is not None and str(id(task)) == by), None)
        if waiting is None:
            yield
            return
        self._excused[waiting] = self._busy.pop(waiting)
        self._left.set()
        try:
            yield
        finally:
            self._recall(waiting)

    def _recall(self, task: asyncio.Task[object] | None) -> None:
        entered = self._excused.pop(task, 0) if task is not None else 0
        if entered:
            self._busy[task] += entered
            self._shifts += 1

    def _part(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        part = asyncio.create_task(work)
        self._busy[part] += 1  # at once, not only when its turn comes
        part.add_done_callback(self._leave)
        return part

    def _leave(self, part: asyncio.Task[Any]) -> None:
        self._busy.pop(part, None)
        self._left.set()

    def __enter__(self) -> VirtualClock:
        self._busy[asyncio.current_task()] += 1
        self._shifts += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = asyncio.current_task()
        self._recall(task)
        self._busy[task] -= 1
        if not self._busy[task]:
            del self._busy[task]
            self._left.set()

    async def run_until(self, done: Callable[[], bool], *, limit_s: float = 24 * 3600.0) -> None:
        """Let things happen until `done()`.

        Raises:
            NothingLeftToHappen: everyone is idle, no timer is set and `done()` is still false.
            TimeLimitPassed: `limit_s` of virtual time went by first.
        """
        end = self._now + limit_s
        while not done():
            await self._quiet()
            if done():
                return
            timer = self._next()
            if timer is None:
                raise NothingLeftToHappen(f"nothing is due after {_stamp(self._now)}")
            if timer.when > end:
                raise TimeLimitPassed(f"{limit_s:g} s of virtual time passed at {_stamp(end)}")
            self._fire()

    async def advance(self, seconds: float) -> None:
        """Let everything happen that is due within the next `seconds`, and stop there."""
        end = self._now + seconds
        while True:
            await self._quiet()
            timer = self._next()
            if timer is None or timer.when > end:
                break
            self._fire()
        self._now = max(self._now, end)

    async def _quiet(self) -> None:
        """Return once nobody has been at work for some turns of the loop, not even within a single turn."""
        calm, shifts = 0, self._shifts
        while calm < _SETTLE_TURNS:
            if self._busy:
                self._left.clear()
                await self._left.wait()
            elif shifts == self._shifts:
                calm += 1
                await asyncio.sleep(0)
            if shifts != self._shifts or self._busy:
                calm, shifts = 0, self._shifts

    def _next(self) -> _Timer | None:
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][2] if self._heap else None

    def _fire(self) -> None:
        """Jump to the earliest timer and run it; the others of that moment follow one by one."""
        when, _, timer = heapq.heappop(self._heap)
        self._now = max(self._now, when)
        action, timer.action = timer.action, None
        if action is not None:
            action()


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

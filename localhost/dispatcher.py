"""Decides when whose work runs.

One instance is worked on by one task at a time; a message that arrives meanwhile is seen by the same task afterwards.
Waiting for a free place is not work, holding one is: virtual time may pass while activities queue behind sleepers.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine

from clock import Timer
from localhost.store import StoreClosed
from localhost.task_hub import TaskHub, log

RETRY_AFTER_US = 1_000_000  # the store could not be written (disk full, ...)


class Dispatcher:
    """Runs instances that have due messages and activities that are queued."""

    def __init__(
        self,
        hub: TaskHub,
        *,
        run_instance: Callable[[str], Awaitable[None]],
        run_activity: Callable[[int], Awaitable[None]],
        orchestrators: int,
        activities: int,
    ) -> None:
        self._hub = hub
        self._run_instance = run_instance
        self._run_activity = run_activity
        self._orchestrator_places = asyncio.Semaphore(orchestrators)
        self._activity_places = asyncio.Semaphore(activities)
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._alarms: defaultdict[str | int, dict[int, Timer]] = defaultdict(dict)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        hub.on_message = self.instance_due
        hub.on_activity = self.activity_due

    @property
    def idle(self) -> bool:
        """Nothing runs or waits for a place; timers may be set."""
        return not self._tasks

    def start(self) -> None:
        """Take up what the store holds."""
        for instance, due in self._hub.store.awaited():
            self.instance_due(instance, due)
        for row, due in self._hub.store.activities():
            self.activity_due(row, due)

    async def stop(self, *, grace_s: float) -> None:
        """Start nothing more; give what runs `grace_s` of real time to end, then cancel it."""
        self._stopping = True
        for alarms in self._alarms.values():
            for timer in alarms.values():
                timer.cancel()
        self._alarms.clear()
        if self._tasks and grace_s:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def instance_due(self, instance: str, due: int) -> None:
        """The instance has a message that becomes visible at `due`."""
        if self._not_yet(instance, due, lambda: self.instance_due(instance, due)):
            return
        if instance in self._busy:
            self._again.add(instance)
        else:
            self._busy.add(instance)
            self._spawn(self._pump(instance))

    def activity_due(self, row: int, due: int) -> None:
        """The activity in that row may run from `due` on."""
        if not self._not_yet(row, due, lambda: self.activity_due(row, due)):
            self._spawn(self._activity(row))

    def forget(self, instance: str) -> None:
        """The instance has ended: nothing is due for it any more."""
        for timer in self._alarms.pop(instance, {}).values():
            timer.cancel()

    def _not_yet(self, key: str | int, due: int, action: Callable[[], None]) -> bool:
        """Whether it is too early (then the alarm is set), or too late because the host stops."""
        if self._stopping:
            return True
        if due <= self._hub.now():
            return False

        def ring() -> None:
            alarms = self._alarms[key]
            alarms.pop(due, None)
            if not alarms:
                del self._alarms[key]
            action()

        if due not in self._alarms[key]:
            self._alarms[key][due] = self._hub.clock.at(due / 1_000_000, ring)
        return True

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pump(self, instance: str) -> None:
        try:
            while True:
                self._again.discard(instance)
                async with self._orchestrator_places:
                    with self._hub.clock:
                        await self._run_instance(instance)
                if instance not in self._again or self._stopping:
                    return
        except StoreClosed:
            return
        except Exception:
            log.exception("The messages of %s could not be dealt with; trying again", instance)
            self._again.discard(instance)
            self.instance_due(instance, self._hub.now() + RETRY_AFTER_US)
        finally:
            self._busy.discard(instance)

    async def _activity(self, row: int) -> None:
        try:
            async with self._activity_places:
                with self._hub.clock:
                    await self._run_activity(row)
        except StoreClosed:
            return
        except Exception:
            log.exception("The activity in row %s could not be dealt with; trying again", row)
            self.activity_due(row, self._hub.now() + RETRY_AFTER_US)

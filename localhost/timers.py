"""Timer triggers: functions that run on a schedule, on the host's clock.

As in Azure a function's next run is set when the last one has ended, so it never overlaps itself. What came due while
the host was down is not made up for.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime

from azure.functions.meta import Datum

from clock import Clock, Timer
from localhost.indexing import AppUnusable, IndexedFunction
from localhost.ncrontab import Schedule, parse
from localhost.task_hub import log
from localhost.worker import FunctionFailed, Worker


class TimerTriggers:
    """The timer-triggered functions of one host."""

    def __init__(self, worker: Worker, clock: Clock, client_json: Callable[[], str]) -> None:
        self._worker = worker
        self._clock = clock
        self._client_json = client_json
        self._functions = {f.name: f for f in worker.functions.values() if f.kind == "timer"}
        self._schedules = {name: _schedule(function) for name, function in self._functions.items()}
        self._set: dict[str, Timer] = {}
        self._running: set[asyncio.Task[bool]] = set()
        self._stopped = False

    def start(self) -> None:
        """Set every schedule; functions with `run_on_startup` run at once."""
        for name, function in self._functions.items():
            if os.environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() in ("1", "true"):
                continue
            if function.trigger.run_on_startup:
                self._run(name)
            else:
                self._wait(name)

    def stop(self) -> None:
        """Fire nothing more; what runs is cancelled."""
        self._stopped = True
        for timer in self._set.values():
            timer.cancel()
        for task in self._running:
            task.cancel()

    async def fire(self, name: str) -> bool:
        """Run the function now; False when there is none of that name. A failure is logged, as in Azure."""
        function = self._functions.get(name)
        if function is None:
            return False
        trigger = json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False})
        with self._clock:
            try:
                datum = Datum(type="json", value=trigger)
                await self._worker.invoke(function, datum, client_json=self._client_json())
            except FunctionFailed as failure:
                log.error("Executed 'Functions.%s' (Failed)\n%s", name, failure.stack)
        return True

    def _wait(self, name: str) -> None:
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        due = None if self._stopped else self._schedules[name].after(now)
        if due is not None:
            self._set[name] = self._clock.at(due.timestamp(), lambda: self._run(name))

    def _run(self, name: str) -> None:
        task = asyncio.get_running_loop().create_task(self.fire(name))
        self._running.add(task)

        def ended(task: asyncio.Task[bool]) -> None:
            self._running.discard(task)
            self._wait(name)

        task.add_done_callback(ended)


def _schedule(function: IndexedFunction) -> Schedule:
    """The function's schedule; `%NAME%` is read from the environment.

    Raises:
        AppUnusable: the setting is missing, or the expression is none.
    """
    text: str = function.trigger.schedule
    if setting := re.fullmatch(r"%(.+)%", text):
        if setting[1] not in os.environ:
            raise AppUnusable(f"The schedule of {function.name} is the setting {setting[1]}, which is not set.")
        text = os.environ[setting[1]]
    try:
        return parse(text)
    except ValueError as error:
        raise AppUnusable(f"The schedule of {function.name}: {error}") from error

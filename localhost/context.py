"""What one execution has asked for so far: numbered decisions, open tasks, waiters for events.

Mirrors TaskOrchestrationContext and RetryInterceptor of DTFx and DurableOrchestrationContext of the Durable extension.
Every call that leaves a trace in history takes the next number; history is matched against those numbers.
"""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localhost.history import Event, dumps, moment, since_1970, stamp
from localhost.promises import Cancelled, Promise

HTTP_ACTIVITY = "BuiltIn::HttpActivity"
MAXIMUM_RETRY_INTERVAL_MS = 6 * 24 * 3600 * 1000
DEFAULT_POLL = timedelta(seconds=30)  # between polls of an http call answered 202 without Retry-After
MAXIMUM_ACTIONS = 100_000


@dataclass(frozen=True, kw_only=True)
class ScheduleTask:
    """Run an activity; `input` is the JSON array of its one argument."""

    id: int
    name: str
    input: str


@dataclass(frozen=True, kw_only=True)
class CreateTimer:
    """Fire at `fire_at` (aware UTC)."""

    id: int
    fire_at: datetime


@dataclass(frozen=True, kw_only=True)
class StartSubOrchestration:
    """Start a child instance and hear of its end."""

    id: int
    name: str
    input: str | None
    instance: str
    version: str


@dataclass(frozen=True, kw_only=True)
class SendEvent:
    """Raise an event on another instance; entities are instances called `@name@key`."""

    id: int
    target: str
    name: str
    input: str


Decision = ScheduleTask | CreateTimer | StartSubOrchestration | SendEvent


class NonDeterministic(Exception):
    """History holds what the orchestrator does not ask for now."""


class TaskFailed(Exception):
    """An activity or sub-orchestration failed."""


class ExecutionContext:
    """The numbered decisions and open promises of one execution."""

    def __init__(
        self, *, instance: str, execution: str, parent: str | None, function_exists: Callable[[str, str], bool]
    ) -> None:
        self.instance = instance
        self.execution = execution
        self.now = moment(0)
        self.decisions: dict[int, Decision] = {}
        self.open_tasks: dict[int, Promise] = {}
        self.next_id = 0
        self._parent = parent
        self._function_exists = function_exists
        self._guids = 0
        self._waiters: dict[str, list[Promise]] = {}
        self._early: dict[str, deque[str | None]] = {}

    # What takes a number ------------------------------------------------------------------------------------

    def schedule_task(self, name: str, input_json: str) -> Promise:
        """Ask for an activity."""
        number = self._number()
        return self._opened(ScheduleTask(id=number, name=name, input=input_json))

    def create_timer(self, fire_at: datetime, *, cancelled: bool = False) -> Promise:
        """Ask for a timer. A cancelled one is no longer waited for, but it was asked for: its decision stays."""
        decision = CreateTimer(id=self._number(), fire_at=fire_at)
        promise = self._opened(decision)
        if cancelled:
            del self.open_tasks[decision.id]
            promise.fail(Cancelled())
        return promise

    def start_sub_orchestration(
        self, name: str, *, instance: str | None, input_json: str | None, version: str
    ) -> Promise:
        """Ask for a child. Without an id of its own it is called after the execution and the number.

        Raises:
            ValueError: the id is the parent's or this one's, or begins with "@".
        """
        taken = {self.instance.lower(), (self._parent or "").lower()}
        if instance and instance.lower() in taken:
            raise ValueError(
                "The instance ID of a sub-orchestration must be different than the instance ID of a parent "
                "orchestration."
            )
        if instance and instance.startswith("@"):
            raise ValueError("Orchestration instance ids must not start with @")
        number = self._number()
        child = instance or f"{self.execution}:{number}"
        return self._opened(
            StartSubOrchestration(id=number, name=name, input=input_json, instance=child, version=version)
        )

    def send_event(self, target: str, name: str, input_json: str) -> None:
        """Ask for an event to be raised elsewhere; nobody waits for it."""
        number = self._number()
        self.decisions[number] = SendEvent(id=number, target=target, name=name, input=input_json)

    def _number(self) -> int:
        if self.next_id >= MAXIMUM_ACTIONS:
            raise RuntimeError(
                f"Maximum amount of orchestration actions ({MAXIMUM_ACTIONS:,}) has been reached. This value can be "
                "configured in host.json file as MaxOrchestrationActions."
            )
        self.next_id += 1
        return self.next_id - 1

    def _opened(self, decision: Decision) -> Promise:
        self.decisions[decision.id] = decision
        promise = self.open_tasks[decision.id] = Promise()
        return promise

    # External events ----------------------------------------------------------------------------------------

    def wait_for_event(self, name: str) -> Promise:
        """The newest waiter of a name is served first; an event that came early is taken at once, oldest first."""
        promise = Promise()
        key = name.lower()
        self._waiters.setdefault(key, []).append(promise)
        if early := self._early.get(key):
            self.raise_event(name, early.popleft())
        return promise

    def raise_event(self, name: str, payload: str | None) -> None:
        """Hand the event to the newest waiter, or keep it until somebody waits. Names differ by more than case."""
        key = name.lower()
        if waiters := self._waiters.get(key):
            waiters.pop().keep(payload)
        else:
            self._early.setdefault(key, deque()).append(payload)

    # Built of the above -------------------------------------------------------------------------------------

    def require(self, name: str, kind: str) -> None:
        """Fail the orchestration when it names a function that the app does not have.

        Raises:
            ValueError: there is no such function.
        """
        if not self._function_exists(name, kind):
            raise ValueError(
                f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. "
                f"Check its name and its trigger."
            )

    def message_entity(self, target: str, operation: str, payload: Any, *, signal: bool) -> str:
        """Send an operation to an entity; the reply, if any, comes as the event named by the returned id."""
        self._guids += 1
        seed = f"{self.instance}_{stamp(since_1970(self.now))}_{self._guids - 1}"
        request: Event = {
            "op": operation,
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, seed)),
            "parent": self.instance,
            "parentExecution": self.execution,
        }
        if signal:
            request["signal"] = True
        if payload is not None:
            request["input"] = dumps(payload)
        self.require(target.split("@")[1], "entity")
        self.send_event(target, "op", dumps(request))
        return request["id"]

    async def retried(self, options: dict[str, Any], call: Callable[[], Promise]) -> Any:
        """DTFx's RetryInterceptor, with the timer it creates after the last failure only for old histories' sake."""
        attempts: int = options["maxNumberOfAttempts"]
        interval = options["firstRetryIntervalInMilliseconds"]
        coefficient = options.get("backoffCoefficient", 1.0)
        longest = options.get("maxRetryIntervalInMilliseconds", MAXIMUM_RETRY_INTERVAL_MS)
        for attempt in range(attempts):
            try:
                return await call()
            except Exception as error:
                if attempt + 1 == attempts:
                    await self.create_timer(self.now)
                    raise error
                pause = min(interval * coefficient**attempt, longest)
                await self.create_timer(self.now + timedelta(milliseconds=pause))
        raise ValueError("maxNumberOfAttempts must be at least 1")

    async def http(self, request: dict[str, Any]) -> str:
        """The durable http call: an activity of the host, repeated while the answer is 202."""
        while True:
            answer = json.loads(await self.schedule_task(HTTP_ACTIVITY, dumps([request])))
            if answer["statusCode"] != 202 or not request.get("asynchronousPatternEnabled", True):
                return dumps(answer)
            headers = {name.lower(): value for name, value in answer["headers"].items()}
            pause = timedelta(seconds=int(headers["retry-after"])) if "retry-after" in headers else DEFAULT_POLL
            await self.create_timer(self.now + pause)
            kept = {n: v for n, v in (request.get("headers") or {}).items() if n.lower() != "x-functions-key"}
            request = {"method": "GET", "uri": headers["location"], "headers": kept}

"""The Durable engine: everything a client may ask of the task hub.

Each request is one transaction; when the call returns, its effect survives a SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from clock import VirtualClock
from localhost.activity_runs import ActivityRuns
from localhost.dispatcher import Dispatcher
from localhost.entities import Entities
from localhost.episodes import Episodes
from localhost.history import Event, dumps, moment
from localhost.history import EventType as T
from localhost.host_json import HostJson
from localhost.observed import Observed
from localhost.rewind import rewound
from localhost.store import Instance
from localhost.task_hub import TaskHub
from localhost.worker import Worker

_FORBIDDEN = "/\\?#"


class NoSuchInstance(LookupError):
    """There is no instance of that id."""


class InstanceGone(Exception):
    """The instance has ended (or, for a rewind, has not failed)."""


class InstanceExists(Exception):
    """An instance of that id is alive."""


class Engine:
    """Instances, their histories, and what can be done to them. Payloads are JSON values."""

    def __init__(self, hub: TaskHub, worker: Worker, *, client_json: Callable[[], str], limits: HostJson) -> None:
        self._hub = hub
        self._worker = worker
        self._episodes = Episodes(self._hub, worker)
        self._entities = Entities(self._hub, worker)
        self._dispatcher = Dispatcher(
            self._hub,
            run_instance=self._run_instance,
            run_activity=ActivityRuns(self._hub, worker, client_json).run,
            orchestrators=limits.orchestrators,
            activities=limits.activities,
        )
        self._hub.on_end = self._on_end
        self._ends: dict[str, list[asyncio.Future[None]]] = {}

    # The life of the engine ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up whatever the store holds."""
        self._dispatcher.start()

    async def stop(self, *, grace_s: float) -> None:
        """Start nothing more; what runs has `grace_s` of real time to end, then it is cancelled."""
        await self._dispatcher.stop(grace_s=grace_s)

    async def _run_instance(self, instance: str) -> None:
        await (self._entities if instance.startswith("@") else self._episodes).run(instance)

    def _on_end(self, instance: str) -> None:
        self._dispatcher.forget(instance)
        for future in self._ends.pop(instance, []):
            if not future.done():
                future.set_result(None)

    # Watching -----------------------------------------------------------------------------------------------

    @property
    def listeners(self) -> list[Callable[[Observed], None]]:
        """Called with a record of everything that happens; append to it."""
        return self._hub.listeners

    @property
    def transactions(self) -> int:
        """Commits since the host started."""
        return self._hub.store.transactions

    @property
    def idle(self) -> bool:
        """Nothing runs; timers may be set."""
        return self._dispatcher.idle

    def instance(self, instance: str) -> Instance | None:
        """The stored row, or None."""
        return self._hub.store.instance(instance)

    def instances(self, **matching: Any) -> list[Instance]:
        """The stored rows that match; see `Store.instances`."""
        return self._hub.store.instances(**matching)

    def status(self, instance: str) -> dict[str, Any] | None:
        """What the management API shows: name, instanceId, runtimeStatus, input, customStatus, output, createdTime,
        lastUpdatedTime; None where there is no such instance.
        """
        row = self.instance(instance)
        return None if row is None else status_of(row)

    def history(self, instance: str) -> list[Event]:
        """The history events of the current execution, as the SDK is handed them; empty where there is none."""
        row = self.instance(instance)
        return [] if row is None else [json.loads(text) for text in self._hub.store.history(instance, row.execution)]

    def has_ended(self, instance: str) -> bool:
        """Whether it exists and is Completed, Failed or Terminated."""
        row = self.instance(instance)
        return row is not None and not row.live

    async def wait_until_ended(self, instance: str, *, limit_s: float = 24 * 3600.0) -> dict[str, Any]:
        """The status once the instance has ended; a virtual clock is driven until then.

        Raises:
            TimeoutError: `limit_s` of real time went by first. (A virtual clock raises its own errors.)
        """
        clock = self._hub.clock
        if isinstance(clock, VirtualClock):
            await clock.run_until(lambda: self.has_ended(instance), limit_s=limit_s)
        elif not self.has_ended(instance):
            future = asyncio.get_running_loop().create_future()
            self._ends.setdefault(instance, []).append(future)
            await asyncio.wait_for(future, limit_s)
        status = self.status(instance)
        assert status is not None
        return status

    # Acting -------------------------------------------------------------------------------------------------

    def start_new(self, name: str, instance: str | None = None, client_input: Any = None, *, version: str = "") -> str:
        """Start an orchestration as `client.start_new` does; its instance id.

        Raises:
            ValueError: no such orchestrator, or an id that is not allowed.
            InstanceExists: an instance of that id is alive. One that has ended is replaced.
        """
        text = None if client_input is None else json.dumps(json.dumps(client_input))
        return self.start_raw(name, instance, text, version=version)

    def start_raw(self, name: str, instance: str | None, input_json: str | None, *, version: str = "") -> str:
        """The same with the input as JSON text: from Python clients a JSON string that holds JSON."""
        if self._worker.find(name, "orchestrator") is None:
            known = sorted(f.name for f in self._worker.functions.values() if f.kind == "orchestrator")
            raise ValueError(
                f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. Additional "
                f"info: The following are the known orchestrator functions: {', '.join(known)}."
            )
        if instance is not None:
            self._check_id(instance)
        chosen = instance or uuid.uuid4().hex
        with self._hub.transaction():
            self._hub.create(chosen, name, input_json, execution=uuid.uuid4().hex, version=version)
        self._episodes.forget(chosen)
        return chosen

    def _check_id(self, instance: str) -> None:
        if instance.startswith("@"):
            raise ValueError("Orchestration instance ids must not start with @.")
        if any(character in _FORBIDDEN or not character.isprintable() for character in instance):
            raise ValueError("Orchestration instance ids must not contain /, \\, #, ?, or control characters.")
        if not 0 < len(instance) <= 256:
            raise ValueError("Instance ID lengths must not exceed 256 characters.")
        row = self.instance(instance)
        if row is not None and row.live:
            raise InstanceExists(f"An Orchestration instance with the status {row.status} already exists.")

    def raise_event(self, instance: str, name: str, data: Any = None) -> None:
        """Raise an external event as `client.raise_event` does: the payload arrives as a JSON string (issue 295).

        Raises:
            NoSuchInstance, InstanceGone: nobody is there to hear it.
        """
        self.raise_raw(instance, name, json.dumps(json.dumps(data)))

    def raise_raw(self, instance: str, name: str, payload_json: str) -> None:
        """The same with the payload as JSON text, as the webhook passes it on."""
        row = self._alive(instance)
        knobs = self._hub.knobs
        if knobs.drop_event(instance, name):
            return
        if row.status == "Pending" and knobs.drop_event_while_pending(instance, name):
            return
        event = self._hub.event(T.EVENT_RAISED, Name=name, Input=payload_json)
        with self._hub.transaction():
            for _ in range(2 if knobs.duplicate_event(instance, name) else 1):
                self._hub.send(instance, event)

    def terminate(self, instance: str, reason: str | None = None) -> None:
        """End the instance at its next episode. Raises NoSuchInstance, InstanceGone."""
        self._tell(instance, self._hub.event(T.EXECUTION_TERMINATED, Input=None if reason is None else dumps(reason)))

    def suspend(self, instance: str, reason: str | None = None) -> None:
        """Let nothing happen in the instance until it is resumed. Raises NoSuchInstance, InstanceGone."""
        self._tell(instance, self._hub.event(T.EXECUTION_SUSPENDED, Reason=reason))

    def resume(self, instance: str, reason: str | None = None) -> None:
        """Go on. Raises NoSuchInstance, InstanceGone."""
        self._tell(instance, self._hub.event(T.EXECUTION_RESUMED, Reason=reason))

    def _tell(self, instance: str, event: Event) -> None:
        self._alive(instance)
        with self._hub.transaction():
            self._hub.send(instance, event)

    def _alive(self, instance: str) -> Instance:
        row = self._existing(instance)
        if not row.live:
            raise InstanceGone(f"{instance} is {row.status}")
        return row

    def _existing(self, instance: str) -> Instance:
        row = self.instance(instance)
        if row is None:
            raise NoSuchInstance(f"No instance with ID {instance} found.")
        return row

    def rewind(self, instance: str, reason: str | None = None) -> None:
        """Take back the failures of a failed instance and let it try again. Raises NoSuchInstance, InstanceGone."""
        row = self._existing(instance)
        if row.status != "Failed":
            raise InstanceGone("The rewind operation is only supported on failed orchestration instances.")
        store, events = self._hub.store, rewound(self.history(instance))
        with self._hub.transaction():
            store.drop_history(instance)
            store.append_history(instance, row.execution, 0, map(dumps, events))
            store.put_instance(replace(row, status="Running", output=None, updated=self._hub.now()))
            self._hub.send(instance, self._hub.event(T.GENERIC, Data=reason), execution=row.execution)
        self._episodes.forget(instance)

    def restart(self, instance: str, *, new_id: bool = True) -> str:
        """Start the same orchestration with the same input; the new instance's id. Raises NoSuchInstance,
        InstanceExists.
        """
        row = self._existing(instance)
        return self.start_raw(row.name, None if new_id else instance, row.input, version=row.version)

    def purge(self, instance: str) -> bool:
        """Delete an instance that has ended; False when there was none."""
        row = self.instance(instance)
        if row is None or row.live:
            return False
        with self._hub.transaction():
            self._hub.store.forget_instance(instance)
        self._episodes.forget(instance)
        return True

    # Entities -----------------------------------------------------------------------------------------------

    def signal_entity(self, name: str, key: str, operation: str, payload_json: str | None) -> None:
        """Send an operation to an entity. Raises ValueError where the app has no such entity."""
        if self._worker.find(name, "entity") is None:
            raise ValueError(f"The function '{name}' doesn't exist, is disabled, or is not an entity function.")
        request = {"op": operation, "signal": True, "id": str(uuid.uuid4())}
        if payload_json is not None:
            request["input"] = payload_json
        with self._hub.transaction():
            self._hub.send(f"@{name.lower()}@{key}", self._hub.event(T.EVENT_RAISED, Name="op", Input=dumps(request)))

    def entity(self, name: str, key: str) -> str | None:
        """The entity's state as JSON text, or None where it does not exist."""
        return self._hub.store.entity(f"@{name.lower()}@{key}")


def status_of(row: Instance) -> dict[str, Any]:
    """The management API's view of an instance."""

    def second(at: int) -> str:
        return moment(at).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "name": row.name,
        "instanceId": row.id,
        "runtimeStatus": row.status,
        "input": _json_or_text(row.input),
        "customStatus": _json_or_text(row.custom_status),
        "output": _json_or_text(row.output),
        "createdTime": second(row.created),
        "lastUpdatedTime": second(row.updated),
    }


def _json_or_text(text: str | None) -> Any:
    """A failed instance's output is prose, everything else is JSON."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text

"""What the parts of the engine share: the store, the clock, the knobs, and who is told what.

Nothing is woken by what is not committed: a message or an activity put into the store inside `transaction` wakes its
receiver once the commit is through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clock import Clock
from localhost.history import Event, event, execution_started, microseconds
from localhost.history import EventType as T
from localhost.knobs import Knobs
from localhost.observed import InstanceEnded, Observed
from localhost.store import Instance, Store

log = logging.getLogger("localhost")


class TaskHub:
    """The store with a clock and an ear."""

    def __init__(self, store: Store, clock: Clock, knobs: Knobs) -> None:
        self.store = store
        self.clock = clock
        self.knobs = knobs
        self.listeners: list[Callable[[Observed], None]] = []
        # The dispatcher's: told of instances and activities that have work from some time on.
        self.on_message: Callable[[str, int], None] = lambda instance, due: None
        self.on_activity: Callable[[int, int], None] = lambda row, due: None
        self.on_end: Callable[[str], None] = lambda instance: None
        self._after_commit: list[Callable[[], None]] = []

    def now(self) -> int:
        """Microseconds since 1970."""
        return microseconds(self.clock.now())

    def event(self, kind: T, *, event_id: int = -1, **fields: object) -> Event:
        """A history event of this moment."""
        return event(kind, self.now(), event_id=event_id, **fields)

    def observe(self, record: Observed) -> None:
        """Tell every listener."""
        for listener in self.listeners:
            listener(record)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One commit; what it sent is delivered after it."""
        try:
            with self.store.transaction():
                yield
        except BaseException:
            self._after_commit.clear()
            raise
        waiting, self._after_commit = self._after_commit, []
        for wake in waiting:
            wake()

    # Inside a transaction -----------------------------------------------------------------------------------

    def send(self, instance: str, message: Event, *, execution: str | None = None, due: int | None = None) -> None:
        """Send a control message; `due` makes it a timer. One for an execution is worthless to its successors."""
        when = self.now() if due is None else due
        if self.knobs.delivery_delay_s is not None:
            when += microseconds(self.knobs.delivery_delay_s(instance))
        self.store.send(instance, message, execution=execution, due=when)
        self._after_commit.append(lambda: self.on_message(instance, when))

    def queue_activity(self, *, instance: str, execution: str, task: int, name: str, input_json: str) -> None:
        """Queue an activity."""
        due = self.now()
        row = self.store.add_activity(
            instance=instance, execution=execution, task=task, name=name, input_json=input_json, due=due
        )
        self._after_commit.append(lambda: self.on_activity(row, due))

    def create(
        self,
        instance: str,
        name: str,
        input_json: str | None,
        *,
        execution: str,
        version: str = "",
        parent: tuple[str, str, int] | None = None,
    ) -> None:
        """Put a pending instance in place of whatever had its id; `parent` is (instance, execution, task number)."""
        now = self.now()
        parent_id, parent_execution, parent_task = parent or (None, None, None)
        self.store.forget_instance(instance)
        self.store.put_instance(
            Instance(
                id=instance,
                name=name,
                version=version,
                execution=execution,
                status="Pending",
                custom_status=None,
                input=input_json,
                output=None,
                created=now,
                updated=now,
                parent=parent_id,
                parent_execution=parent_execution,
                parent_task=parent_task,
            )
        )
        started = execution_started(
            now,
            instance=instance,
            execution=execution,
            name=name,
            version=version,
            input_json=input_json,
            parent=parent_id,
        )
        self.send(instance, started, execution=execution)

    def end(self, row: Instance, details: str | None) -> None:
        """Write the ended `row`, tell its parent, drop what is still addressed to it."""
        self.store.put_instance(row)
        self.store.drop_messages_of(row.id)
        if row.parent is not None:
            if row.status == "Completed":
                news = self.event(T.SUB_ORCHESTRATION_COMPLETED, TaskScheduledId=row.parent_task, Result=row.output)
            else:
                news = self.event(
                    T.SUB_ORCHESTRATION_FAILED, TaskScheduledId=row.parent_task, Reason=row.output, Details=details
                )
            self.send(row.parent, news, execution=row.parent_execution)
        self._after_commit.append(lambda: self._ended(row))

    def _ended(self, row: Instance) -> None:
        self.on_end(row.id)
        self.observe(InstanceEnded(instance=row.id, name=row.name, status=row.status))

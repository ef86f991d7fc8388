"""The extension's side of the out-of-process protocol: history and the SDK's answer in, decisions out.

Pure and synchronous: no clock, no storage, no engine. The SDK is called once per episode with the whole history and
answers with *every* action since the execution began. Those actions are executed here by a coroutine that the same
history drives: each takes the next number, the events of history strike the decisions they stand for off the list,
and what is left on the list afterwards is new. "Run the new actions" would be wrong: which of the actions are new, and
which numbers they take, depends on the order in which history settled the tasks before them.

Source: OutOfProcOrchestrationShim.cs and DurableOrchestrationContext.cs of azure-functions-durable-extension,
TaskOrchestrationExecutor.cs and TaskOrchestrationContext.cs of durabletask.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from localhost.actions import perform
from localhost.context import (
    CreateTimer,
    Decision,
    ExecutionContext,
    NonDeterministic,
    ScheduleTask,
    SendEvent,
    StartSubOrchestration,
    TaskFailed,
)
from localhost.history import Event, EventType, dumps, parse_stamp
from localhost.promises import Promise, run

CUSTOM_STATUS_LIMIT = 16 * 1024  # bytes of UTF-16


class OrchestratorFailed(Exception):
    """The orchestrator function raised; `details` is for whoever reads the parent's history."""

    def __init__(self, reason: str, details: str) -> None:
        super().__init__(reason)
        self.details = details


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How the execution ended: `status` is Completed, Failed, Terminated or ContinuedAsNew."""

    id: int
    status: str
    result: str | None
    details: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an episode decided."""

    decisions: tuple[Decision, ...]
    ending: Ending | None
    carried_over: tuple[Event, ...] = field(default=())
    custom_status: str | None = None
    suspended: bool = False


def replay(
    history: Iterable[Event],
    state: dict[str, Any],
    *,
    instance: str,
    execution: str,
    name: str,
    parent: str | None = None,
    function_exists: Callable[[str, str], bool] = lambda name, kind: True,
) -> Verdict:
    """Decide what follows from `history` (past and new events) and the SDK's `state` for it.

    `state` is the OrchestratorState JSON; a failed invocation adds `error` and, for the reader, `stack`.
    """
    context = ExecutionContext(instance=instance, execution=execution, parent=parent, function_exists=function_exists)
    return _Execution(context, name, state).play(history)


_DECISION_OF = {
    EventType.TASK_SCHEDULED: ScheduleTask,
    EventType.TIMER_CREATED: CreateTimer,
    EventType.SUB_ORCHESTRATION_CREATED: StartSubOrchestration,
    EventType.EVENT_SENT: SendEvent,
}


class _Execution:
    def __init__(self, context: ExecutionContext, name: str, state: dict[str, Any]) -> None:
        self._context = context
        self._name = name
        self._state = state
        self._main: Promise | None = None
        self._output: str | None = None
        self._custom_status: str | None = None
        self._next_input: list[str] = []  # of continue-as-new; the last one counts
        self._carried_over: list[Event] = []
        self._terminated: Event | None = None
        self._suspended = False
        self._while_suspended: list[Event] = []
        self._held: dict[int, Decision] = {}

    def play(self, history: Iterable[Event]) -> Verdict:
        try:
            for event in history:
                self._event(event)
            ending = self._ending()
        except NonDeterministic as error:
            ending = self._ended("Failed", str(error))
        context = self._context
        return Verdict(
            decisions=tuple(context.decisions[number] for number in sorted(context.decisions)),
            ending=ending,
            carried_over=tuple(self._carried_over),
            custom_status=self._custom_status,
            suspended=self._suspended,
        )

    # The orchestrator's actions, as a coroutine -------------------------------------------------------------

    async def _shim(self) -> None:
        state = self._state
        self._set_custom_status(state.get("customStatus"))
        actions: list[list[dict[str, Any]]] = state["actions"]
        if len(actions) != 1:
            raise ValueError(
                f"With OOProc schema V3, expected actions array to be of length 1 in outer layer but got size: "
                f"{len(actions)}"
            )
        for action in actions[0]:
            task = perform(self._context, action, self._next_input.append)
            with contextlib.suppress(Exception):  # the SDK has raised it in the user's code already
                await task
        if state.get("error"):
            raise OrchestratorFailed(
                f"Orchestrator function '{self._name}' failed: {state['error']}",
                f"Message: {state['error']}, StackTrace: {state.get('stack', '')}",
            )
        if state["isDone"]:
            output = state.get("output")
            self._output = None if output is None else dumps(output)
            return
        await Promise()

    def _set_custom_status(self, value: Any) -> None:
        if value is None:
            return
        text = dumps(value)
        if len(text.encode("utf-16-le")) > CUSTOM_STATUS_LIMIT:
            raise ValueError(
                "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. The current payload is "
                f"{len(text.encode('utf-16-le')) / 1024:.0f} KB"
            )
        self._custom_status = text

    # The history that drives it -----------------------------------------------------------------------------

    def _event(self, event: Event) -> None:
        kind = event["EventType"]
        if kind == EventType.ORCHESTRATOR_STARTED:
            self._context.now = parse_stamp(event["Timestamp"])
            return
        if self._suspended and kind not in (EventType.EXECUTION_RESUMED, EventType.EXECUTION_TERMINATED):
            if kind != EventType.EXECUTION_SUSPENDED:
                self._while_suspended.append(event)
            return
        if kind in _DECISION_OF:
            self._strike_off(event)
        elif handle := _HANDLERS.get(kind):
            handle(self, event)

    def _started(self, event: Event) -> None:
        self._main = run(self._shim())

    def _strike_off(self, event: Event) -> None:
        number = event["EventId"]
        decision = self._context.decisions.pop(number, None)
        kind = _DECISION_OF[EventType(event["EventType"])]
        named = isinstance(decision, (ScheduleTask, StartSubOrchestration))
        if isinstance(decision, kind) and (not named or decision.name.lower() == event["Name"].lower()):
            return
        now = "nothing" if decision is None else f"{type(decision).__name__} {getattr(decision, 'name', '')}".strip()
        was = f"{kind.__name__} {event.get('Name') or ''}".strip()
        raise NonDeterministic(
            f"Non-Deterministic workflow detected: a previous execution of this orchestration scheduled {was} with "
            f"sequence ID {number}, but the current replay has {now} there. Was a change made to the orchestrator "
            "code after this instance had already started running?"
        )

    def _completed(self, event: Event) -> None:
        if task := self._context.open_tasks.pop(event["TaskScheduledId"], None):
            task.keep(event.get("Result"))

    def _failed(self, event: Event) -> None:
        if task := self._context.open_tasks.pop(event["TaskScheduledId"], None):
            task.fail(TaskFailed(event.get("Reason")))

    def _fired(self, event: Event) -> None:
        if task := self._context.open_tasks.pop(event["TimerId"], None):
            task.keep()

    def _raised(self, event: Event) -> None:
        if self._next_input:
            self._carried_over.append(event)
        else:
            self._context.raise_event(event["Name"], event.get("Input"))

    def _terminate(self, event: Event) -> None:
        self._terminated = event

    def _suspend(self, event: Event) -> None:
        """What was decided before but not yet acted on waits until the instance is resumed."""
        self._suspended = True
        self._held.update(self._context.decisions)
        self._context.decisions.clear()

    def _resume(self, event: Event) -> None:
        self._suspended = False
        self._context.decisions.update(self._held)
        self._held.clear()
        waiting, self._while_suspended = self._while_suspended, []
        for each in waiting:
            self._event(each)

    # The end ------------------------------------------------------------------------------------------------

    def _ending(self) -> Ending | None:
        if self._terminated is not None:
            return self._ended("Terminated", self._terminated.get("Input"))
        if self._context.open_tasks or self._main is None or not self._main.done:
            return None  # an uncancelled timer or a running activity keeps the instance alive
        error = self._main.error
        if error is not None:
            details = error.details if isinstance(error, OrchestratorFailed) else f"Unhandled exception: {error!r}"
            return self._ended("Failed", str(error), details)
        if self._next_input:
            return self._ended("ContinuedAsNew", self._next_input[-1])
        return self._ended("Completed", self._output)

    def _ended(self, status: str, result: str | None, details: str | None = None) -> Ending:
        return Ending(id=self._context.next_id, status=status, result=result, details=details)


_HANDLERS: dict[int, Callable[[_Execution, Event], None]] = {
    EventType.EXECUTION_STARTED: _Execution._started,
    EventType.TASK_COMPLETED: _Execution._completed,
    EventType.SUB_ORCHESTRATION_COMPLETED: _Execution._completed,
    EventType.TASK_FAILED: _Execution._failed,
    EventType.SUB_ORCHESTRATION_FAILED: _Execution._failed,
    EventType.TIMER_FIRED: _Execution._fired,
    EventType.EVENT_RAISED: _Execution._raised,
    EventType.EXECUTION_TERMINATED: _Execution._terminate,
    EventType.EXECUTION_SUSPENDED: _Execution._suspend,
    EventType.EXECUTION_RESUMED: _Execution._resume,
}

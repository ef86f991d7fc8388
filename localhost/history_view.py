"""A history as the status API shows it: requests folded into their results, episodes' bookkeeping left out."""

from __future__ import annotations

import json
from typing import Any

from localhost.history import EPISODE_MARKS, Event
from localhost.history import EventType as T

_REQUESTS = {T.TASK_SCHEDULED: "TaskScheduledId", T.SUB_ORCHESTRATION_CREATED: "TaskScheduledId"}
_NAMES = {
    T.EXECUTION_STARTED: "ExecutionStarted",
    T.EXECUTION_COMPLETED: "ExecutionCompleted",
    T.EXECUTION_TERMINATED: "ExecutionTerminated",
    T.TASK_SCHEDULED: "TaskScheduled",
    T.TASK_COMPLETED: "TaskCompleted",
    T.TASK_FAILED: "TaskFailed",
    T.SUB_ORCHESTRATION_CREATED: "SubOrchestrationInstanceCreated",
    T.SUB_ORCHESTRATION_COMPLETED: "SubOrchestrationInstanceCompleted",
    T.SUB_ORCHESTRATION_FAILED: "SubOrchestrationInstanceFailed",
    T.TIMER_CREATED: "TimerCreated",
    T.TIMER_FIRED: "TimerFired",
    T.EVENT_SENT: "EventSent",
    T.EVENT_RAISED: "EventRaised",
    T.GENERIC: "GenericEvent",
    T.EXECUTION_SUSPENDED: "ExecutionSuspended",
    T.EXECUTION_RESUMED: "ExecutionResumed",
}
_PAYLOADS = ("Result", "Input")


def history_view(history: list[Event], *, outputs: bool) -> list[dict[str, Any]]:
    """The events worth showing; `outputs` includes inputs and results."""
    requests = {e["EventId"]: e for e in history if e["EventType"] in _REQUESTS or e["EventType"] == T.TIMER_CREATED}
    answered: set[int] = set()
    shown: list[tuple[Event, dict[str, Any]]] = []
    for event in history:
        if event["EventType"] in EPISODE_MARKS:
            continue
        number = event.get("TaskScheduledId", event.get("TimerId"))
        request = requests.get(number) if number is not None else None
        if request is not None:
            answered.add(request["EventId"])
        shown.append((event, _shown(event, request, outputs=outputs)))
    return [view for event, view in shown if not (event["EventId"] in answered and event["EventId"] in requests)]


def _shown(event: Event, request: Event | None, *, outputs: bool) -> dict[str, Any]:
    view: dict[str, Any] = {"EventType": _NAMES[T(event["EventType"])], "Timestamp": event["Timestamp"]}
    name = event.get("Name") if request is None else request.get("Name")
    if name is not None:
        view["Name" if event["EventType"] == T.EVENT_RAISED else "FunctionName"] = name
    if request is not None and "FireAt" not in request:
        view["ScheduledTime"] = request["Timestamp"]
    for key in ("FireAt", "InstanceId", "OrchestrationStatus", "Reason", "Details"):
        if event.get(key) is not None:
            view[key] = event[key]
    for key in _PAYLOADS:
        if outputs and event.get(key) is not None:
            view[key] = _json_or_text(event[key])
    return view


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

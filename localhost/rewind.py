"""Takes a failed execution's failures out of its history, so that its next episode asks for the failed work again."""

from __future__ import annotations

from localhost.history import Event
from localhost.history import EventType as T

_FAILURES = {T.TASK_FAILED, T.SUB_ORCHESTRATION_FAILED}


def rewound(history: list[Event]) -> list[Event]:
    """The history without failed tasks, their requests, and the failed end."""
    failed = {event["TaskScheduledId"] for event in history if event["EventType"] in _FAILURES}
    return [event for event in history if not _undone(event, failed)]


def _undone(event: Event, failed: set[int]) -> bool:
    kind = event["EventType"]
    if kind in (T.TASK_SCHEDULED, T.SUB_ORCHESTRATION_CREATED):
        return event["EventId"] in failed
    return kind in _FAILURES or kind == T.EXECUTION_COMPLETED

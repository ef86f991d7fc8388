"""History events as the Durable extension writes them: the numbers, the timestamps, the builders.

An event is a plain dict, because it is JSON on both sides: in the database and in the text handed to the SDK. Times
inside this room are whole microseconds since 1970 (UTC), so that a due time survives the trip through SQLite exactly.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

Event = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventType(IntEnum):
    """The extension's numbers for what may stand in a history."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_FAILED = 2
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_CREATED = 7
    SUB_ORCHESTRATION_COMPLETED = 8
    SUB_ORCHESTRATION_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    CONTINUE_AS_NEW = 16
    GENERIC = 17
    HISTORY_STATE = 18
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20


# Bookkeeping of episodes: never "played", and never shown to who asks for an instance's history.
EPISODE_MARKS = frozenset({EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED})


def microseconds(seconds: float) -> int:
    """Seconds since 1970 as the clock gives them, in whole microseconds."""
    return round(seconds * 1_000_000)


def moment(at: int) -> datetime:
    """The aware UTC datetime of `at` microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def since_1970(when: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def stamp(at: int) -> str:
    """`2026-01-05T09:00:00.000000Z`."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_stamp(text: str) -> datetime:
    """An aware UTC datetime of what the SDK or the extension wrote; .NET's seventh digit is dropped.

    Raises:
        ValueError: the text is not an ISO 8601 time.
    """
    when = datetime.fromisoformat(text)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def event(kind: EventType, at: int, *, event_id: int = -1, **fields: Any) -> Event:
    """One history event of `kind`, written at `at` microseconds since 1970."""
    return {"EventType": int(kind), "EventId": event_id, "IsPlayed": False, "Timestamp": stamp(at), **fields}


def execution_started(
    at: int, *, instance: str, execution: str, name: str, version: str, input_json: str | None, parent: str | None
) -> Event:
    """The event that gives birth to an execution. The SDK reads `Version` and fails where it is absent."""
    return event(
        EventType.EXECUTION_STARTED,
        at,
        OrchestrationInstance={"InstanceId": instance, "ExecutionId": execution},
        ParentInstance=None if parent is None else {"OrchestrationInstance": {"InstanceId": parent}},
        Name=name,
        Version=version,
        Input=input_json,
        Tags=None,
    )


def played(new: list[Event]) -> list[Event]:
    """The events of an episode as the next one will see them."""
    return [{**each, "IsPlayed": each["EventType"] not in EPISODE_MARKS} for each in new]


def dumps(value: Any) -> str:
    """JSON as Newtonsoft writes it without formatting: no blanks."""
    return json.dumps(value, separators=(",", ":"))

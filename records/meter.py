"""What one call has used, in units that somebody bills.

Counted are the notifications that its session was told and the activities that it asked for. What follows from them is
reckoned, by what was counted of whole calls (`tests/benchmarks/test_counts.py` pins them, `tests/records` holds these
figures to them):

    executions           a webhook for each notification, the activities, and 1.15 replays for each of both; a recording
                         has an orchestration of its own, with 3 replays
    storage operations   2 for each notification, 2.5 for each activity, 9 for the call; those of Azure Storage as the
                         Durable backend come on top
    recorded seconds     what a speech service would be given; prompts are spoken when they are built, not in calls
    telephone seconds    of an answered call from or to a telephone; one that was transferred goes on without us, and
                         uncounted
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]

_REPLAYS = 1.15
_REPLAYS_OF_RECORDING = 3
_ACTIVITIES_OF_RECORDING = 2
_OPERATIONS_OF_NOTIFICATION, _OPERATIONS_OF_ACTIVITY, _OPERATIONS_OF_CALL = 2.0, 2.5, 9
#: Recordings are 16 kHz, 16 bit, mono, as Graph makes them.
_BYTES_A_SECOND = 32_000
_HEADER = 44


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """What one call has used."""

    notifications: int = 0
    activities: int = 0
    executions: int = 0
    storage_operations: int = 0
    #: Seconds.
    recorded_s: float = 0.0
    telephone_s: float = 0.0


def metered(summary: JSON) -> Meter:
    """What a call has used, by its summary. Of one whose orchestration failed little is known, and little counted."""
    told = summary.get("meter") or {}
    recordings = [each for each in summary.get("recordings") or () if each.get("bytes")]
    notifications = int(told.get("notifications", 0))
    activities = int(told.get("activities", 0)) + _ACTIVITIES_OF_RECORDING * len(recordings)
    replays = _REPLAYS * (notifications + activities) + _REPLAYS_OF_RECORDING * len(recordings)
    operations = _OPERATIONS_OF_NOTIFICATION * notifications + _OPERATIONS_OF_ACTIVITY * activities
    by_telephone = summary.get("called" if summary.get("direction") == "outgoing" else "caller") == "phone"
    return Meter(
        notifications=notifications,
        activities=activities,
        executions=round(notifications + activities + replays),
        storage_operations=round(operations + _OPERATIONS_OF_CALL),
        recorded_s=round(sum(max(0, each["bytes"] - _HEADER) for each in recordings) / _BYTES_A_SECOND, 3),
        telephone_s=float(summary.get("duration_s") or 0.0) if by_telephone else 0.0,
    )

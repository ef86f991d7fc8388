"""How cruel the host is to the app, so that tests can be.

The real Durable Functions delivers at least once, late, sometimes not at all, and forgets what a crashed worker held
for a while. Without knobs this host is kinder than that: it never repeats, delays or loses anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Choice = Callable[[str, str], bool]


def never(instance: str, name: str) -> bool:
    """The kind choice."""
    return False


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """Each callable is asked once per case, with the instance id and the event's or activity's name."""

    redelivery_delay_s: float = 0.0
    """What an episode or activity had in hand when the host died becomes visible again only this many seconds after it
    was taken: the visibility time-out of the control and work-item queues. Messages nobody had taken are delivered at
    once, so the order can change. Costs one transaction per episode and activity."""

    delivery_delay_s: Callable[[str], float] | None = None
    """Seconds (on the clock) by which a control message to the instance arrives late: queue polling, other partitions.
    Asked for every message, timers included, with the instance id; unequal answers reorder messages."""

    duplicate_activity: Choice = never
    """True: the activity runs a second time after it has finished, as if the worker had died just before it could
    acknowledge; the second result counts."""

    duplicate_event: Choice = never
    """True: the external event is delivered twice."""

    drop_event: Choice = never
    """True: an external event is acknowledged (202) and lost."""

    drop_event_while_pending: Choice = never
    """The same, asked only while the instance has not run yet: the race at birth of the Azure Storage provider
    (https://github.com/Azure/durabletask/issues/720)."""

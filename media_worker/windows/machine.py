"""What Azure says of this machine: that it will end, and which public port leads to it.

**Never asked a real one.** Source: https://learn.microsoft.com/azure/virtual-machines/windows/scheduled-events and
https://learn.microsoft.com/azure/load-balancer/instance-metadata-service-load-balancer
"""

from __future__ import annotations

import asyncio
import datetime
import email.utils
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

EVENTS_URL = "http://169.254.169.254/metadata/scheduledevents?api-version=2020-07-01"
BALANCER_URL = "http://169.254.169.254/metadata/loadbalancer?api-version=2020-10-01"
METADATA = {"Metadata": "true"}
POLL_EVERY_S = 5.0
#: Events after which the calls of this machine are gone.
_ENDING = frozenset({"Terminate", "Redeploy", "Reboot", "Preempt"})
#: The media library is to be three months old at most; older ones stop working some time later.
LIBRARY_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Ending:
    """This machine will end."""

    event_id: str
    kind: str
    #: Unix seconds; None where it may be now.
    not_before: float | None


def ending(document: Mapping[str, Any], machine: str) -> Ending | None:
    """The first event that ends this machine, out of Scheduled Events' answer."""
    for event in document.get("Events", []):
        if event.get("EventType") in _ENDING and machine in event.get("Resources", []):
            text = event.get("NotBefore")
            at = email.utils.parsedate_to_datetime(text).timestamp() if text else None
            return Ending(event_id=str(event["EventId"]), kind=str(event["EventType"]), not_before=at)
    return None


def approval(event: Ending) -> dict[str, Any]:
    """What is posted when no session is left: it need not wait any longer."""
    return {"StartRequests": [{"EventId": event.event_id}]}


def public_port(document: Mapping[str, Any], backend_port: int) -> int | None:
    """The load balancer's port that leads to this port of this machine."""
    rules = document.get("loadbalancer", {}).get("inboundRules", [])
    ports = [int(rule["frontendPort"]) for rule in rules if int(rule["backendPort"]) == backend_port]
    return ports[0] if ports else None


def library_alarm(published: datetime.date, today: datetime.date) -> str | None:
    """What to say of the media library's age; None while it is young enough. Calls are taken all the same."""
    days = (today - published).days
    if days <= LIBRARY_DAYS:
        return None
    return f"the media library is {days} days old, {LIBRARY_DAYS} is what Microsoft asks for: install a newer one"


async def watch(
    machine: str,
    *,
    fetch: Callable[[], Awaitable[Mapping[str, Any]]],
    approve: Callable[[dict[str, Any]], Awaitable[None]],
    drain: Callable[[], None],
    sessions: Callable[[], int],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Until cancelled: drain when this machine is about to end, and approve its end when no session is left.

    `fetch` and `approve` raise `OSError` where Azure does not answer: then it is asked again.
    """
    approved = ""
    while True:
        try:
            event = ending(await fetch(), machine)
            if event is not None:
                drain()
                if not sessions() and event.event_id != approved:
                    await approve(approval(event))
                    approved = event.event_id
        except OSError:
            pass
        await sleep(POLL_EVERY_S)

"""What each leg of an orchestration is asked to be, out of what the orchestration was asked for."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

#: The leg of a gathering that is the bot's own place in the meeting; people are the legs from 1 on.
MEETINGS_LEG = 0
#: The shipped flow in which the bot stays in a meeting until it is released.
MEETING_FLOW = "meeting"

_PARENTS_OWN = frozenset({"people", "meeting", "at_once", "tries", "retry_within_s"})


def leg_request(request: JSON, leg: int) -> JSON:
    """The request of one leg.

    Of a gathering of p people leg 0 is the meeting, 1 to p are the people in their order, p + 1 to 2p the same people
    a second time, and so on. All legs of anything else are alike.
    """
    if "people" not in request:
        return _without(request, _PARENTS_OWN - {"meeting"})
    if leg == MEETINGS_LEG:
        shared = {name: request[name] for name in ("meeting", "customer", "tenant", "locale") if name in request}
        return {**shared, "flow": MEETING_FLOW}
    return {**_without(request, _PARENTS_OWN), "to": [person(request, leg)]}


def person(request: JSON, leg: int) -> JSON:
    """Whom a leg of a gathering calls."""
    people = request["people"]
    return people[(leg - 1) % len(people)]


def most_legs(request: JSON) -> range:
    """The numbers of all legs that an orchestration may have placed."""
    tries: int = request.get("tries", 1)
    if "people" in request:
        return range(len(request["people"]) * tries + 1)
    return range(1, tries + 1) if tries > 1 or request.get("consultation") else range(0)


def _without(request: JSON, names: frozenset[str]) -> JSON:
    return {name: value for name, value in request.items() if name not in names}

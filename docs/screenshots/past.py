"""Calls of the last weeks, made up, for pictures of views that count: `await fill(records, now)`."""

from __future__ import annotations

import random
from typing import Any

from records import Records

JSON = dict[str, Any]

DAY_S = 24 * 3600.0
MANY = 900
#: Ways through the small business's flow, how often each is taken, and how it ends.
WAYS: list[tuple[int, str, list[str]]] = [
    (24, "completed", ["pick-up", "greeting", "main-menu", "opening-hours", "goodbye"]),
    (18, "hung_up", ["pick-up", "greeting", "main-menu"]),
    (14, "transferred", ["pick-up", "greeting", "main-menu", "operator"]),
    (12, "completed", ["pick-up", "greeting", "main-menu", "voicemail", "voicemail-saved", "goodbye"]),
    (8, "hung_up", ["pick-up", "greeting", "main-menu", "account-number"]),
    (10, "completed", ["pick-up", "greeting", "main-menu", "account-number", "look-up", "account-known", "main-menu"]),
    (3, "dropped", ["pick-up", "greeting", "main-menu", "operator"]),
    (2, "abandoned", []),
]


async def fill(records: Records, now: float) -> None:
    """Put them on record: the same ones every time, as of `now` (Unix seconds)."""
    chance = random.Random(20)
    for number in range(MANY):
        call = _call(number, chance, now)
        await records.close(call["id"], call)


def _call(number: int, chance: random.Random, now: float) -> JSON:
    _, outcome, nodes = chance.choices(WAYS, weights=[weight for weight, *_ in WAYS])[0]
    days = abs(chance.gauss(0, 32))
    answered = outcome != "abandoned"
    failed = outcome == "dropped"
    customer, route = chance.choices([("northwind", "main"), ("harbour", "bank"), ("northwind", "night")], [6, 3, 2])[0]
    started = now - DAY_S * days - 3600
    return {
        "id": f"call-{number:032x}",
        "started": started,
        "customer": customer,
        "route": route,
        "flow": "small-business" if customer == "northwind" else "bank",
        "direction": "incoming",
        "caller": chance.choice(["user", "phone", "phone"]),
        "outcome": outcome,
        "code": 500 if failed else 200,
        "subcode": 301005 if failed else 0,
        "answered": started + 0.4 if answered else None,
        "answer_ms": chance.randrange(80, 1400) if answered else None,
        "duration_s": round(8 + chance.expovariate(1 / 70), 1) if answered else 0.0,
        "ended": started + 90,
        "nodes": nodes,
        "transfer": {"target": "user", "state": "completed"} if outcome == "transferred" else None,
        "recordings": [],
        "meter": {"notifications": 4 + 3 * len(nodes), "activities": 3 + 2 * len(nodes)},
    }

"""What units cost, as this deployment is told (`PRICES`): money is never counted, only units are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]

#: What `PRICES` may name, and which sum of `records.usage.totals` each is of, by how many of it.
UNITS: Mapping[str, tuple[str, float]] = {
    "call": ("calls", 1),
    "minute": ("minutes", 1),
    "execution": ("executions", 1),
    "storage_operation": ("storage_operations", 1),
    "recorded_minute": ("recorded_s", 60),
    "telephone_minute": ("telephone_s", 60),
}
_AMOUNT = re.compile(r"\d{1,6}(\.\d{1,12})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices in one currency, by unit; a unit that is not named costs nothing."""

    currency: str = ""
    each: Mapping[str, float]

    @classmethod
    def parse(cls, text: str) -> Prices:
        """Read `USD,execution=0.000053,telephone_minute=0.013`; empty for none. Raises `ValueError`."""
        currency, *items = (part.strip() for part in text.split(","))
        if not currency and not items:
            return cls(each={})
        if not _CURRENCY.fullmatch(currency):
            raise ValueError(f"it begins with a currency such as USD, not with {currency!r}")
        each: dict[str, float] = {}
        for item in items:
            unit, _, amount = item.partition("=")
            if unit not in UNITS or not _AMOUNT.fullmatch(amount):
                raise ValueError(f"{item!r} is no price: UNIT=0.01, of {', '.join(UNITS)}")
            each[unit] = float(amount)
        return cls(currency=currency, each=each)

    def cost(self, sums: JSON) -> float | None:
        """What these sums come to; None where nothing has a price."""
        if not self.each:
            return None
        parts = ((UNITS[unit], price) for unit, price in self.each.items())
        return round(sum(sums[name] / by * price for (name, by), price in parts), 4)

"""`Retry-After` in all the forms Graph sends.

Source: https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def retry_after_s(header: str | None, now: float) -> float | None:
    """Seconds to stay away; `now` is in Unix seconds. None when the header is missing or makes no sense.

    Takes whole seconds, fractions (`2.128`), and HTTP dates, where a past one means at once.
    """
    given = (header or "").strip()
    if _SECONDS.fullmatch(given):
        return float(given)
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - now)
    except (ValueError, OverflowError, OSError):
        return None

"""`Retry-After` in all the forms Graph sends.

Source: https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def retry_after_s(header: str | None, now: float) -> float | None:
    """Seconds to stay away; `now` is in Unix seconds. None when the header is missing or makes no sense.

    Takes whole seconds, fractions (`2.128`), and HTTP dates of every form, where a past one means at once.
    """
    given = (header or "").strip()
    if _SECONDS.fullmatch(given):
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
        if moment.tzinfo is None:  # the asctime form names no zone; an HTTP date is UTC wherever we run
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - now)
    except (ValueError, OverflowError):
        return None

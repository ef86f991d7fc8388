"""Who answers a call: the webhook that was told of it, or its orchestration.

Both know by one row, the call's birth: the webhook that claims the call may claim its answer with it, and notes what
Graph said when it notes that the orchestration was started. A claim without a result is taken over after three
seconds; by then whoever made it has given up.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from inbox.birth import PARTITION, answer_of
from storage import RowChanged, Table, Values

JSON = dict[str, Any]

#: How long a webhook may take to answer, from the claim on; less than it takes for its claim to be taken over.
ANSWER_S = 2.5
TAKE_OVER_S = 3.0
_ASK_AGAIN_S = 0.2


class Answers:
    """What webhooks have answered. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._table = table
        self._now = now
        self._sleep = sleep

    async def of(self, instance_id: str) -> tuple[JSON | None, float]:
        """What came of a webhook's answer, waiting for it while it is on its way; and when the call was claimed.

        The result is as the activity `answer_call` returns it; None when it is left to the orchestration.
        """
        began = self._now()
        while True:
            row = await self._table.get(PARTITION, f"birth:{instance_id}")
            if row is None:
                return None, began
            claimed_at, answer_at = float(row.values["claimed_at"]), float(row.values.get("answer_at") or 0.0)
            result = answer_of(row.values)
            if result is not None or not answer_at:
                return result, claimed_at
            # Whatever the claimer's clock says, the wait has an end.
            left_s = min(answer_at, began) + TAKE_OVER_S - self._now()
            if left_s > 0:
                await self._sleep(min(left_s, _ASK_AGAIN_S))
            elif await self._take_over(row.row, row.etag):
                return None, claimed_at

    async def _take_over(self, row: str, etag: str) -> bool:
        try:
            await self._table.update(PARTITION, row, {"answer_at": 0.0}, etag=etag)
        except RowChanged:  # the result has come after all, or somebody else has taken over
            return False
        return True


def noted(result: JSON | None) -> Values:
    """How a birth says what came of a webhook's answer; None: it is left to the orchestration."""
    return {"answer": "" if result is None else json.dumps(result, separators=(",", ":")), "answer_at": 0.0}

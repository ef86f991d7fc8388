"""Who answers a call: the webhook that was told of it, its orchestration, or nobody, since it was sent elsewhere.

All know by one row, the call's birth. The webhook that claims the call may claim its answer with it, and notes what
Graph said as soon as it knows. A claim without a result is taken over after three seconds; by then whoever made it has
given up, but may have asked Graph: then Graph is looked at before it is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from inbox.birth import CLAIM_S, PARTITION, Born, answer_of
from storage import Change, RowChanged, Table, TransactionRefused, Update, Values

JSON = dict[str, Any]

#: How long a webhook may take to answer, from the claim on; less than it takes for its claim to be taken over.
ANSWER_S = 2.5
TAKE_OVER_S = 3.0
_ASK_AGAIN_S = 0.2
#: What becomes of any action on a call that was sent elsewhere.
SENT_AWAY: JSON = {"error": {"kind": "gone", "status": None, "code": None, "message": "it was sent elsewhere"}}


@dataclass(frozen=True, kw_only=True)
class Early:
    """What webhooks have made of a call, as far as its orchestration must know before it does anything to it."""

    #: What is final about its answer, as the activity `answer_call` returns it; None: the orchestration answers.
    result: JSON | None = None
    #: Whether a webhook may have asked Graph to answer it, and nobody noted what came of it.
    in_doubt: bool = False
    #: When the call was claimed, Unix seconds; None when that is not known.
    claimed_at: float | None = None
    #: Whether a recording policy called.
    policy: bool = False


class Answers:
    """What webhooks have answered. Every method may raise `StorageUnavailable`."""

    def __init__(self, table: Table, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._table = table
        self._now = now
        self._sleep = sleep

    async def note(self, instance_id: str, result: JSON | None) -> None:
        """Note what Graph said to a webhook's answer; None: Graph was not asked, and the orchestration answers."""
        answer = "" if result is None else json.dumps(result, separators=(",", ":"))
        await self._table.update(PARTITION, _birth(instance_id), {"answer": answer, "answer_at": 0.0})

    async def of(self, instance_id: str) -> Early:
        """What came of a webhook's answer, waiting for it while it is on its way."""
        began = self._now()
        while True:
            row = await self._table.get(PARTITION, _birth(instance_id))
            if row is None:
                return Early(claimed_at=began)
            known = Early(
                result=SENT_AWAY if row.values.get("sent_away") else answer_of(row.values),
                claimed_at=float(row.values["claimed_at"]),
                policy=bool(row.values.get("policy")),
            )
            answer_at = float(row.values.get("answer_at") or 0.0)
            if known.result is not None or not answer_at:
                return known
            # Whatever the claimer's clock says, the wait has an end.
            left_s = min(answer_at, began) + TAKE_OVER_S - self._now()
            if left_s > 0:
                await self._sleep(min(left_s, _ASK_AGAIN_S))
            elif await self._take_over(row.row, row.etag):
                return Early(in_doubt=True, claimed_at=known.claimed_at, policy=known.policy)

    async def _take_over(self, row: str, etag: str) -> bool:
        try:
            await self._table.update(PARTITION, row, {"answer_at": 0.0}, etag=etag)
        except RowChanged:  # the result has come after all, or somebody else has taken over
            return False
        return True

    async def send_away(self, call: JSON, claimed_at: float) -> bool:
        """Note that a call is about to be sent elsewhere, so that nobody starts or answers it any more.

        `call` is `{"instance_id", "call_id", "tenant_id"}`, `claimed_at` when the asking process claimed it, or 0.
        False when somebody serves it, or may be about to: then it stays as it is.
        """
        instance_id = call["instance_id"]
        row = await self._table.get(PARTITION, _birth(instance_id))
        changes: list[Change]
        if row is None:
            changes = Born(**call).rows(self._now(), None, sent_away=True)
        elif self._is_served(row.values, claimed_at):
            return False
        else:
            changes = [
                Update(row.row, {"sent_away": True, "claim_at": 0.0, "answer_at": 0.0}, row.etag),
                Update(f"live:{instance_id}", {"sent_away": True}),
            ]
        try:
            await self._table.transact(PARTITION, changes)
        except TransactionRefused:  # somebody has just claimed, started, answered or ended it
            return False
        return True

    def _is_served(self, birth: Values, claimed_at: float) -> bool:
        if birth["started_at"] or birth["ended_at"] or birth.get("answer"):
            return True
        claim_at = float(birth["claim_at"])
        if claimed_at and claim_at == claimed_at:  # the claim of whoever asks
            return False
        return bool(birth.get("answer_at")) or claim_at + CLAIM_S > self._now()

    async def take_back(self, instance_id: str) -> None:
        """Note that a call could not be sent elsewhere: whoever hears of it next may serve it."""
        back: Values = {"sent_away": False}
        await self._table.transact(PARTITION, [Update(_birth(instance_id), back), Update(f"live:{instance_id}", back)])

    async def is_sent_away(self, instance_id: str) -> bool:
        """Whether a call was sent elsewhere by a webhook, and is no longer its orchestration's."""
        row = await self._table.get(PARTITION, _birth(instance_id))
        return row is not None and bool(row.values.get("sent_away"))


def _birth(instance_id: str) -> str:
    return f"birth:{instance_id}"

"""What is written down before Graph is asked for something that a caller hears or that dials.

An activity runs at least once. One that finds its intent already written knows that an earlier run may have reached
Graph, and does not act again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from storage import RowExists, Table

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The answer to whoever wants to act."""

    #: True: nobody has begun this step; act.
    first: bool
    #: How the earlier run ended, if it saw its end.
    result: JSON | None = None


class Intents:
    """The intents of all calls: one row per step, in the partition of the call."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def begin(self, instance_id: str, step: str, run: str = "") -> Begun:
        """Write the intent down, or learn that it was written before.

        `run` names the run of the activity, so that it knows its own intent when the answer to writing it was lost.
        """
        try:
            await self._table.insert(instance_id, _row(step), {"result": "", "run": run})
        except RowExists:
            row = await self._table.get(instance_id, _row(step))
            if row is not None and run and row.values["run"] == run:
                return Begun(first=True)
            result = str(row.values["result"]) if row else ""
            return Begun(first=False, result=json.loads(result) if result else None)
        return Begun(first=True)

    async def finish(self, instance_id: str, step: str, result: JSON) -> None:
        """Note how the step ended; a later run is given the same result."""
        await self._table.upsert(
            instance_id, _row(step), {"result": json.dumps(result, separators=(",", ":")), "run": ""}
        )

    async def withdraw(self, instance_id: str, step: str) -> None:
        """Take the intent back: Graph was surely not reached, and the step may be begun again."""
        await self._table.delete(instance_id, _row(step))

    async def purge(self, instance_id: str) -> None:
        """Leave no trace of a call."""
        for row in await self._table.query(instance_id, "step:", "step:~", columns=[]):
            await self._table.delete(instance_id, row.row)


def _row(step: str) -> str:
    return f"step:{step}"

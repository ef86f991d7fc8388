"""What becomes of calls that are long over."""

from __future__ import annotations

from inbox.births import Births
from inbox.inbox import Inbox
from inbox.intents import Intents

#: A call that lived is never started again for as long as Graph could conceivably still speak of it.
TOMBSTONES_S = 30 * 24 * 3600.0


async def purge_old_calls(inbox: Inbox, births: Births, intents: Intents, *, now: float, limit: int = 100) -> int:
    """Remove the rows of calls that ended 30 days ago or earlier, at most `limit` of them; returns how many.

    A timer calls it again as long as it returns `limit`. Raises `StorageUnavailable`; what was begun is finished by
    the next run.
    """
    old = await births.ended_before(now - TOMBSTONES_S, limit=limit)
    for birth in old:
        await inbox.purge(birth.instance_id)
        await intents.purge(birth.instance_id)
        await births.purge(birth.instance_id)  # last: it is what leads here
    return len(old)

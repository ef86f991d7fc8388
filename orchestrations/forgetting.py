"""The recordings of a call that are not kept: gone within a minute after it.

The instance id is `forgetting-{instance id of the call}`.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()

#: How long after the call: what reads them has until then, and a first try that fails has time for more.
AFTER_S = 45
PAUSES_S = (1, 2, 4, 8, 30, 60, 300, 600)


@bp.orchestration_trigger(context_name="context")
def forgetting_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, None]:
    """Input: `{"instance_id"}`. Fails when storage stays away; the sweeper then deletes what is left."""
    given: Any = context.get_input()
    for pause in (AFTER_S, *PAUSES_S):
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=pause))
        result = yield context.call_activity("forget_recordings", given)
        if "ok" in result:
            return
    raise TimeoutError("the recordings cannot be deleted")

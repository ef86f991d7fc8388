"""Tells a call of its newest roster, once the pause since the last time is over."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def roster_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, None]:
    """Input: `{"instance_id", "wait_s"}`. Ends when the call knows the newest roster."""
    given: Any = context.get_input()
    wait_s: float | None = given["wait_s"]
    while wait_s is not None:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=wait_s))
        wait_s = (yield context.call_activity("tell_roster", {"instance_id": given["instance_id"]}))["ok"]

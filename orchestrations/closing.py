"""The end of a call whose own orchestration cannot end it any more: it failed, was terminated or never began."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def closing_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Input: `{"call": {"instance_id", "call_id", "tenant_id"}, "reason": str}`. Hangs up, then records."""
    given: Any = context.get_input()
    summary = {"outcome": "failed", "reason": given["reason"]}
    closing = {**given["call"], "events": [], "summary": summary}
    yield context.call_activity("hang_up", {**closing, "step": "sweeper.hang_up"})
    yield context.call_activity("close_call", {**closing, "step": "sweeper.close_call"})
    return summary

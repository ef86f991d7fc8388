"""The end of a call whose own orchestration cannot end it any more: it failed, was terminated or never began."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()

# Between tries to write the record of what is over: the caller has left already, and it can wait for storage.
RECORD_PAUSES_S = (2, 5, 15, 30, 60, 120, 300)


@bp.orchestration_trigger(context_name="context")
def closing_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Hangs up, then records; fails when it cannot, to be started again.

    Input: `{"call": {"instance_id", "call_id", "tenant_id"}, "reason": str}`. Output: the call's summary. What has no
    Graph call of its own has none to hang up, but may have placed others.
    """
    given: Any = context.get_input()
    summary = {"outcome": "failed", "reason": given["reason"]}
    closing = {**given["call"], "request_n": 1, "events": [], "summary": summary}
    for activity in ("hang_up" if given["call"]["call_id"] else "hang_up_legs", "close_call"):
        result = yield context.call_activity(activity, {**closing, "step": f"sweeper.{activity}"})
        # A hang-up that Graph refuses would be refused for ever. Whatever else fails may go well in a minute.
        if "error" in result and result["error"]["kind"] != "refused":
            raise RuntimeError(f"{activity}: {result['error']['kind']}")
    return summary

"""One recording, from Graph's short-lived store to ours, and the news of it into the call's inbox.

The instance id is `recording-{operation id}`: announced twice, it is still saved once.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()

# Graph discards a recording shortly after the call, so the tries are close together and soon over.
PAUSES_S = (1, 2, 4, 8, 15, 30)


@bp.orchestration_trigger(context_name="context")
def recording_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Input: `{"instance_id", "n", "operation_id", "announced_at"}`, of the notification that announced it.

    Output: what was reported to the call.
    """
    announced: Any = context.get_input()
    saved = yield from _save(context, announced)
    report = {"kind": "recording", "operation_id": announced["operation_id"], **saved}
    yield from _report(context, {"instance_id": announced["instance_id"], "digest": report})
    return report


def _report(context: df.DurableOrchestrationContext, news: dict[str, Any]) -> Generator[Any, Any, None]:
    """Tell the call, which waits for it; fails when that cannot be done at all."""
    for pause in PAUSES_S:
        try:
            yield context.call_activity("report_recording", news)
        except Exception:  # storage is away, most likely
            yield context.create_timer(context.current_utc_datetime + timedelta(seconds=pause))
        else:
            return
    yield context.call_activity("report_recording", news)


def _save(context: df.DurableOrchestrationContext, announced: dict[str, Any]) -> Generator[Any, Any, Any]:
    """Try until it is saved, surely lost, or not worth another try."""
    reason = "unavailable"
    for pause in (0, *PAUSES_S):
        if pause:
            yield context.create_timer(context.current_utc_datetime + timedelta(seconds=pause))
        try:
            result = yield context.call_activity("save_recording", announced)
        except Exception as failure:  # a fault of ours: the call must still hear of it
            reason = type(failure).__name__
            continue
        if "ok" in result:
            return {"status": "saved", **result["ok"]}
        reason = result["error"]["kind"]
        if reason != "unavailable":
            break
    return {"status": "lost", "reason": reason}

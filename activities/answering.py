"""Answer, reject, redirect: what can be done with a call that rings."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import act, with_journal
from activities.requested import attempt
from graph.requests import GetCall, Redirect, Reject, Target
from storage.errors import StorageUnavailable

bp = df.Blueprint()

# Graph waits 15 s for an answer; what has not reached it by then never needs to.
ANSWER_BUDGET_S = 9.0


@bp.activity_trigger(input_name="given")
async def answer_call(given: dict) -> dict:
    """Answer, unless the webhook has done so. `after_ms` in the result: from the notification to the request.

    Sending it twice does no harm: a call that is being established already counts as answered.
    """
    here = connections.current()
    try:
        result, claimed_at = await here.answers.of(given["instance_id"])
    except StorageUnavailable:  # Graph waits 15 s, whatever storage does
        result, claimed_at = None, None
    if result is None:
        request = here.answer_request(given, tuple(given["modalities"]), given["prefetch"])
        asked_at = here.now()
        result = await act(given, request, budget_s=ANSWER_BUDGET_S)
        if "ok" in result and claimed_at is not None:
            result["ok"]["after_ms"] = round(1000 * (asked_at - claimed_at))
    else:
        result = await with_journal(given, result)
    if result.get("error", {}).get("kind") == "refused":
        return await _answered_before(given, result)
    return result


async def _answered_before(given: dict[str, Any], refusal: dict[str, Any]) -> dict[str, Any]:
    seen = await act({**given, "events": []}, GetCall(call_id=given["call_id"]), budget_s=2.0)
    if seen.get("ok", {}).get("state") in ("establishing", "established"):
        return seen
    return refusal


@bp.activity_trigger(input_name="given")
async def reject_call(given: dict) -> dict:
    """Reject: `reason` is none, busy or forbidden."""
    here = connections.current()
    callback_uri = here.callback_uri(given["instance_id"])
    return await act(given, Reject(call_id=given["call_id"], reason=given["reason"], callback_uri=callback_uri))


@bp.activity_trigger(input_name="given")
async def redirect_call(given: dict) -> dict:
    """Redirect to one or more targets, which ring at once for `timeout_s` seconds."""

    def redirect() -> Redirect:
        return Redirect(
            call_id=given["call_id"],
            targets=tuple(Target.from_json(target) for target in given["targets"]),
            timeout_s=given["timeout_s"],
            callback_uri=connections.current().callback_uri(given["instance_id"]),
        )

    return await attempt(given, redirect, once=True, counted=True)

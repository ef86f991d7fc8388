"""Answer, reject, redirect: what can be done with a call that rings."""

from __future__ import annotations

import logging
from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import act, error, with_journal
from activities.requested import attempt
from connections.telemetry import measure
from graph.requests import GetCall, Redirect, Reject, Target
from inbox.answers import SENT_AWAY, Early
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]

# Graph waits 15 s for an answer; what has not reached it by then never needs to.
# Source: https://learn.microsoft.com/graph/api/call-answer
ANSWER_BUDGET_S = 9.0
LOOK_BUDGET_S = 2.0
_ANSWERED = ("establishing", "established")


@bp.activity_trigger(input_name="given")
async def answer_call(given: dict) -> dict:
    """Answer, unless the webhook has done so. `after_ms` in the result: from the notification to the request.

    Where the webhook may have asked Graph and nobody knows what it said, Graph is looked at first, and asked only when
    the call still rings.
    """
    early = await _early(given)
    result = early.result
    if result is None and early.in_doubt:
        result = await _answered_or_gone(given)
    if result is None:
        result = await _answer(given, early)
    if (after_ms := result.get("ok", {}).get("after_ms")) is not None:
        measure("call.answer_s", after_ms / 1000, instance=given["instance_id"])
    return await with_journal(given, result)


async def _early(given: JSON) -> Early:
    try:
        return await connections.current().answers.of(given["instance_id"])
    except StorageUnavailable:  # Graph waits 15 s, whatever storage does
        return Early(in_doubt=True)


async def _answer(given: JSON, early: Early) -> JSON:
    here = connections.current()
    request = here.answer_request(given, tuple(given["modalities"]), given["prefetch"], policy=early.policy)
    asked_at = here.now()
    result = await act({**given, "events": []}, request, budget_s=ANSWER_BUDGET_S)
    if "ok" in result and early.claimed_at is not None:
        result["ok"]["after_ms"] = round(1000 * (asked_at - early.claimed_at))
    if result.get("error", {}).get("kind") != "refused":
        return result
    # Perhaps because somebody was faster. Only Graph knows; as long as it does not say, the call may be answered.
    seen = await _look(given)
    if _is_answered(seen) or _is_gone(seen):
        return seen
    if seen.get("ok", {}).get("state") is None:
        return error("unknown", message="Graph refused the answer, and did not say what has become of the call")
    return result


async def _answered_or_gone(given: JSON) -> JSON | None:
    """What Graph says of the call, if it says that there is nothing left to answer."""
    seen = await _look(given)
    return seen if _is_answered(seen) or _is_gone(seen) else None


async def _look(given: JSON) -> JSON:
    return await act({**given, "events": []}, GetCall(call_id=given["call_id"]), budget_s=LOOK_BUDGET_S)


def _is_answered(seen: JSON) -> bool:
    return seen.get("ok", {}).get("state") in _ANSWERED


def _is_gone(seen: JSON) -> bool:
    return seen.get("error", {}).get("kind") == "gone"


@bp.activity_trigger(input_name="given")
async def reject_call(given: dict) -> dict:
    """Reject: `reason` is none, busy or forbidden."""
    if await _is_sent_away(given):
        return await with_journal(given, SENT_AWAY)
    here = connections.current()
    callback_uri = here.callback_uri(given["instance_id"])
    return await act(given, Reject(call_id=given["call_id"], reason=given["reason"], callback_uri=callback_uri))


@bp.activity_trigger(input_name="given")
async def redirect_call(given: dict) -> dict:
    """Redirect to one or more targets, which ring at once for `timeout_s` seconds."""
    if await _is_sent_away(given):
        return await with_journal(given, SENT_AWAY)

    def redirect() -> Redirect:
        return Redirect(
            call_id=given["call_id"],
            targets=tuple(Target.from_json(target) for target in given["targets"]),
            timeout_s=given["timeout_s"],
            callback_uri=connections.current().callback_uri(given["instance_id"]),
        )

    return await attempt(given, redirect, once=True, counted=True)


async def _is_sent_away(given: JSON) -> bool:
    """Whether a webhook that could not take the call in has sent it elsewhere, and it is started late after all."""
    try:
        return await connections.current().answers.is_sent_away(given["instance_id"])
    except StorageUnavailable as failure:
        log.warning("whether %s was sent elsewhere is not known: %s", given["instance_id"], failure)
        return False

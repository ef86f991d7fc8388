"""What every Graph action has in common: the intent before it, the request, and the journal after it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import connections
from activities.patience import patiently
from connections.telemetry import about, measure
from graph.errors import CallGone, GraphError, NotReached, OutcomeUnknown, Refused, TokenUnavailable
from graph.requests import Request
from storage.errors import StorageUnavailable

log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]
Look = Callable[[JSON | None], None]
# Seconds in which a request that surely did not reach Graph may be tried again.
STEP_BUDGET_S = 10.0


async def act(
    given: JSON, request: Request, *, budget_s: float = STEP_BUDGET_S, look: Look = lambda answer: None
) -> JSON:
    """Send a request that does no harm when it is sent again. Returns the activity's result.

    `look` is shown Graph's response, which may be personal; the result has of it what is fit for history.
    """
    return await with_journal(given, await _send(given, request, budget_s, look))


async def act_once(
    given: JSON, request: Request, *, budget_s: float = STEP_BUDGET_S, look: Look = lambda answer: None
) -> JSON:
    """Send a request that a caller hears or that dials: never again once it may have reached Graph.

    An intent is written first. Run again after a crash, the activity finds it, and what it did not see the end of
    counts as sent: the session waits for the operation's own notification instead.
    """
    unknown = error("unknown", message="an earlier run of this step may have reached Graph")
    sent = await once(given, lambda left_s: _send(given, request, left_s, look), budget_s=budget_s, unknown=unknown)
    return await with_journal(given, sent)


async def once(
    given: JSON, work: Callable[[float], Awaitable[JSON]], *, budget_s: float = STEP_BUDGET_S, unknown: JSON
) -> JSON:
    """Do a step's `work`, given the seconds that are left for it; run again after a crash, not a second time.

    Then the result is what the first run noted, or `unknown`. `not_reached`, with nothing done, when storage is away.
    """
    here = connections.current()
    intents, instance_id, step, run = here.intents, given["instance_id"], str(given["step"]), uuid.uuid4().hex
    deadline = here.now() + budget_s
    try:
        begun = await patiently(deadline, lambda: intents.begin(instance_id, step, run))
    except StorageUnavailable as failure:  # nothing was sent, and nothing may be sent without an intent
        return error("not_reached", message=str(failure))
    if not begun.first:
        return begun.result or unknown
    result = await work(deadline - here.now())
    try:
        if result.get("error", {}).get("kind") == "not_reached":
            await intents.withdraw(instance_id, step)
        else:
            await intents.finish(instance_id, step, result)
    except StorageUnavailable:
        log.warning("the result of step %s of %s could not be noted", step, instance_id)
    return result


async def _send(given: JSON, request: Request, budget_s: float, look: Look) -> JSON:
    answer = await send(given, request, budget_s)
    if "error" in answer:
        return answer
    look(answer["ok"])
    return {"ok": request.outcome(answer["ok"])}


async def send(given: JSON, request: Request, budget_s: float) -> JSON:
    """Send a request: `{"ok": the response, or null}`, which may be personal, or an error."""
    about(instance=given["instance_id"], call=given.get("call_id"), step=str(given.get("step", "")))
    begun = connections.current().now()
    answer = await _sent(given, request, budget_s)
    what = type(request).__name__
    measure("graph.request_s", connections.current().now() - begun, action=what)
    if failed := answer.get("error"):
        facts = {"kind": failed["kind"], "code": failed.get("code"), "status": failed.get("status")}
        measure("graph.errors", 1, action=what, **facts, graph_request=failed.pop("request_id", None))
    return answer


async def _sent(given: JSON, request: Request, budget_s: float) -> JSON:
    try:
        answer = await connections.current().graph.send(
            request, given["tenant_id"], budget_s=budget_s, scenario_id=_scenario_of(given["instance_id"])
        )
    except CallGone as failure:
        return _graph_error("gone", failure)
    except Refused as failure:
        return _graph_error("refused", failure)
    except OutcomeUnknown as failure:
        return error("unknown", message=str(failure))
    except (NotReached, TokenUnavailable) as failure:
        return error("not_reached", message=str(failure))
    except GraphError as failure:
        return error("internal", message=str(failure))
    return {"ok": answer}


def _scenario_of(instance_id: str) -> str:
    """What the requests of one call have in common in Microsoft's logs: the id that the console shows for it."""
    return str(uuid.UUID(instance_id[-32:]))


async def with_journal(given: JSON, result: JSON) -> JSON:
    """Note what happened up to here. What cannot be noted, `unwritten` says: the session will bring it again."""
    if not given["events"]:
        return result
    try:
        await connections.current().records.append(given["instance_id"], given["events"])
    except StorageUnavailable:
        log.warning("%d journal entries of %s could not be written", len(given["events"]), given["instance_id"])
        return {**result, "unwritten": True}
    return result


def _graph_error(kind: str, failure: Refused) -> JSON:
    return error(kind, status=failure.status, code=failure.code, message=failure.message, request_id=failure.request_id)


def error(kind: str, **facts: object) -> JSON:
    """What an activity returns that could not do what it was asked."""
    return {"error": {"kind": kind, **facts}}

"""The actions of the SDK's answer, each turned into calls on the execution's context."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from localhost.context import ExecutionContext
from localhost.history import dumps, parse_stamp
from localhost.promises import Promise, all_of, any_of, kept, run

Action = dict[str, Any]


class ActionType(IntEnum):
    """The SDK's numbers."""

    CALL_ACTIVITY = 0
    CALL_ACTIVITY_WITH_RETRY = 1
    CALL_SUB_ORCHESTRATOR = 2
    CALL_SUB_ORCHESTRATOR_WITH_RETRY = 3
    CONTINUE_AS_NEW = 4
    CREATE_TIMER = 5
    WAIT_FOR_EXTERNAL_EVENT = 6
    CALL_ENTITY = 7
    CALL_HTTP = 8
    SIGNAL_ENTITY = 9
    WHEN_ANY = 11
    WHEN_ALL = 12


def perform(context: ExecutionContext, action: Action, continue_as_new: Callable[[str], None]) -> Promise:
    """Do what the action asks for; the promise is settled as its task is.

    Raises:
        ValueError: it cannot be done (no such function, a forbidden instance id); the orchestration fails.
    """
    kind = action["actionType"]
    if kind == ActionType.WHEN_ALL:
        return all_of([perform(context, each, continue_as_new) for each in action["compoundActions"]])
    if kind == ActionType.WHEN_ANY:
        return any_of([perform(context, each, continue_as_new) for each in action["compoundActions"]])
    if kind == ActionType.CONTINUE_AS_NEW:
        continue_as_new(dumps(action.get("input")))
        return kept()
    try:
        act = _ACTS[kind]
    except KeyError:
        raise ValueError(f"Received an unexpected action type from the out-of-proc function: {kind}") from None
    return act(context, action)


def _call_activity(context: ExecutionContext, action: Action) -> Promise:
    context.require(action["functionName"], "activity")
    return context.schedule_task(action["functionName"], dumps([action.get("input")]))


def _call_activity_with_retry(context: ExecutionContext, action: Action) -> Promise:
    context.require(action["functionName"], "activity")
    return run(context.retried(action["retryOptions"], lambda: _call_activity(context, action)))


def _call_sub_orchestrator(context: ExecutionContext, action: Action) -> Promise:
    context.require(action["functionName"], "orchestrator")
    return context.start_sub_orchestration(
        action["functionName"],
        instance=action.get("instanceId"),
        input_json=dumps(action.get("input")),
        version=action.get("version") or "",
    )


def _call_sub_orchestrator_with_retry(context: ExecutionContext, action: Action) -> Promise:
    context.require(action["functionName"], "orchestrator")
    return run(context.retried(action["retryOptions"], lambda: _call_sub_orchestrator(context, action)))


def _create_timer(context: ExecutionContext, action: Action) -> Promise:
    # Schema V3: the SDK has split what is longer than six days.
    return context.create_timer(parse_stamp(action["fireAt"]), cancelled=action.get("isCanceled", False))


def _wait_for_external_event(context: ExecutionContext, action: Action) -> Promise:
    return context.wait_for_event(action["externalEventName"])


def _call_entity(context: ExecutionContext, action: Action) -> Promise:
    reply = context.message_entity(action["instanceId"], action["operation"], action.get("input"), signal=False)
    return context.wait_for_event(reply)


def _signal_entity(context: ExecutionContext, action: Action) -> Promise:
    context.message_entity(action["instanceId"], action["operation"], action.get("input"), signal=True)
    return kept()


def _call_http(context: ExecutionContext, action: Action) -> Promise:
    return run(context.http(action["httpRequest"]))


_ACTS: dict[int, Callable[[ExecutionContext, Action], Promise]] = {
    ActionType.CALL_ACTIVITY: _call_activity,
    ActionType.CALL_ACTIVITY_WITH_RETRY: _call_activity_with_retry,
    ActionType.CALL_SUB_ORCHESTRATOR: _call_sub_orchestrator,
    ActionType.CALL_SUB_ORCHESTRATOR_WITH_RETRY: _call_sub_orchestrator_with_retry,
    ActionType.CREATE_TIMER: _create_timer,
    ActionType.WAIT_FOR_EXTERNAL_EVENT: _wait_for_external_event,
    ActionType.CALL_ENTITY: _call_entity,
    ActionType.SIGNAL_ENTITY: _signal_entity,
    ActionType.CALL_HTTP: _call_http,
}

"""The life of one call: notifications in, in their order, each once; commands out, one activity each.

azure-functions-durable 1.x hands one early event to every later wait of its name (upstream issue 507), so no two
events share a name: the inbox numbers the notifications of a call, and this loop waits for `notification.1`,
`notification.2`, ... with one waiter open at a time. `docs/explanation/delivery.md` tells the whole story.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from calls import CallSession, Command

bp = df.Blueprint()

# A generation ends after so many notifications: replaying costs about 0.1 ms per history event, and a notification
# leaves about ten. Counted since the generator began, never by the length of the history, which differs on replay.
GENERATION = 16
# How long to wait before an inbox that could not be read is asked again.
INBOX_PAUSE = timedelta(seconds=2)

JSON = dict[str, Any]
Steps = Generator[Any, Any, Any]


@bp.orchestration_trigger(context_name="context")
def call_orchestrator(context: df.DurableOrchestrationContext) -> Steps:
    """One instance per call.

    Input: `{"call": {"instance_id", "call_id", "tenant_id"}, "digest": {...}}` at birth, and
    `{"call": ..., "session": {...}, "next": int}` in a later generation. Output: the call's summary.
    """
    call: JSON = _input(context)["call"]
    try:
        return (yield from _live(context, call))
    except Exception as failure:  # whatever it is, the caller must not be left on a line nobody serves
        return (yield from _last_resort(context, call, failure))


def _live(context: df.DurableOrchestrationContext, call: JSON) -> Steps:
    given = _input(context)
    if "session" in given:
        session, commands = CallSession.from_json(given["session"]), []
        loop = _Loop(context, session, number=given["next"], read=True)
    else:
        pinned = yield context.call_activity("pin_flow", {**call, "digest": given["digest"]})
        session, commands = CallSession.open(call, pinned["ok"], given["digest"], _now(context))
        loop = _Loop(context, session, number=given["digest"]["n"] + 1, read=False)
    while True:
        yield from loop.perform(commands)
        if session.ended:
            return session.summary()
        if loop.generation_is_over:
            context.continue_as_new({"call": call, "session": session.to_json(), "next": loop.number})
            return None
        commands = yield from loop.listen()


class _Loop:
    """The part of a call that talks to Durable Functions."""

    def __init__(
        self, context: df.DurableOrchestrationContext, session: CallSession, *, number: int, read: bool
    ) -> None:
        self._context = context
        self._session = session
        self.number = number  # of the notification to wait for
        self._read = read  # look into the inbox before waiting: something may not have been raised, or was dropped
        self._handled = 0
        self._waiter: Any = None  # kept open across a deadline only

    @property
    def generation_is_over(self) -> bool:
        return self._handled >= GENERATION and not self._read

    def perform(self, commands: Iterable[Command]) -> Steps:
        """Run each command's activity and tell the session how it went, and so on with what it answers."""
        queue = list(commands)
        while queue:
            command = queue.pop(0)
            result = yield self._context.call_activity(command.activity, command.to_json())
            queue += self._session.receive({"kind": "performed", "step": command.step, **result}, _now(self._context))
        self._context.set_custom_status(self._session.status())

    def listen(self) -> Steps:
        """Wait for what comes next, a notification or the earliest deadline; returns the session's commands."""
        batch: list[JSON] = []
        deadline = self._session.deadline_at
        if self._read:
            question = {"instance_id": self._context.instance_id, "from": self.number}
            answer = yield self._context.call_activity("read_inbox", question)
            if "error" in answer:  # what it holds may undo a deadline: ask again before anything times out
                yield self._context.create_timer(_now(self._context) + INBOX_PAUSE)
                return []
            self._read, batch = False, answer["ok"]
            if not batch and deadline is not None and _now(self._context) >= deadline:
                return self._session.receive({"kind": "timed_out"}, _now(self._context))
        if not batch:
            if not (yield from self._wait(deadline)):
                self._read = True
                return []
            batch = [_payload(self._waiter.result)]
        self._waiter = None
        return self._receive(batch)

    def _wait(self, deadline: datetime | None) -> Steps:
        """Wait for the next number; False when the deadline came first."""
        if self._waiter is not None and self._waiter.is_completed:
            return True
        self._waiter = self._context.wait_for_external_event(f"notification.{self.number}")
        if deadline is None:
            yield self._waiter
            return True
        timer: Any = self._context.create_timer(deadline)
        if (yield self._context.task_any([self._waiter, timer])) == timer:
            return False
        timer.cancel()  # an open timer keeps the instance alive, and delays continue_as_new
        return True

    def _receive(self, batch: list[JSON]) -> list[Command]:
        commands: list[Command] = []
        for digest in batch:
            commands += self._session.receive(digest, _now(self._context))
            self.number += 1
            self._handled += 1
        return commands


def _last_resort(context: df.DurableOrchestrationContext, call: JSON, failure: Exception) -> Steps:
    """Hang up and record, each tried whatever became of the other."""
    summary = {"outcome": "failed", "reason": type(failure).__name__}
    closing = {**call, "events": [], "summary": summary}
    context.set_custom_status({"state": "failed", "reason": summary["reason"]})
    for activity in ("hang_up", "close_call"):
        try:
            yield context.call_activity(activity, {**closing, "step": f"last-resort.{activity}"})
        except Exception:  # the sweeper closes what cannot be closed here
            continue
    return summary


def _input(context: df.DurableOrchestrationContext) -> JSON:
    given = context.get_input()
    assert isinstance(given, dict)
    return given


def _now(context: df.DurableOrchestrationContext) -> datetime:
    return context.current_utc_datetime


def _payload(raised: object) -> JSON:
    """What was raised: the Python client encodes it twice, the webhook of the host once."""
    payload = json.loads(raised) if isinstance(raised, str) else raised
    assert isinstance(payload, dict)
    return payload

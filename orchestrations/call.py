"""The life of one call: notifications in, in their order, each once; commands out, one activity each.

azure-functions-durable 1.x hands one early event to every later wait of its name (upstream issue 507), so no two
events share a name: the inbox numbers the notifications of a call, and this loop waits for `notification.1`,
`notification.2`, ... with one waiter open at a time. `docs/explanation/delivery.md` tells the whole story.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df

if TYPE_CHECKING:
    from calls import CallSession, Command

bp = df.Blueprint()

# A generation ends after so many notifications: replaying costs about 0.1 ms per history event, and a notification
# leaves about ten. Counted since the generator began, never by the length of the history, which differs on replay.
GENERATION = 16
# How long to wait before an inbox that could not be read is asked again.
INBOX_PAUSE = timedelta(seconds=2)
# The pauses between tries to write the record of a call that is over.
RECORD_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 30, 60, 120, 300))

JSON = dict[str, Any]
Steps = Generator[Any, Any, Any]


@bp.orchestration_trigger(context_name="context")
def call_orchestrator(context: df.DurableOrchestrationContext) -> Steps:
    """One instance per call.

    Input: `{"call": {"instance_id", "call_id", "tenant_id"}, "digest": {...}}` at birth, and
    `{"call": ..., "session": {...}, "next": int}` in a later generation. Output: the call's summary.
    """
    loop = _Loop(context)
    try:
        return (yield from _live(context, loop))
    except Exception as failure:  # whatever it is, the caller must not be left on a line nobody serves
        return (yield from _last_resort(context, loop, failure))


def _live(context: df.DurableOrchestrationContext, loop: _Loop) -> Steps:
    given = _input(context)
    commands = yield from loop.begin(given)
    while True:
        yield from loop.perform(commands)
        if loop.session.ended:
            return loop.session.summary()
        if loop.generation_is_over:
            context.continue_as_new({"call": given["call"], "session": loop.session.to_json(), "next": loop.number})
            return None
        commands = yield from loop.listen()


class _Loop:
    """The part of a call that talks to Durable Functions."""

    def __init__(self, context: df.DurableOrchestrationContext) -> None:
        self._context = context
        self._session: CallSession | None = None
        self.number = 0  # of the notification to wait for
        self.doing = "session"  # the activity that runs, or what decides between two
        self._read = False  # look into the inbox before waiting: something may not have been raised, or was dropped
        self._handled = 0
        self._waiter: Any = None  # kept open across a deadline only

    @property
    def session(self) -> CallSession:
        """The call, once it has begun."""
        assert self._session is not None
        return self._session

    @property
    def begun(self) -> bool:
        """Whether there is a session."""
        return self._session is not None

    @property
    def generation_is_over(self) -> bool:
        return self._handled >= GENERATION and not self._read

    def begin(self, given: JSON) -> Steps:
        """Open the session, or take up that of the generation before; returns its first commands."""
        from calls import CallSession  # late: an instance that only takes webhooks starts without flows and sessions

        if "session" in given:
            self._session, self.number, self._read = CallSession.from_json(given["session"]), given["next"], True
            return []
        call, digest = given["call"], given["digest"]
        pinned = yield from self._activity("pin_flow", {**call, "digest": digest})
        self.number = digest["n"] + 1
        self._session, commands = CallSession.open(call, pinned["ok"], digest, _now(self._context))
        return commands

    def perform(self, commands: Iterable[Command]) -> Steps:
        """Run each command's activity and tell the session how it went, and so on with what it answers."""
        queue = list(commands)
        while queue:
            command = queue.pop(0)
            result = yield from self._run(command)
            if result.get("unwritten"):
                self.session.take_back(command.events)
            queue += self.session.receive({"kind": "performed", "step": command.step, **result}, _now(self._context))
        self._context.set_custom_status(self.session.status())

    def _run(self, command: Command) -> Steps:
        try:
            result = yield from self._activity(command.activity, command.to_json())
            if command.activity != "close_call":
                return result
            for pause in RECORD_PAUSES:  # the caller has left already: the record can wait until storage is back
                if "ok" in result:
                    return result
                yield self._context.create_timer(_now(self._context) + pause)
                result = yield from self._activity(command.activity, command.to_json())
            raise TimeoutError("the record cannot be written")
        except Exception:
            self.session.take_back(command.events)
            raise

    def _activity(self, name: str, given: JSON) -> Steps:
        self.doing = name
        result = yield self._context.call_activity(name, given)
        self.doing = "session"
        return result

    def listen(self) -> Steps:
        """Wait for what comes next, a notification or the earliest deadline; returns the session's commands."""
        batch: list[JSON] = []
        deadline = self.session.deadline_at
        if self._read:
            question = {"instance_id": self._context.instance_id, "from": self.number}
            asked_at = _now(self._context)
            answer = yield from self._activity("read_inbox", question)
            if "error" in answer:  # what it holds may undo a deadline: ask again before anything times out
                yield self._context.create_timer(_now(self._context) + INBOX_PAUSE)
                return []
            self._read, batch = False, answer["ok"]
            if not batch and deadline is not None and asked_at >= deadline:
                # As of the question: what came since may undo a deadline that has passed since.
                return self.session.receive({"kind": "timed_out"}, asked_at)
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
            commands += self.session.receive(digest, _now(self._context))
            self.number += 1
            self._handled += 1
        return commands


def _last_resort(context: df.DurableOrchestrationContext, loop: _Loop, failure: Exception) -> Steps:
    """Hang up and record. An instance that cannot do both fails, and the sweeper closes its call."""
    call: JSON = _input(context)["call"]
    reason = f"{loop.doing} failed"
    summary, events, status = {"outcome": "failed", "reason": reason}, [], {}
    if loop.begun:
        summary, events = loop.session.break_off(reason, _now(context))
        status = loop.session.status()
    context.set_custom_status({**status, "state": "failed", "reason": reason})
    for activity in ("hang_up", "close_call"):
        given = {**call, "step": f"last-resort.{activity}", "events": events, "summary": summary}
        result = yield context.call_activity(activity, given)
        if "ok" not in result and result["error"]["kind"] != "refused":
            raise RuntimeError(f"{activity}: {result['error']['kind']}, after {reason}") from failure
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

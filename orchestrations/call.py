"""The life of one call: notifications in, in their order, each once; commands out, one activity each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import azure.durable_functions as df

from orchestrations.closing import RECORD_PAUSES_S
from orchestrations.mail import JSON, Mail, Steps

if TYPE_CHECKING:
    from calls import CallSession, Command

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def call_orchestrator(context: df.DurableOrchestrationContext) -> Steps:
    """One instance per call.

    Input: `{"call": {"instance_id", "call_id", "tenant_id"}, "digest": {...}}` at birth, and
    `{"call": ..., "session": {...}, "next": int}` in a later generation; `call_id` is null, or "", until Graph has
    named a call that we place. Output: the call's summary.
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
        if loop.mail.generation_is_over:
            session, number = loop.session.to_json(), loop.mail.number
            context.continue_as_new({"call": loop.session.identity, "session": session, "next": number})
            return None
        commands = yield from loop.listen()


class _Loop:
    """The part of a call that talks to Durable Functions."""

    def __init__(self, context: df.DurableOrchestrationContext) -> None:
        self._context = context
        self._session: CallSession | None = None
        self._mail: Mail | None = None
        self.doing = "session"  # the activity that runs, or what decides between two

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
    def mail(self) -> Mail:
        """What comes for the call, once it has begun."""
        assert self._mail is not None
        return self._mail

    def begin(self, given: JSON) -> Steps:
        """Open the session, or take up that of the generation before; returns its first commands."""
        from calls import CallSession  # late: an instance that only takes webhooks starts without flows and sessions

        if "session" in given:
            self._session = CallSession.from_json(given["session"])
            self._mail = Mail(self._context, given["next"], self._activity, read=True)
            return []
        call, digest = given["call"], given["digest"]
        pinned = yield from self._activity("pin_flow", {**call, "digest": digest})
        self._mail = Mail(self._context, digest["n"] + 1, self._activity)
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
            for pause_s in RECORD_PAUSES_S:  # the caller has left already: the record can wait until storage is back
                if "ok" in result:
                    return result
                yield self._context.create_timer(_now(self._context) + timedelta(seconds=pause_s))
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
        told = yield from self.mail.next(self.session.deadline_at)
        commands: list[Command] = []
        for event in [{"kind": "timed_out"}] if told is None else told:
            commands += self.session.receive(event, self.mail.as_of)
        return commands


def _last_resort(context: df.DurableOrchestrationContext, loop: _Loop, failure: Exception) -> Steps:
    """Hang up and record. An instance that cannot do both fails, and the sweeper closes its call."""
    call: JSON = _input(context)["call"]
    reason = f"{loop.doing} failed"
    summary, events, status = {"outcome": "failed", "reason": reason}, [], {}
    if loop.begun:
        call = loop.session.identity
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

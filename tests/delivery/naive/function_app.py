"""The twin of `orchestrations/call.py` that everybody would write first: one event name for all notifications.

It has the same session, the same activities and the same inbox before it. It must fail the tests that the real one
passes: azure-functions-durable 1.x hands one early event to every later wait of its name, and loses the others.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from activities import answering, bookkeeping, call_control, media, pinning
from calls import CallSession

EVENT = "notification"

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for module in (answering, bookkeeping, call_control, media, pinning):
    app.register_functions(module.bp)


@app.orchestration_trigger(context_name="context", orchestration="call_orchestrator")
def naive_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    given: Any = context.get_input()
    pinned = yield context.call_activity("pin_flow", {**given["call"], "digest": given["digest"]})
    session, commands = CallSession.open(given["call"], pinned["ok"], given["digest"], context.current_utc_datetime)
    while True:
        while commands:
            command = commands.pop(0)
            result = yield context.call_activity(command.activity, command.to_json())
            performed = {"kind": "performed", "step": command.step, **result}
            commands += session.receive(performed, context.current_utc_datetime)
        if session.ended:
            return session.summary()
        assert session.deadline_at is not None
        waiter: Any = context.wait_for_external_event(EVENT)
        timer: Any = context.create_timer(session.deadline_at)
        if (yield context.task_any([waiter, timer])) == timer:
            commands = session.receive({"kind": "timed_out"}, context.current_utc_datetime)
        else:
            timer.cancel()
            commands = session.receive(json.loads(waiter.result), context.current_utc_datetime)

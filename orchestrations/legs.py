"""What the orchestrations that place several calls have in common.

Each of those calls, a leg, is a call like any other, in an instance of its own. It says how far it is through the inbox
of the orchestration that placed it: ringing, established, accepted or declined, ended. It is not a sub-orchestration:
azure-functions-durable 1.x leaves a child that is already scheduled out of the next `task_any`, so that the host waits
for the rest alone; and an open child would keep its parent from continuing as new.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from orchestrations.closing import RECORD_PAUSES_S
from orchestrations.mail import JSON, Mail, Steps

# Between tries to begin a leg: storage may be away.
START_PAUSES_S = (2, 5, 15)
# How often the inbox is looked into when nothing is to happen at any certain time: the raising of news may be lost.
CHECK = timedelta(minutes=10)


class Legs:
    """An orchestration's input, its inbox and its legs."""

    def __init__(self, context: df.DurableOrchestrationContext) -> None:
        given: Any = context.get_input()
        self._context = context
        self._given: JSON = given
        self.call: JSON = given["call"]
        #: What may be known of the request: numbers and kinds.
        self.digest: JSON = given["digest"]
        #: What the generation before left; None in the first.
        self.state: JSON | None = given.get("state")
        self._request_n: int = self.digest["n"]
        number = given.get("next", self._request_n + 1)
        self._mail = Mail(context, number, self._run, read=self.state is not None)

    @property
    def now(self) -> datetime:
        """The time, aware."""
        return self._context.current_utc_datetime

    @property
    def now_s(self) -> float:
        """The time, Unix seconds."""
        return self.now.timestamp()

    def say(self, status: JSON) -> None:
        """Show operators how far it is."""
        self._context.set_custom_status(status)

    def ask(self, activity: str, **facts: Any) -> Steps:
        """Run an activity on behalf of this orchestration."""
        return (yield from self._run(activity, self._asked(facts)))

    def ask_all(self, activity: str, each: list[JSON]) -> Steps:
        """Run an activity for each of these at once; returns the results in their order."""
        if not each:
            return []
        tasks = [self._context.call_activity(activity, self._asked(facts)) for facts in each]
        return (yield self._context.task_all(tasks))

    def start(self, *legs: int) -> Steps:
        """Place legs, all at once; returns the results in their order, after every leg had its tries."""
        results: dict[int, JSON] = {}
        for pause_s in (*START_PAUSES_S, None):
            missing = [leg for leg in legs if "ok" not in results.get(leg, {})]
            results |= zip(
                missing, (yield from self.ask_all("start_leg", [{"leg": leg} for leg in missing])), strict=True
            )
            if pause_s is None or all("ok" in result for result in results.values()):
                break
            yield from self.wait(pause_s)
        return [results[leg] for leg in legs]

    def hang_up(self, *legs: int) -> Steps:
        """Hang up legs; those that are over already are as good."""
        yield from self.ask_all("control_leg", [{"leg": leg, "action": "hang_up"} for leg in legs])

    def wait(self, seconds: float) -> Steps:
        """Do nothing for so long."""
        yield self._context.create_timer(self.now + timedelta(seconds=seconds))

    def listen(self, until: datetime | None = None) -> Steps:
        """What is new: digests, or nothing when the time came first."""
        told = yield from self._mail.next(until or self.now + CHECK)
        return told or []

    def goes_on_anew(self, state: JSON) -> bool:
        """Whether the generation is over; if so, the next one has begun with this state, and this one must return."""
        if not self._mail.generation_is_over:
            return False
        self._context.continue_as_new({**self._given, "state": state, "next": self._mail.number})
        return True

    def close(self, summary: JSON) -> Steps:
        """Write the record, however long storage is away, and listen no longer."""
        for pause_s in (*RECORD_PAUSES_S, None):
            closing = {**self.call, "step": "close", "events": [], "summary": summary}
            result = yield from self._run("close_call", closing)
            if "ok" in result:
                return summary
            if pause_s is not None:
                yield from self.wait(pause_s)
        raise TimeoutError("the record cannot be written")

    def _asked(self, facts: JSON) -> JSON:
        return {**self.call, "request_n": self._request_n, **facts}

    def _run(self, activity: str, given: JSON) -> Steps:
        return (yield self._context.call_activity(activity, given))


def with_legs(context: df.DurableOrchestrationContext, live: Callable[[Legs], Steps]) -> Steps:
    """Run an orchestration that has legs; whatever goes wrong, they are not left alone."""
    legs = Legs(context)
    try:
        return (yield from live(legs))
    except Exception as failure:
        legs.say({"state": "failed", "reason": type(failure).__name__})
        yield from legs.ask("hang_up_legs")
        return (yield from legs.close({"outcome": "failed", "reason": type(failure).__name__}))

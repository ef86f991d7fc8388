"""Waiting for what an inbox gets: every notification of an instance, in its order, once, or a deadline.

azure-functions-durable 1.x hands one early event to every later wait of its name (upstream issue 507), so no two
events share a name: the inbox numbers what it stores, and this waits for `notification.1`, `notification.2`, ... with
one waiter open at a time. `docs/explanation/delivery.md` tells the whole story.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

JSON = dict[str, Any]
Steps = Generator[Any, Any, Any]
#: Runs an activity by name on an input, and returns its result.
Activity = Callable[[str, JSON], Steps]

# A generation ends after so many notifications: replaying costs about 0.1 ms per history event, and a notification
# leaves about ten. Counted since the generator began, never by the length of the history, which differs on replay.
GENERATION = 16
# How long to wait before an inbox that could not be read is asked again, ever longer: the history keeps every try.
INBOX_PAUSES_S = (2, 2, 2, 4, 8, 15, 30)
# For so long an inbox that cannot be read keeps deadlines from counting; then a caller who gets no answer is better
# served by what follows.
INBOX_PATIENCE = timedelta(minutes=1)


class _Outage:
    """The time for which the inbox has not been readable; most of the time, none."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._failures = 0

    def note(self, *, readable: bool, at: datetime) -> None:
        """The inbox was asked."""
        self._since = None if readable else self._since or at
        self._failures = 0 if readable else self._failures + 1

    def delays(self, deadline: datetime) -> datetime:
        """When a deadline counts."""
        return deadline if self._since is None else max(deadline, self._since + INBOX_PATIENCE)

    def ask_again_at(self, now: datetime, deadline: datetime | None) -> datetime | None:
        """When the inbox is to be asked again, if nothing is heard before."""
        if self._since is None:
            return deadline
        pause = timedelta(seconds=INBOX_PAUSES_S[min(self._failures, len(INBOX_PAUSES_S)) - 1])
        return now + pause if deadline is None else min(now + pause, self.delays(deadline))


class Mail:
    """The inbox of one instance, as its orchestration sees it."""

    def __init__(
        self, context: df.DurableOrchestrationContext, number: int, activity: Activity, *, read: bool = False
    ) -> None:
        """Begin to listen.

        Args:
            context: of the instance whose inbox it is.
            number: of the notification to wait for first.
            activity: how `read_inbox` is run.
            read: look into the inbox before waiting: after `continue_as_new`, which drops the events that came early.
        """
        self._context = context
        self._activity = activity
        self._read = read
        self._handled = 0
        self._outage = _Outage()
        self._waiter: Any = None  # kept open across a deadline only
        #: Of the notification to wait for.
        self.number = number
        #: The time as of which `next` told what it told.
        self.as_of = context.current_utc_datetime

    @property
    def generation_is_over(self) -> bool:
        """Whether to continue as new, now that everything told was handled."""
        return self._handled >= GENERATION and not self._read

    def next(self, deadline: datetime | None) -> Steps:
        """Wait for what comes next: a list of digests, at least one; or None when the deadline came first.

        Before a deadline counts, the inbox is asked whether something came that was never raised: that may undo it. An
        inbox that cannot be read delays the deadline, but not for ever, nor what is raised meanwhile.
        """
        while True:
            batch: list[JSON] = []
            until = deadline
            if self._read:
                asked_at = self._context.current_utc_datetime
                question = {"instance_id": self._context.instance_id, "from": self.number}
                answer = yield from self._activity("read_inbox", question)
                self._outage.note(readable="ok" in answer, at=asked_at)
                if "ok" in answer:
                    self._read, batch = False, answer["ok"]
                if not batch and deadline is not None and asked_at >= self._outage.delays(deadline):
                    self.as_of = asked_at  # what came since may undo a deadline that has passed since
                    return None
                until = self._outage.ask_again_at(self._context.current_utc_datetime, deadline)
            if not batch:
                if not (yield from self._wait(until)):
                    self._read = True
                    continue
                batch = [_payload(self._waiter.result)]
            self._waiter = None
            self.number += len(batch)
            self._handled += len(batch)
            self.as_of = self._context.current_utc_datetime
            return batch

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


def _payload(raised: object) -> JSON:
    """What was raised: the Python client encodes it twice, the webhook of the host once."""
    payload = json.loads(raised) if isinstance(raised, str) else raised
    assert isinstance(payload, dict)
    return payload

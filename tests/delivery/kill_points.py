"""Kills the bot of a laptop at named places, as SIGKILL would, and starts it again on what it had stored.

Whoever passes a place where the bot is to die stands still there, so that nothing after it happens; then everything
else of the bot is ended, and after a pause it is back at the same address.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Never

import httpx
from reaper import Reaper

from cli.laptop import Laptop
from clock import VirtualClock
from localhost.observed import ActivityRan, EpisodeRan, Observed

AFTER_STORE = "after store"
AFTER_RAISE = "after raise"
BEFORE_SEND = "before a Graph send"
AFTER_SEND = "after a Graph send"
RESULT_LOST = "after a result, before it is stored"
RESULT_STORED = "after a result, before its episode is stored"
CONTINUING = "continue-as-new decided, not stored"
CONTINUED = "continued as new, inbox not read"
INBOX_READ = "continued as new, inbox read, not stored"
CLAIMED = "call claimed, nothing stored"
STARTED = "call started, not marked"
RECORDED = "recording stored, not told"

#: How likely the bot dies at each passing. What is passed all the time is spread over the calls.
LIKELY = {
    AFTER_STORE: 0.08,
    AFTER_RAISE: 0.12,
    BEFORE_SEND: 0.12,
    AFTER_SEND: 0.15,
    RESULT_LOST: 0.1,
    RESULT_STORED: 0.04,
    CONTINUING: 0.6,
    CONTINUED: 0.8,
    INBOX_READ: 1.0,
    CLAIMED: 0.5,
    STARTED: 1.0,
    RECORDED: 0.8,
}
#: Passed but a few times in a call: here the bot may die again as soon as it is back.
_RARE = {CONTINUING, CONTINUED, INBOX_READ, CLAIMED, STARTED, RECORDED}
# Peace after each death, in which what was not acknowledged comes again and calls go on.
_PEACE_S, _PEACE_FOR_RARE_S = 1.2, 0.3
# A call whose start was begun stays claimed for two seconds. Whoever meets the claim waits for it in virtual time, and
# the simulator, waiting for the answer meanwhile, would not let that pass: then the bot is away for longer.
_CLAIMED_S = 2.1
_CALL = "call_orchestrator"


class Killer:
    """Kills at each point until it has `most` hits; there is peace in between for what was refused to come again.

    Without it a tone could be told once more so late (ten seconds) that it counts as new.
    """

    def __init__(self, laptop: Laptop, dice: random.Random, hits: Counter[str], *, most: int) -> None:
        assert isinstance(laptop.clock, VirtualClock) and laptop.memory is not None
        self._laptop = laptop
        self._clock = laptop.clock
        self._dice = dice
        self._most = most
        self._continued: set[str] = set()
        self._started: set[str] = set()
        self.hits = hits
        table = laptop.memory.table("Inbox")
        table.before, table.after = self._before_row, self._after_row
        laptop.memory.blobs("recordings").after = self._after_blob
        self._reaper = Reaper(laptop, self._fit)

    @property
    def at_work(self) -> bool:
        """Whether the bot is dead or dying."""
        return self._reaper.at_work

    def _fit(self) -> None:
        """Watch what a new bot brings along."""
        self._laptop.host.engine.listeners.append(self._observed)
        hooks = {"request": [self._before_request], "response": [self._after_response]}
        self._laptop.connections.http.event_hooks = hooks

    # --- where it may die

    async def _before_row(self, operation: str, partition: str, row: str) -> None:
        if operation == "update" and row.startswith("n:"):
            await self._pass(AFTER_RAISE)
        elif operation == "update" and row.startswith("birth:"):
            await self._before_birth_row(row.removeprefix("birth:"))
        elif operation == "query" and row.startswith("n:") and partition in self._continued:
            await self._pass(CONTINUED)

    async def _before_birth_row(self, instance: str) -> None:
        if self._laptop.host.engine.instance(instance) is not None:  # else a claim is taken over
            self._started.add(instance)
            await self._pass(STARTED, dead_s=_CLAIMED_S)

    async def _after_row(self, operation: str, partition: str, row: str) -> None:
        if operation == "transact" and row.startswith("i:"):
            await self._pass(AFTER_STORE, dead_s=0.0 if partition in self._started else _CLAIMED_S)
        elif operation == "transact" and row.startswith("birth:"):
            await self._pass(CLAIMED, dead_s=_CLAIMED_S)

    async def _after_blob(self, operation: str, name: str, row: str) -> None:
        if operation == "write_once":
            await self._pass(RECORDED)

    async def _before_request(self, request: httpx.Request) -> None:
        if "/communications/" in request.url.path:
            await self._pass(BEFORE_SEND)

    async def _after_response(self, response: httpx.Response) -> None:
        if "/communications/" in response.request.url.path:
            await self._pass(AFTER_SEND)

    def _observed(self, record: Observed) -> None:
        match record:
            case EpisodeRan(name=name, instance=instance) if name == _CALL:
                if record.actions == ("read_inbox",) and record.history < 8:
                    self._continued.add(instance)
                    self._pass_now(CONTINUING)
                else:
                    self._pass_now(RESULT_STORED)
            case ActivityRan(name="read_inbox", instance=instance) if instance in self._continued:
                self._continued.discard(instance)
                self._pass_now(INBOX_READ)
            case ActivityRan():
                self._pass_now(RESULT_LOST)
            case _:
                pass

    # --- dying

    async def _pass(self, point: str, *, dead_s: float = 0.0) -> None:
        if self._dies(point, dead_s):
            await asyncio.Future[Never]()

    def _pass_now(self, point: str) -> None:
        """The same where nobody may stand still: the task ends instead, with what it was about to do."""
        if self._dies(point, 0.0):
            raise asyncio.CancelledError

    def _dies(self, point: str, dead_s: float) -> bool:
        peace_s = _PEACE_FOR_RARE_S if point in _RARE else _PEACE_S
        if self.at_work or self._clock.now() < self._reaper.alive_since + peace_s or self.hits[point] >= self._most:
            return False
        if self._dice.random() >= LIKELY[point]:
            return False
        self.hits[point] += 1
        self._reaper.kill(dead_s + self._dice.uniform(0.0, 0.3))
        return True

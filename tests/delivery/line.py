"""One simulated call, wired to the inbox and the orchestrator without a socket in between.

The call, its caller and its prompts are the simulator's; inbox, delivery, activities and orchestration are the real
ones. What lies between them, two HTTP hops in each direction, is left out and its troubles are thrown by dice: each
notification arrives late, perhaps twice, at one of two processes, and storage answers when it likes. A seed says all.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from clock import Clock, VirtualClock
from graph.errors import error_from
from graph.notifications import parse_notifications
from graph.requests import CallRequest, Request
from inbox.delivery import Delivery
from localhost.engine import Engine, InstanceGone, NoSuchInstance
from simulator import SimulatorSettings, Target, identities
from simulator.actions import incoming
from simulator.actions.asked import Asked, Body
from simulator.call import Call
from simulator.conversation import Conversation
from simulator.delivery import Line as Queue
from simulator.delivery import Outgoing
from simulator.errors import GraphError, not_found
from simulator.exchange import Birth
from simulator.far_end import FarEnd, Step
from simulator.identities import Identity
from simulator.keys import tones_of
from simulator.notifications import envelope
from simulator.permissions import EVERY_PERMISSION
from simulator.prompts import MediaInfo, Prompt
from simulator.recordings import Recordings
from simulator.rows import CallRow
from simulator.simulator import Simulator
from simulator.urls import ROWS

_HANDLERS = {row.action: row.handler for row in ROWS if isinstance(row, CallRow)}


@dataclass(frozen=True, kw_only=True)
class Weather:
    """What may happen to a notification on its way. Times are seconds."""

    #: The longest that one is late. Below the window, so that tones can be put in order again.
    late_s: float = 0.0
    #: How likely one comes again, and how much later at most.
    duplicates: float = 0.0
    again_within_s: float = 3.0
    #: The longest that Graph takes to answer a request.
    answers_within_s: float = 0.0


class Orchestrations:
    """`inbox.delivery.Orchestrations` on an engine in the same process."""

    def __init__(self, engine: Engine, *, event: str | None = None) -> None:
        self._engine = engine
        self._event = event  # one name for all, for the twin that shows why there must not be one

    async def start(self, name: str, instance_id: str, given: dict[str, Any]) -> None:
        if self._engine.instance(instance_id) is None:
            self._engine.start_new(name, instance_id, given)

    async def raise_event(self, instance_id: str, name: str, payload: dict[str, Any]) -> bool:
        try:
            self._engine.raise_event(instance_id, self._event or name, payload)
        except (NoSuchInstance, InstanceGone):
            return False
        return True


class Line:
    """Graph, as far as one call is concerned: `simulator.call.Exchange` to the call, a `GraphClient` to the bot."""

    def __init__(self, clock: VirtualClock, settings: SimulatorSettings, weather: Weather, dice: random.Random) -> None:
        self.clock: Clock = clock
        self.settings = settings
        self.base_url = "http://127.0.0.1"
        self.recordings = Recordings()
        self._weather = weather
        self._dice = dice
        self._processes: list[Delivery] = []
        self._arrivals: set[asyncio.Task[None]] = set()
        self.under_way = 0
        caller = identities.caller(None, settings, settings.tenant_id)
        called = identities.called(None, settings, caller)
        self.calls: dict[str, Call] = {}
        self.call = Call(self, Birth(caller=caller, called=called, tenant_id=settings.tenant_id), [])
        self.calls[self.call.id] = self.call

    @property
    def instance_id(self) -> str:
        return f"call-{self.call.id.replace('-', '')}"

    def ring(self, processes: list[Delivery], script: list[Step]) -> None:
        """The caller calls a bot of so many processes, and does what the script says."""
        self._processes = processes
        FarEnd(cast("Simulator", self), self.call, script)
        incoming.ring(self.call)

    def press(self, call_id: str, tones: str, interval_ms: float) -> None:
        """What `simulator.far_end` asks of a simulator."""
        for tone in tones_of(tones):
            self.call.tones.press_in_turn(self.call, tone, interval_ms / 1000, self.clock)

    # --- to the bot

    def send(self, line: Queue, outgoing: Outgoing) -> None:
        """Let a notification arrive: late, and perhaps again."""
        body = json.dumps(envelope(self.call.id, [outgoing.notification], self.settings)).encode()
        message_id = str(uuid.UUID(int=self._dice.getrandbits(128)))
        self._later(self._dice.uniform(0.0, self._weather.late_s), body, message_id)
        if self._dice.random() < self._weather.duplicates:
            self._later(self._dice.uniform(0.0, self._weather.again_within_s), body, message_id)

    def _later(self, seconds: float, body: bytes, message_id: str) -> None:
        self.under_way += 1
        delivery = self._dice.choice(self._processes)

        async def arrive() -> None:
            with self.clock:
                for notification in parse_notifications(body):
                    await delivery.take(notification, self.settings.tenant_id, None, message_id)
                self.under_way -= 1

        def start() -> None:
            task = asyncio.get_running_loop().create_task(arrive())
            self._arrivals.add(task)
            task.add_done_callback(self._arrived)

        self.clock.at(self.clock.now() + seconds, start)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        self._arrivals.discard(task)
        if not task.cancelled() and task.exception() is not None:
            raise AssertionError("a webhook failed") from task.exception()

    def time_to_answer(self) -> float:
        return self._dice.uniform(0.0, self._weather.answers_within_s)

    def fetch(self, info: MediaInfo, then: Callable[[Prompt | Exception], None]) -> None:
        then(Prompt(info=info, sha256="", duration_s=self._dice.choice((0.3, 1.0, 2.5))))

    def plan(self, identity: str) -> Target:
        return self.settings.target(identity)

    def converse(self, *, initiator: Identity, tenant_id: str) -> Conversation:
        raise AssertionError("on a line there are only two")

    def perform(self, call: Call, script: Sequence[Step]) -> None:
        raise AssertionError("the bot calls nobody on a line")


class GraphOnLine:
    """What `graph.client.GraphClient` is to activities, without a socket, a token or a second try."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def send(
        self, request: Request, tenant_id: str, *, budget_s: float, scenario_id: str | None = None
    ) -> Mapping[str, Any] | None:
        """See `GraphClient`."""
        await self._line.clock.sleep(self._line.time_to_answer())
        assert isinstance(request, CallRequest), "on a line everything is about its call"
        call, action = self._line.call, request.action or ("hangUp" if request.method == "DELETE" else "getCall")
        body, now = request.body(), self._line.clock.now()
        status, answer, refusal = 404, None, not_found()
        if not call.over:
            try:
                roles = frozenset(EVERY_PERMISSION)
                asked = Asked(call=call, body=Body(body or {}), path={}, query={}, headers={}, roles=roles)
                answer = _HANDLERS[action](asked)
                status = answer.status
            except GraphError as problem:
                status, refusal = problem.status, problem
        call.transcript.add("request", action=action, body=body, status=status)
        if answer is None:
            error = error_from(status, {}, json.dumps(refusal.body(now, "", "")).encode(), now)
            assert error is not None
            raise error
        return answer.body

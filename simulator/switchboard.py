"""What all calls share: time, settings, the way to the bot, prompts, recordings, meetings, and one another."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.types import Receive

from clock import Clock
from simulator.call import Call
from simulator.conversation import Conversation
from simulator.delivery import Delivery, Line, Outgoing
from simulator.disruption import disconnected
from simulator.exchange import Birth
from simulator.far_end import Step
from simulator.faults import Fault, Faults
from simulator.identities import Identity
from simulator.ids import same_id
from simulator.online_meetings import OnlineMeeting, OnlineMeetings
from simulator.prompts import MediaInfo, Prompt, PromptFailed, PromptFetcher
from simulator.recordings import Recordings
from simulator.settings import SimulatorSettings, Target
from simulator.tokens import Tokens
from simulator.transcript import Entry, Watcher


class NoSuchCall(KeyError):
    """There is no call with this id."""

    def __str__(self) -> str:
        return f"there is no call {self.args[0]}"


class NothingToActOn(Exception):
    """The call is not in a state in which its far end can do that."""


class Switchboard(ABC):
    """`simulator.exchange.Exchange`, and everything that the simulator keeps."""

    def __init__(self, clock: Clock, settings: SimulatorSettings) -> None:
        self.clock = clock
        self._first_settings = settings
        self._settings = self._first_settings
        #: Where it is reached; `serve` knows better.
        self.base_url = "http://127.0.0.1"
        self.calls: dict[str, Call] = {}
        #: Group calls and meetings in which somebody is, or was.
        self.conversations: dict[str, Conversation] = {}
        self._rung: Counter[str] = Counter()
        self.recordings = Recordings()
        self.online_meetings = OnlineMeetings()
        self.faults = Faults(self._settings.seed)
        self.tokens = Tokens(lambda: self._settings, clock.now)
        #: Told of every transcript entry: call id and entry, again when an entry has changed.
        self.watchers: list[Watcher] = []
        #: What prompts say, by the SHA-256 of their file, where somebody knows: browser phones show it.
        self.captions: Mapping[str, str] = {}
        self._delivery = Delivery(clock, lambda: self._settings, self.tokens, lambda: self.faults)
        self._fetcher = PromptFetcher(lambda: self._settings)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()

    @property
    def settings(self) -> SimulatorSettings:
        """The settings of now."""
        return self._settings

    def change_settings(self, **values: Any) -> SimulatorSettings:
        """Change some settings, also under live calls; values as in JSON. Raises `SettingsRefused`."""
        self._settings = self._settings.changed(values)
        return self._settings

    def fault(self, match: Mapping[str, str], fail: str | Mapping[str, Any], *, times: int = 1, skip: int = 0) -> Fault:
        """Plan something to go wrong; see `simulator.faults`. Raises `FaultRefused`."""
        return self.faults.add({"match": match, "fail": fail, "times": times, "skip": skip})

    def call(self, call_id: str) -> Call:
        """The call with this id, in any spelling. Raises `NoSuchCall`."""
        call = self.calls.get(same_id(call_id))
        if call is None:
            raise NoSuchCall(call_id)
        return call

    def transcript(self, call_id: str) -> list[Entry]:
        """What happened on a call so far (see `simulator.transcript`). Raises `NoSuchCall`."""
        return self.call(call_id).transcript.entries

    def reset(self) -> None:
        """Forget calls, recordings and faults; back to the first settings. Nothing is notified."""
        for call in self.calls.values():
            call.forget()
        self.calls.clear()
        self._rung.clear()
        self.conversations.clear()
        self.recordings.clear()
        self.online_meetings.clear()
        self._settings = self._first_settings
        self.faults = Faults(self._settings.seed)

    async def close(self) -> None:
        """Stop everything that is under way. The simulator cannot be used afterwards."""
        self._closed.set()
        for call in self.calls.values():
            call.forget()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._delivery.close()
        await self._fetcher.close()

    # --- what calls share (`simulator.exchange.Exchange`)

    @abstractmethod
    def perform(self, call: Call, script: Sequence[Step]) -> None:
        """Let the far end of a call do what a script says. Raises `ScriptRefused`."""

    def open(self, birth: Birth) -> Call:
        """Make a new call known."""
        call = Call(self, birth, self.watchers)
        self.calls[call.id] = call
        return call

    @property
    def live(self) -> list[Call]:
        """The calls that are not over."""
        return [call for call in self.calls.values() if not call.over]

    def converse(
        self,
        *,
        initiator: Identity,
        tenant_id: str,
        meeting: OnlineMeeting | None = None,
        thread_id: str | None = None,
    ) -> Conversation:
        """Make a new group call, or the conversation of a meeting, known; nobody is in it."""
        conversation = Conversation(
            self, initiator=initiator, tenant_id=tenant_id, meeting=meeting, thread_id=thread_id
        )
        self.conversations[conversation.id] = conversation
        return conversation

    def conversation_of(self, meeting: OnlineMeeting) -> Conversation:
        """What goes on in a meeting: the same while anybody may be in it, a new one once it was ended."""
        for one in self.conversations.values():
            if one.meeting is meeting and not one.over:
                return one
        return self.converse(initiator=meeting.organizer, tenant_id=meeting.tenant_id, meeting=meeting)

    def plan(self, identity: str) -> Target:
        """How the person with this id or number behaves who is rung now; counts how often they were."""
        target, times = self._settings.target(identity), self._rung[identity]
        self._rung[identity] += 1
        return target if times >= len(target.first) else replace(target, outcome=target.first[times])

    def sound(self, sha256: str) -> bytes | None:
        """The WAV file of a prompt that was fetched of late, by its hash."""
        return self._fetcher.sound(sha256)

    def send(self, line: Line, outgoing: Outgoing) -> None:
        """Queue a notification behind the earlier ones of its call."""
        self._delivery.send(line, outgoing)

    def fetch(self, info: MediaInfo, then: Callable[[Prompt | Exception], None]) -> None:
        """Download a prompt; `then` gets it, or `PromptFailed`."""

        async def fetched() -> None:
            with self.clock:
                try:
                    outcome: Prompt | Exception = await self._fetcher.fetch(info)
                except PromptFailed as problem:
                    outcome = problem
                then(outcome)

        task = asyncio.get_running_loop().create_task(fetched())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until_gone(self, receive: Receive) -> None:
        """Keep a request without an answer until its client has gone, or the simulator closes."""
        closing = asyncio.ensure_future(self._closed.wait())
        gone = asyncio.ensure_future(disconnected(receive))
        try:
            await asyncio.wait({closing, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in (closing, gone):
                waiter.cancel()
            await asyncio.gather(closing, gone, return_exceptions=True)

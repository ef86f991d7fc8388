"""The simulator as a whole: its calls, what they share, and what one can do to them from outside."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.types import Receive

from clock import Clock
from simulator import far_end, identities
from simulator.actions import incoming
from simulator.audio import duration_s, pcm_of
from simulator.call import Call
from simulator.control import control_routes
from simulator.conversation import Conversation
from simulator.delivery import Delivery, Line, Outgoing
from simulator.dialling import Ringing
from simulator.disruption import disconnected
from simulator.exchange import Birth
from simulator.far_end import Step
from simulator.faults import Fault, Faults
from simulator.graph_app import graph_routes
from simulator.identities import Identity
from simulator.notifications import same_id
from simulator.online_meetings import OnlineMeeting, OnlineMeetings
from simulator.people import People
from simulator.prompts import MediaInfo, Prompt, PromptFailed, PromptFetcher
from simulator.recordings import Recordings
from simulator.results import ENDINGS, NoSuchEnding, Result
from simulator.settings import SimulatorSettings, Target
from simulator.token_service import token_routes
from simulator.tokens import Tokens
from simulator.tones import tones_of
from simulator.transcript import Entry, Watcher


class NoSuchCall(KeyError):
    """There is no call with this id."""

    def __str__(self) -> str:
        return f"there is no call {self.args[0]}"


class NothingToActOn(Exception):
    """The call is not in a state in which its far end can do that."""


class Simulator:
    """Graph's calling API, its token service and the people on the telephone, on one clock.

    `app` is the ASGI application; `simulator.serve` puts it on real sockets. Methods must be called on the event loop.
    """

    def __init__(self, clock: Clock, settings: SimulatorSettings | None = None) -> None:
        self.clock = clock
        self._first_settings = settings or SimulatorSettings()
        self._settings = self._first_settings
        #: Where it is reached; `serve` knows better.
        self.base_url = "http://127.0.0.1"
        self.calls: dict[str, Call] = {}
        #: Group calls and meetings in which somebody is, or was.
        self.conversations: dict[str, Conversation] = {}
        self.people = People(self)
        self._rung: Counter[str] = Counter()
        self.recordings = Recordings()
        self.online_meetings = OnlineMeetings()
        self.faults = Faults(self._settings.seed)
        self.tokens = Tokens(lambda: self._settings, clock.now)
        #: Told of every transcript entry: call id and entry, again when an entry has changed.
        self.watchers: list[Watcher] = []
        self._delivery = Delivery(clock, lambda: self._settings, self.tokens, lambda: self.faults)
        self._fetcher = PromptFetcher(lambda: self._settings)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()
        self.app = Starlette(routes=[*graph_routes(self), *control_routes(self), *token_routes(self)])

    # --- settings and faults

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

    # --- people

    def ring(
        self,
        caller: Mapping[str, Any] | None = None,
        to: Mapping[str, Any] | str | None = None,
        modalities: Sequence[str] = ("audio",),
        *,
        tenant_id: str | None = None,
        policy: bool = False,
        script: Sequence[Step] = (),
        meeting: str | None = None,
        group: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Somebody calls the bot; returns the call's id.

        `caller` is `{"user": ...}`, `{"phone": "+44..."}` or `{"guest": ...}` (Alice when missing), `to` the resource
        account or application they called, `policy` a policy-recording call, `script` what the caller will do by
        themselves (see `simulator.far_end`). With `meeting` (an id as `simulator.people` takes it) they invite the bot
        into that meeting or group call, with `group` into a group call of themselves and these people.

        Raises `NobodySuch`, `ScriptRefused`, `NoSuchConversation`.
        """
        tenant = tenant_id or self._settings.tenant_id
        who = identities.caller(caller, self._settings, tenant)
        called = identities.called(to, self._settings, who)
        steps = far_end.checked(script)
        conversation = self.people.invited_into(who, tenant, meeting, group)
        birth = Birth(
            caller=who,
            called=called,
            tenant_id=tenant,
            modalities=tuple(modalities),
            policy=policy,
            more={} if conversation is None else conversation.fields(),
        )
        call = self.open(birth)
        call.conversation = conversation
        call.transcript.add("far_end", does="rings", who=[called.id], caller=who.id, kind=who.kind)
        if steps:
            far_end.FarEnd(self, call, steps)
        incoming.ring(call)
        return call.id

    def answer(self, call_id: str, who: str | None = None) -> None:
        """Somebody whom the bot calls or invites answers: the one with this id or number, or whoever rings first.

        Raises `NoSuchCall`, `NothingToActOn`.
        """
        self._ringing(call_id, who).decide("answers")

    def decline(self, call_id: str, who: str | None = None, outcome: str = "declines") -> None:
        """They do not; `outcome` is a name of `simulator.results.ENDINGS`. Raises `NoSuchCall`,
        `NothingToActOn`, `NoSuchEnding`.
        """
        if outcome not in ENDINGS:
            raise NoSuchEnding(outcome)
        self._ringing(call_id, who).decide(outcome)

    def drop(self, call_id: str, reason: str | Result) -> None:
        """Graph ends the call: a name of `simulator.results.ENDINGS`, or any code and subcode.

        Raises `NoSuchCall`, `NothingToActOn`, `NoSuchEnding`.
        """
        call = self._live(call_id)
        if isinstance(reason, str) and reason not in ENDINGS:
            raise NoSuchEnding(reason)
        call.transcript.add("far_end", does="is cut off", who=str(reason))
        call.end(self._settings.result(reason) if isinstance(reason, str) else reason)

    def press(self, call_id: str, tones: str, interval_ms: float = 150) -> None:
        """The caller presses keys, the first one now, or after the last of those that are still being pressed.

        Raises `NoSuchCall`, `NoSuchKey`, `NothingToActOn`.
        """
        call = self._live(call_id)
        for tone in tones_of(tones):
            call.tones.press_in_turn(call, tone, interval_ms / 1000, self.clock)

    def say(self, call_id: str, wav: bytes) -> None:
        """From now on the caller says this (WAV, PCM 16 kHz mono 16-bit).

        Raises `NoSuchCall`, `NothingToActOn`, `simulator.audio.WrongFormat`.
        """
        call, pcm = self._live(call_id), pcm_of(wav)
        call.voice.say(pcm, self.clock.now())
        call.transcript.add("speech", duration_ms=round(duration_s(pcm) * 1000))
        for heard in tuple(call.on_speech):
            heard()

    def hang_up(self, call_id: str) -> None:
        """The far end hangs up, or gives up while it rings. Raises `NoSuchCall`, `NothingToActOn`."""
        call, settings = self._live(call_id), self._settings
        peer = call.birth.peer
        if call.ringing and call.state != "established":
            raise NothingToActOn(f"call {call_id} is not answered: its far end may answer or decline")
        participant = None
        if call.conversation is not None and call.state != "incoming":
            participant = call.conversation.find(peer.id) if len(call.birth.targets) < 2 else None
            if participant is None or participant.call is not None:
                raise NothingToActOn(f"call {call_id} is a group call: people leave it through /simulator/meetings")
        call.transcript.add("far_end", does="hangs_up", who=peer.id)
        if call.conversation is not None and participant is not None:
            call.conversation.leave(participant)
        elif call.state in ("incoming", "redirecting"):
            call.end(settings.result("caller_gave_up"))
        elif peer.kind == "phone":
            call.end(settings.result("phone_hung_up"))
        else:
            call.end(settings.result("user_hung_up"), sender=peer)

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

    # --- what calls share (`simulator.call.Exchange`)

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

    def perform(self, call: Call, script: Sequence[Step]) -> None:
        """Let the far end of a call do what a script says. Raises `ScriptRefused`."""
        far_end.FarEnd(self, call, far_end.checked(script))

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

    def _ringing(self, call_id: str, who: str | None) -> Ringing:
        call = self._live(call_id)
        found = next((one for one in call.ringing if who in (None, one.who.id)), None)
        if found is None:
            raise NothingToActOn(f"call {call_id} rings nobody" + (f" called {who}" if who else ""))
        return found

    def _live(self, call_id: str) -> Call:
        call = self.call(call_id)
        if call.over:
            raise NothingToActOn(f"call {call_id} is over")
        return call

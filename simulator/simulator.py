"""The simulator as a whole: what Graph is asked, and what the people at the far ends of calls do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette

from clock import Clock
from simulator import far_end, identities
from simulator.actions import incoming
from simulator.audio import duration_s, pcm_of
from simulator.call import Call
from simulator.control import control_routes
from simulator.dialling import Ringing
from simulator.exchange import Birth
from simulator.far_end import Step
from simulator.graph_app import graph_routes
from simulator.ids import same_id
from simulator.keys import tones_of
from simulator.people import People
from simulator.phone.routes import phone_routes
from simulator.results import ENDINGS, NoSuchEnding, Result
from simulator.settings import SimulatorSettings
from simulator.switchboard import NothingToActOn, Switchboard
from simulator.token_service import token_routes


class Simulator(Switchboard):
    """Graph's calling API, its token service and the people on the telephone, on one clock.

    `app` is the ASGI application; `simulator.serve` puts it on real sockets. Methods must be called on the event loop.
    """

    def __init__(self, clock: Clock, settings: SimulatorSettings | None = None) -> None:
        super().__init__(clock, settings or SimulatorSettings())
        self.people = People(self)
        routes = [*graph_routes(self), *control_routes(self), *phone_routes(self), *token_routes(self)]
        self.app = Starlette(routes=routes)

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

    def say(self, call_id: str, wav: bytes, *, continued: bool = False) -> None:
        """From now on the caller says this (WAV, PCM 16 kHz mono 16-bit). `continued`: right after what they said last.

        Raises `NoSuchCall`, `NothingToActOn`, `simulator.audio.WrongFormat`.
        """
        call, pcm = self._live(call_id), pcm_of(wav)
        if continued:
            call.voice.go_on(pcm, self.clock.now())
        else:
            call.voice.say(pcm, self.clock.now())
            call.transcript.add("speech", duration_ms=round(duration_s(pcm) * 1000))
        for heard in tuple(call.on_speech):
            heard()

    def hang_up(self, call_id: str) -> None:
        """The far end hangs up, or gives up while it rings. Raises `NoSuchCall`, `NothingToActOn`."""
        call, settings = self._live(call_id), self._settings
        peer = call.birth.peer
        if call.ringing and call.state in ("establishing", "ringing"):
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

    def perform(self, call: Call, script: Sequence[Step]) -> None:
        """Let the far end of a call do what a script says. Raises `ScriptRefused`."""
        far_end.FarEnd(self, call, far_end.checked(script))

    def _ringing(self, call_id: str, who: str | None) -> Ringing:
        call = self._live(call_id)
        found = next((one for one in call.ringing if who is None or same_id(who) == one.who.id), None)
        if found is None:
            raise NothingToActOn(f"call {call_id} rings nobody" + (f" called {who}" if who else ""))
        return found

    def _live(self, call_id: str) -> Call:
        call = self.call(call_id)
        if call.over:
            raise NothingToActOn(f"call {call_id} is over")
        return call

"""A call: what it is, and the states it goes through.

The theory. A call that rings the bot is *incoming* until the bot answers, rejects or redirects it, the caller gives up,
or the answer window closes. Answered, it is *establishing* while signalling goes on, then *established*; media comes up
after that on its own time, and only then can prompts be heard. A call that the bot makes begins as *establishing*,
perhaps says *ringing*, and is established by whoever answers. A transfer takes an established call through
*transferring* to *transferAccepted* and ends it, or brings it back to established. The bot's own hang up passes through
*terminating*; everybody else's end is immediate. *terminated* is for ever: Graph answers 404 from then on.

Every change of state is one row of `NEXT`. What is not in the table cannot happen.

Source: https://learn.microsoft.com/graph/api/resources/call
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clock import Timer
from simulator import notifications as notes
from simulator.delivery import Line, Outgoing
from simulator.exchange import Birth, Exchange
from simulator.identities import Identity
from simulator.media import MediaQueue
from simulator.notifications import Notification
from simulator.operations import Operations
from simulator.prompts import PromptCache
from simulator.results import Result
from simulator.settings import SimulatorSettings
from simulator.tones import ToneSubscription
from simulator.transcript import Transcript, Watcher
from simulator.voice import Voice

if TYPE_CHECKING:
    from simulator.conversation import Conversation
    from simulator.dialling import Ringing

NEXT: Mapping[tuple[str, str], str] = {
    ("incoming", "answered"): "establishing",
    ("incoming", "rejected"): "terminated",
    ("incoming", "redirected"): "redirecting",
    ("incoming", "ended"): "terminated",
    ("incoming", "bot_hung_up"): "terminating",
    ("establishing", "rang"): "ringing",
    ("establishing", "connected"): "established",
    ("establishing", "bot_hung_up"): "terminating",
    ("establishing", "ended"): "terminated",
    ("ringing", "connected"): "established",
    ("ringing", "bot_hung_up"): "terminating",
    ("ringing", "ended"): "terminated",
    ("established", "transferred"): "transferring",
    ("established", "bot_hung_up"): "terminating",
    ("established", "ended"): "terminated",
    ("transferring", "target_accepted"): "transferAccepted",
    ("transferring", "transfer_failed"): "established",
    ("transferring", "bot_hung_up"): "terminating",
    ("transferring", "ended"): "terminated",
    ("transferAccepted", "bot_hung_up"): "terminating",
    ("transferAccepted", "ended"): "terminated",
    ("redirecting", "bot_hung_up"): "terminating",
    ("redirecting", "ended"): "terminated",
    ("terminating", "ended"): "terminated",
}


class NotInThisState(Exception):
    """Something was to happen that cannot happen to a call in its state."""


@dataclass
class PolicyGroup:
    """How many a policy recorder takes, and whom it took besides the first, by participant id."""

    capacity: int = 0
    taken: dict[str, Identity] = field(default_factory=dict)


class Call:
    """One call of the bot's."""

    def __init__(self, exchange: Exchange, birth: Birth, watchers: list[Watcher]) -> None:
        self.exchange = exchange
        self.birth = birth
        self.id = str(uuid.uuid4())
        self.chain_id = str(uuid.uuid4())
        self.my_participant_id = str(uuid.uuid4())
        self.source_participant_id = str(uuid.uuid4())
        self.state = "incoming" if birth.direction == "incoming" else "establishing"
        self.audio: str | None = None
        self.callback_url = exchange.settings.bot_callback_url
        self.service_hosted = True
        self.media_config: Mapping[str, Any] | None = None
        self.policy_group = PolicyGroup()
        #: `callOptions` of the answer, or of the request for an outgoing call.
        self.options: Mapping[str, Any] = {}
        self.result: dict[str, Any] | None = None
        self.voice = Voice()
        self.media = MediaQueue()
        self.tones = ToneSubscription()
        self.operations = Operations()
        self.prompts = PromptCache()
        self.transcript = Transcript(self.id, exchange.clock.now, watchers)
        self.line = Line(call_id=self.id, chain_id=self.chain_id, tenant_id=birth.tenant_id, transcript=self.transcript)
        #: Called once, right before the call's last notification.
        self.on_end: list[Callable[[], None]] = [lambda: self.media.clear("call_ended")]
        #: Called with each key the caller presses once the call is up; the first that wants the key names itself.
        self.on_tone: list[Callable[[str], str | None]] = []
        #: Called when the bot cancels all processing of media.
        self.on_cancel: list[Callable[[], None]] = []
        #: Called whenever the caller starts to say something.
        self.on_speech: list[Callable[[], None]] = []
        #: Telephones that ring because of this call, until somebody acts.
        self.ringing: list[Ringing] = []
        #: The group call or meeting that this is a leg of.
        self.conversation: Conversation | None = None
        self.roster_told_at = -math.inf
        #: The number of the roster that it was told last.
        self.roster_told = 0
        self._timers: dict[str, Timer] = {}

    # --- state

    @property
    def settings(self) -> SimulatorSettings:
        """The settings of now."""
        return self.exchange.settings

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.state == "terminated"

    def move(self, event: str) -> None:
        """Take the one step of `NEXT` that `event` allows. Raises `NotInThisState`."""
        following = NEXT.get((self.state, event))
        if following is None:
            raise NotInThisState(f"a call that is {self.state} cannot be {event.replace('_', ' ')}")
        self.state = following
        self.transcript.add("state", state=following, audio=self.audio, why=event)

    def end(self, result: Result | None, *, sender: Identity | None = None, bare: bool = False, **more: Any) -> None:
        """The call is over: say so in its last notification. `bare` is the form without state and result."""
        if self.over:
            return
        self.audio = None
        # What hangs on the call ends before the call does, so that its operations are heard of first.
        for tell in tuple(self.on_end):
            tell()
        self.move("ended")
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.ringing.clear()
        self.result = None if result is None else notes.result_info(result, self.settings)
        self.notify(self._ended_notification(sender, bare, more))
        kept = self.settings.recording_kept_s
        self.exchange.clock.at(self.exchange.clock.now() + kept, lambda: self.exchange.recordings.discard(self.id))

    def forget(self) -> None:
        """Nothing more happens on this call, and nobody is told."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.line.close()
        self.state = "terminated"

    # --- time

    def later(self, name: str, seconds: float, action: Callable[[], object]) -> None:
        """Do something in so many seconds, unless the call is over by then; replaces what waits under this name."""
        self.cancel(name)
        if self.over:
            return

        def act() -> None:
            self._timers.pop(name, None)
            action()

        self._timers[name] = self.exchange.clock.at(self.exchange.clock.now() + seconds, act)

    def waits(self, name: str) -> bool:
        """Whether something waits under this name."""
        return name in self._timers

    def cancel(self, name: str) -> None:
        """What waits under this name does not happen."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    # --- telling the bot

    def notify(self, notification: Notification, concluded: Callable[[bool], None] | None = None) -> None:
        """Send a notification to where this call's notifications go now."""
        outgoing = Outgoing(notification=notification, url=self.callback_url, concluded=concluded)
        self.exchange.send(self.line, outgoing)

    def notify_state(self, **more: Any) -> None:
        """Send an `updated` with the state the call is in."""
        data = notes.call_data(self.id, self.settings, self.state, **more)
        self.notify(Notification(kind="call", change_type="updated", path="", data=data, state=self.state))

    def _ended_notification(self, sender: Identity | None, bare: bool, more: Mapping[str, Any]) -> Notification:
        settings = self.settings
        if bare:
            url = notes.call_url(self.id, "", settings)
            data: dict[str, Any] = {"@odata.type": "#microsoft.graph.call", "@odata.id": url}
        else:
            fields: dict[str, Any] = {}
            if self.result is not None:
                fields["resultInfo"] = self.result
            fields["callChainId"] = self.chain_id
            if sender is not None:
                fields["terminationSender"] = sender.to_graph(settings)
            data = notes.call_data(self.id, settings, "terminated", **fields, **more)
        return Notification(kind="ended", change_type="deleted", path="", data=data, state="terminated")

    # --- the resource

    def resource(self) -> dict[str, Any]:
        """The call as GET shows it."""
        settings = self.settings
        resource: dict[str, Any] = {
            "@odata.context": f"{self.exchange.base_url}/v1.0/$metadata#app/calls/$entity",
            "@odata.type": "#microsoft.graph.call",
            "state": notes.state_word(self.state, settings),
            "direction": self.birth.direction,
            "callbackUri": self.callback_url,
            "callChainId": self.chain_id,
            "tenantId": self.birth.tenant_id,
            "myParticipantId": self.my_participant_id,
            "source": self.source(),
            "targets": self.targets(),
            "requestedModalities": list(self.birth.modalities),
            "id": notes.body_id(self.id, settings),
        }
        if self.settings.beyond_metadata:
            resource.update(activeModalities=[], routingPolicies=[], meetingCapability=None, replacesContext=None)
        resource.update(self.birth.more)
        if settings.meeting_shown == "organizer" and self.conversation is not None:
            resource.update(self.conversation.fields())
        if self.media_config is not None:
            resource["mediaConfig"] = self.media_config
        if self.audio is not None:
            resource["mediaState"] = notes.media_state(self.audio)
        return resource

    def source(self) -> dict[str, Any]:
        """Who calls, as a `participantInfo`; encrypted while the bot has no calling permission."""
        settings, caller = self.settings, self.birth.caller
        encrypted = not any(name.startswith("Calls.") for name in settings.permissions)
        if encrypted and self.birth.direction == "incoming":
            caller = Identity(kind="encrypted", id=uuid.uuid5(uuid.NAMESPACE_URL, caller.id).hex)
        source: dict[str, Any] = {
            "@odata.type": "#microsoft.graph.participantInfo",
            settings.participant_id_key: self.source_participant_id,
            "identity": caller.to_graph(settings),
            "endpointType": "default",
            "region": "emea",
            "languageId": "en-GB",
        }
        if caller.kind == "phone":
            source["countryCode"] = "GB"
        return source

    def targets(self) -> list[dict[str, Any]]:
        """Who was called, as `invitationParticipantInfo`s."""
        targets: list[dict[str, Any]] = []
        for target in self.birth.targets or (self.birth.called,):
            info: dict[str, Any] = {
                "@odata.type": "#microsoft.graph.invitationParticipantInfo",
                "identity": target.to_graph(self.settings),
                "endpointType": "default",
                "region": None,
                "languageId": None,
            }
            if self.birth.direction == "incoming":
                info[self.settings.participant_id_key] = self.my_participant_id
            targets.append(info)
        return targets

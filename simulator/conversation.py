"""A group call or a meeting: who takes part, and when the bot's legs in it end.

The theory. A conversation is the people in it; a call with a conversation is the bot's leg of it. Whoever joins,
leaves, is muted or let in changes the roster, and every leg that is up hears of it (`simulator.roster`). A leg ends
with the conversation, when its participant is removed, or when the bot stays behind alone for too long; a bot's hang up
ends its own leg only.

Source: https://learn.microsoft.com/graph/api/resources/participant, https://learn.microsoft.com/graph/api/call-delete
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from simulator import connecting, roster
from simulator.call import Call
from simulator.exchange import Exchange
from simulator.identities import Identity
from simulator.ids import same_id

if TYPE_CHECKING:
    from simulator.online_meetings import OnlineMeeting
    from simulator.settings import SimulatorSettings


class Participant:
    """Somebody in a conversation, perhaps still in its lobby. `call` is the bot's leg, if it is the bot."""

    def __init__(self, participant_id: str, identity: Identity, call: Call | None) -> None:
        self.id = participant_id
        self.identity = identity
        self.call = call
        #: The number by which media sockets know this participant.
        self.source_id = 0
        self.muted = False
        self.server_muted = False
        self.in_lobby = False
        #: Counts for nobody, and is in nobody's roster.
        self.hidden = False
        self.on_hold = False
        #: `recordingInfo` of the roster, while this participant says that it records.
        self.recording: Mapping[str, Any] | None = None
        #: The roster's number when this participant last changed.
        self.changed_at = 0
        #: Its resource as last shown, with the settings and the change that it shows.
        self.shown: tuple[SimulatorSettings, int, dict[str, Any]] | None = None


class Conversation:
    """One group call or meeting."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        tenant_id: str,
        initiator: Identity,
        meeting: OnlineMeeting | None = None,
        thread_id: str | None = None,
    ) -> None:
        self.id = str(uuid.uuid4())
        self.exchange = exchange
        self.tenant_id = tenant_id
        self.initiator = initiator
        self.meeting = meeting
        #: Its chat; a group call of the bot's has none.
        self.thread_id = meeting.thread_id if meeting is not None else thread_id
        #: It ends when its organizer leaves.
        self.needs_host = False
        #: Nobody new comes in.
        self.locked = False
        self.participants: dict[str, Participant] = {}
        #: Counts changes of the roster.
        self.sequence = 0
        #: Who left, with the number of the roster then.
        self.left: list[tuple[int, Participant]] = []
        #: Whether rosters are told: after an escalation they were reported missing.
        self.roster_told = True
        self.over = False
        #: Who shares content, by session (`simulator.sharing`).
        self.sharing: dict[str, Participant] = {}
        #: `audioRoutingGroup`s, by id.
        self.routing: dict[str, dict[str, Any]] = {}
        self._sources = 0

    # --- what it is

    @property
    def kind(self) -> Literal["group", "meeting"]:
        """A meeting, or a call of several people."""
        return "group" if self.meeting is None else "meeting"

    def fields(self) -> dict[str, Any]:
        """`chatInfo` and `meetingInfo`, as a call in it shows them."""
        if self.thread_id is None:
            return {}
        chat = self.meeting.chat if self.meeting is not None else {"threadId": self.thread_id, "messageId": "0"}
        fields: dict[str, Any] = {"chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", **chat}}
        if self.meeting is not None:
            fields["meetingInfo"] = {
                "@odata.type": "#microsoft.graph.organizerMeetingInfo",
                "organizer": self.meeting.organizer.to_graph(self.exchange.settings),
                "allowConversationWithoutHost": not self.needs_host,
            }
        return fields

    def makes_wait(self, call: Call) -> bool:
        """Whether this leg of the bot's has to wait in the lobby."""
        if self.meeting is None or call.birth.direction == "incoming":
            return False
        scope, more = self.meeting.lobby_scope, call.birth.more
        if call.birth.caller.kind == "guest":
            return scope != "everyone" and more.get("allowGuestToBypassLobby") is not True
        return scope in ("organizer", "invited")

    # --- who is there

    @property
    def legs(self) -> list[Participant]:
        """The bot's own participants."""
        return [one for one in self.participants.values() if one.call is not None]

    def find(self, who: str) -> Participant | None:
        """The participant with this participant id, user id or number."""
        key = same_id(who)
        found = self.participants.get(key)
        return found or next((one for one in self.participants.values() if one.identity.id == key), None)

    def others(self, me: Participant) -> list[Participant]:
        """Everybody else who is really in, not in the lobby."""
        return [one for one in self.participants.values() if one is not me and not one.in_lobby]

    # --- coming and going

    def join(self, identity: Identity, *, participant_id: str | None = None, in_lobby: bool = False) -> Participant:
        """Somebody comes in."""
        participant = Participant(participant_id or str(uuid.uuid4()), identity, None)
        participant.in_lobby = in_lobby
        self._admit(participant)
        return participant

    def enter(self, call: Call) -> Participant:
        """The bot's leg is established: it is in, or waits in the lobby until somebody lets it in."""
        birth = call.birth
        me = birth.caller if birth.direction == "outgoing" else birth.called
        participant = Participant(call.my_participant_id, me, call)
        participant.in_lobby = self.makes_wait(call)
        call.on_end.append(lambda: self.leave(participant))
        self._admit(participant)
        if participant.in_lobby:
            settings = call.settings
            call.later("lobby", settings.lobby_timeout_s, lambda: call.end(settings.result("lobby_timeout")))
        self._watch_loneliness()
        return participant

    def admit(self, participant: Participant) -> None:
        """Somebody lets them in from the lobby."""
        if not participant.in_lobby:
            return
        participant.in_lobby = False
        self.changed(participant)
        if participant.call is not None:
            participant.call.cancel("lobby")
            connecting.media_active(participant.call)
        self._watch_loneliness()

    def leave(self, participant: Participant, ending: str | None = None) -> None:
        """They go. With an ending, a leg of the bot's ends so; without one it is taken to be ending by itself."""
        if self.participants.pop(participant.id, None) is None:
            return
        self.sequence += 1
        self.left.append((self.sequence, participant))
        if ending is not None and participant.call is not None:
            participant.call.end(participant.call.settings.result(ending))
        self._tell()
        if self._leaves_without_them(participant):
            return
        self._watch_loneliness()

    def end(self, ending: str = "conversation_ended") -> None:
        """The conversation is over for everybody."""
        self.over = True
        legs = self.legs
        self.participants.clear()
        for leg in legs:
            assert leg.call is not None
            leg.call.end(leg.call.settings.result(ending))

    def changed(self, participant: Participant) -> None:
        """Something about them is different in the roster."""
        self.sequence += 1
        participant.changed_at = self.sequence
        self._tell()

    # --- inside

    def _admit(self, participant: Participant) -> None:
        self._sources += 1
        participant.source_id = self._sources
        self.participants[participant.id] = participant
        self.changed(participant)
        self._watch_loneliness()

    def _tell(self) -> None:
        for leg in self.legs:
            assert leg.call is not None
            roster.tell_soon(self, leg.call)

    def _leaves_without_them(self, participant: Participant) -> bool:
        """Whether this participant's leaving ends the conversation."""
        settings = self.exchange.settings
        if participant.identity.id != self.initiator.id or participant.call is not None:
            return False
        if self.kind == "group" and settings.group_call_ends_with_initiator:
            self.end("initiator_left")
        elif self.needs_host:
            self.end("no_host")
        return self.over

    def _watch_loneliness(self) -> None:
        """A leg that is alone ends some time later, unless somebody comes."""
        settings = self.exchange.settings
        patience = settings.alone_in_group_s if self.kind == "group" else settings.alone_in_meeting_s
        for leg in self.legs:
            call, ending = leg.call, self._loneliness(leg)
            assert call is not None
            if ending is None or patience is None or call.ringing:
                call.cancel("alone")
            else:
                result = settings.result(ending)
                call.later("alone", patience, lambda call=call, result=result: call.end(result))

    def _loneliness(self, leg: Participant) -> str | None:
        others = self.others(leg)
        if any(not one.hidden for one in others) or leg.in_lobby:
            return None
        if others:
            return "only_hidden_left"
        if not self.left:
            return "nobody_joined"
        return "all_others_left" if self.kind == "group" else "alone"

    def rang_out(self) -> None:
        """A telephone rings no more: whoever waited for it may be alone now."""
        self._watch_loneliness()

"""What people do in group calls and meetings: begin them, come, go, mute themselves, let others in, throw others out.

A conversation is named by its own id, by the id of its meeting, or by the id of a call of the bot's in it; somebody in
it by participant id, by user id, or by number.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator import escalation, identities, policy, roster, sharing
from simulator.call import Call
from simulator.conversation import Conversation, Participant
from simulator.identities import Identity, NobodySuch
from simulator.ids import same_id
from simulator.online_meetings import OnlineMeeting
from simulator.results import ENDINGS, NoSuchEnding

if TYPE_CHECKING:
    from simulator.simulator import Simulator

Person = Mapping[str, Any]
_MOST_PEOPLE = 1000


class NoSuchConversation(KeyError):
    """There is no group call or meeting with this id."""

    def __str__(self) -> str:
        return f"there is no group call or meeting {self.args[0]}"


class NotThere(Exception):
    """Nobody with this id is in the conversation, or the call is not one that this can happen to."""


class People:
    """Everybody but the bot, in conversations. Methods must be called on the event loop."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def create_meeting(
        self,
        organizer: Person | None = None,
        participants: Sequence[Person] | int = (),
        *,
        subject: str | None = None,
        lobby: str = "organization",
        passcode: bool = True,
        needs_host: bool = False,
        in_channel: bool = False,
        tenant_id: str | None = None,
    ) -> OnlineMeeting:
        """A meeting that starts now, with people in it: these, or so many.

        `lobby` is who need not wait there (`lobbyBypassScope`), `needs_host` whether it ends when its organizer
        leaves. Raises `NobodySuch`.
        """
        simulator = self._simulator
        tenant = tenant_id or simulator.settings.tenant_id
        host = identities.caller(organizer, simulator.settings, tenant)
        people = self._people(participants, tenant)
        options: dict[str, Any] = {"lobbyBypassSettings": {"scope": lobby}}
        if subject is not None:
            options["subject"] = subject
        meeting = simulator.online_meetings.create(
            host,
            tenant,
            now=simulator.clock.now(),
            passcode_needed=passcode,
            options=options,
            in_channel=in_channel,
        )
        conversation = simulator.conversation_of(meeting)
        conversation.needs_host = needs_host
        for who in people:
            conversation.join(who)
        return meeting

    def conversation(self, name: str) -> Conversation:
        """The group call or meeting with this name. Raises `NoSuchConversation`."""
        simulator = self._simulator
        found = simulator.conversations.get(same_id(name))
        if found is not None:
            return found
        meeting = simulator.online_meetings.get(name)
        if meeting is not None:
            return simulator.conversation_of(meeting)
        call = simulator.calls.get(same_id(name))
        if call is None or call.conversation is None:
            raise NoSuchConversation(name)
        return call.conversation

    def invited_into(
        self, who: Identity, tenant_id: str, meeting: str | None, group: Sequence[Person]
    ) -> Conversation | None:
        """Where somebody invites the bot: a meeting or group call that is, or a new one of them and a group.

        None when it is a call between two. Raises `NoSuchConversation`, `NobodySuch`.
        """
        if meeting is not None:
            return self.conversation(meeting)
        if not group:
            return None
        others = self._people(group, tenant_id)
        thread_id = f"19:{uuid.uuid4().hex}@thread.v2"
        conversation = self._simulator.converse(initiator=who, tenant_id=tenant_id, thread_id=thread_id)
        for one in (who, *others):
            conversation.join(one)
        return conversation

    def join(self, name: str, people: Sequence[Person] | int, *, every_s: float = 0.0, in_lobby: bool = False) -> None:
        """People come in, one each so many seconds. Raises `NoSuchConversation`, `NobodySuch`, `NotThere`."""
        conversation = self.conversation(name)
        if conversation.over:
            raise NotThere("the conversation is over")
        clock = self._simulator.clock
        for index, who in enumerate(self._people(people, conversation.tenant_id)):
            if not every_s:
                conversation.join(who, in_lobby=in_lobby)
            else:
                clock.at(
                    clock.now() + index * every_s,
                    lambda who=who: conversation.over or conversation.join(who, in_lobby=in_lobby),
                )

    def leave(self, name: str, who: str) -> None:
        """Somebody goes. Raises `NoSuchConversation`, `NotThere`."""
        conversation, participant = self._somebody(name, who)
        if participant.call is not None:
            raise NotThere(f"{who} is the bot: it can be removed, it does not go by itself")
        conversation.leave(participant)

    def remove(self, name: str, who: str) -> None:
        """Somebody is thrown out by somebody else; the bot, too. Raises `NoSuchConversation`, `NotThere`."""
        conversation, participant = self._somebody(name, who)
        conversation.leave(participant, "removed")

    def mute(self, name: str, who: str, muted: bool = True) -> None:
        """Somebody mutes themselves, or unmutes; that also ends the server's muting.

        Raises `NoSuchConversation`, `NotThere`.
        """
        conversation, participant = self._somebody(name, who)
        participant.muted = muted
        participant.server_muted = participant.server_muted and muted
        conversation.changed(participant)

    def admit(self, name: str, who: str) -> None:
        """Somebody is let in from the lobby. Raises `NoSuchConversation`, `NotThere`."""
        conversation, participant = self._somebody(name, who)
        conversation.admit(participant)

    def share(self, name: str, who: str) -> str:
        """Somebody shares content; returns the session's id. Raises `NoSuchConversation`, `NotThere`."""
        return sharing.start(*self._somebody(name, who))

    def stop_sharing(self, name: str, who: str) -> None:
        """Somebody shares no longer. Raises `NoSuchConversation`, `NotThere`."""
        conversation, participant = self._somebody(name, who)
        session_id = sharing.session_of(conversation, participant)
        if session_id is None:
            raise NotThere(f"{who} shares nothing")
        sharing.stop(conversation, session_id)

    def lock(self, name: str, locked: bool = True) -> None:
        """Nobody new comes in. Raises `NoSuchConversation`."""
        self.conversation(name).locked = locked

    def end(self, name: str, reason: str = "conversation_ended") -> None:
        """It is over for everybody; `reason` is a name of `ENDINGS`. Raises `NoSuchConversation`, `NoSuchEnding`."""
        if reason not in ENDINGS:
            raise NoSuchEnding(reason)
        self.conversation(name).end(reason)

    def escalate(self, call_id: str, people: Sequence[Person]) -> Conversation | None:
        """The person whom the bot talks to brings in others: a call between two becomes a group call.

        None when the bot may not be in one and was dropped. Raises `NoSuchCall`, `NobodySuch`, `NotThere`.
        """
        call = self._simulator.call(call_id)
        if call.state != "established" or call.conversation is not None:
            raise NotThere(f"call {call_id} is no established call between two")
        return escalation.escalate(call, self._people(people, call.birth.tenant_id))

    def join_policy(self, call_id: str, who: Person) -> str | None:
        """Somebody of the same recording policy joins a recorder's call; it is asked whether it takes them.

        Where it does not take several, or no more, they are a new call that rings; returns its id. Raises
        `NoSuchCall`, `NobodySuch`, `NotThere`.
        """
        call = self._recorder(call_id)
        settings = self._simulator.settings
        if not policy.takes_joiners(call):
            return self._simulator.ring(who, tenant_id=call.birth.tenant_id, policy=True)
        policy.ask(call, identities.caller(who, settings, call.birth.tenant_id))
        return None

    def leave_policy(self, call_id: str, who: str) -> None:
        """Somebody whom the recorder took, too, leaves. Raises `NoSuchCall`, `NotThere`."""
        call = self._recorder(call_id)
        found = next((key for key, one in call.policy_group.taken.items() if same_id(who) in (key, one.id)), None)
        if found is None:
            raise NotThere(f"nobody called {who} was taken")
        policy.leave(call, found)

    def _recorder(self, call_id: str) -> Call:
        call = self._simulator.call(call_id)
        if not call.birth.policy or call.state != "established":
            raise NotThere(f"call {call_id} is no established call of a policy recorder")
        return call

    def summary(self, conversation: Conversation) -> dict[str, Any]:
        """A conversation as the control plane shows it."""
        settings = self._simulator.settings
        return {
            "id": conversation.id,
            "kind": conversation.kind,
            "over": conversation.over,
            "initiator": {conversation.initiator.kind: conversation.initiator.id},
            "calls": [leg.call.id for leg in conversation.legs if leg.call is not None],
            "participants": [
                {**roster.resource(one, settings), "onHold": one.on_hold, "hidden": one.hidden}
                for one in conversation.participants.values()
            ],
        }

    def _somebody(self, name: str, who: str) -> tuple[Conversation, Participant]:
        conversation = self.conversation(name)
        participant = conversation.find(who)
        if participant is None:
            raise NotThere(f"nobody called {who} is there")
        return conversation, participant

    def _people(self, people: Sequence[Person] | int, tenant_id: str) -> list[Identity]:
        if isinstance(people, int):
            if not 0 <= people <= _MOST_PEOPLE:
                raise NobodySuch(f"so many people must be from 0 to {_MOST_PEOPLE}")
            return [_extra(number, tenant_id) for number in range(1, people + 1)]
        return [identities.caller(one, self._simulator.settings, tenant_id) for one in people]


def _extra(number: int, tenant_id: str) -> Identity:
    """One of a crowd."""
    user_id = f"0c1f5b00-5555-4a2b-9c3d-{number:012x}"
    return Identity(kind="user", id=user_id, display_name=f"Participant {number}", tenant_id=tenant_id)

"""Who is in a group call or meeting: look, mute, remove.

Sources: https://learn.microsoft.com/graph/api/call-list-participants, participant-get, participant-delete,
participant-mute, call-mute, call-unmute
"""

from __future__ import annotations

from simulator import roster
from simulator.actions.asked import Answer, Asked, operation_answer
from simulator.call import Call
from simulator.conversation import Conversation, Participant
from simulator.errors import GraphError, no_permission, not_a_group_call, not_established, not_present
from simulator.ids import same_id
from simulator.operations import Instant


def list_participants(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/participants`; a call between two has none to show."""
    call = asked.call
    context = f"{call.exchange.base_url}/v1.0/$metadata#communications/calls/participants"
    people = [] if call.conversation is None else roster.participants(call.conversation, call)
    return Answer(status=200, body={"@odata.context": context, "value": people})


def get_participant(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/participants/{id}`."""
    conversation = in_conversation(asked.call)
    return Answer(status=200, body=roster.resource(named(asked, conversation), asked.call.settings))


def remove_participant(asked: Asked) -> Answer:
    """`DELETE /communications/calls/{id}/participants/{id}`: they are gone, or their invitation is."""
    call = asked.call
    conversation = in_conversation(call)
    if not call.settings.remove_participant_allowed:
        raise no_permission()
    invited = next((one for one in call.ringing if one.participant_id == same_id(asked.path["participant_id"])), None)
    if invited is not None:
        invited.decide("invite_cancelled")
        return Answer(status=204)
    participant = named(asked, conversation)
    meeting = conversation.meeting
    if meeting is not None and participant.identity.id == meeting.organizer.id:
        raise GraphError(403, "8552", "The organizer cannot be removed.")
    conversation.leave(participant, "removed")
    return Answer(status=204)


def mute_participant(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/participants/{id}/mute`: by the server; they may unmute themselves."""
    return _muted(asked, named(asked, in_conversation(asked.call)), True)


def mute(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/mute`: the bot itself."""
    return _muted(asked, _myself(asked.call), True)


def unmute(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/unmute`: the bot itself; there is no unmuting of others."""
    return _muted(asked, _myself(asked.call), False)


def in_conversation(call: Call) -> Conversation:
    """The group call or meeting that this call is in. Raises `GraphError`."""
    if call.conversation is None:
        raise not_a_group_call()
    if call.state != "established":
        raise not_established()
    return call.conversation


def named(asked: Asked, conversation: Conversation) -> Participant:
    """The participant that the path names. Raises `GraphError` 404."""
    participant = conversation.participants.get(same_id(asked.path["participant_id"]))
    if participant is None:
        raise not_present()
    return participant


def _myself(call: Call) -> Participant:
    me = in_conversation(call).participants.get(call.my_participant_id)
    if me is None:
        raise not_present()
    return me


def _muted(asked: Asked, participant: Participant, muted: bool) -> Answer:
    call = asked.call
    kind = "muteParticipantOperation" if muted else "unmuteParticipantOperation"
    operation = Instant(call, asked.body.client_context(), kind)
    call.operations.add(operation)
    if participant.server_muted != muted:
        participant.server_muted = muted
        in_conversation(call).changed(participant)
    return operation_answer(operation)

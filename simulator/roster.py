"""Rosters: the list of everybody in a conversation, told to each leg of the bot's.

Every roster is the whole list: whoever is missing has left. Changes that come close together make one roster, so that
three hundred people who join at once are not three hundred lists of up to three hundred. A call with the option
`isDeltaRosterEnabled` is told what has changed only.

Source: https://learn.microsoft.com/graph/api/resources/participant
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.call import Call
from simulator.notifications import Notification
from simulator.settings import SimulatorSettings

if TYPE_CHECKING:
    from simulator.conversation import Conversation, Participant

_PATH = "/participants"


def tell_soon(conversation: Conversation, call: Call) -> None:
    """Send the roster to a leg a moment later, together with what changes until then."""
    if call.state != "established" or not conversation.roster_told or call.waits("roster"):
        return
    settings, now = call.settings, call.exchange.clock.now()
    pause = call.roster_told_at + settings.roster_interval_s - now
    call.later("roster", max(settings.roster_delay_s, pause), lambda: _tell(conversation, call))


def participants(conversation: Conversation, call: Call) -> list[dict[str, Any]]:
    """The roster as one leg sees it: from the lobby, only itself."""
    me = conversation.participants.get(call.my_participant_id)
    if me is None:
        return []
    seen = [me] if me.in_lobby else [one for one in conversation.participants.values() if not one.hidden or one is me]
    return [resource(one, call.settings) for one in seen]


def resource(participant: Participant, settings: SimulatorSettings) -> dict[str, Any]:
    """A `participant`. The same object until they change: a roster of hundreds is told hundreds of times."""
    kept = participant.shown
    if kept is None or kept[0] is not settings or kept[1] != participant.changed_at:
        participant.shown = kept = (settings, participant.changed_at, _resource(participant, settings))
    return kept[2]


def _resource(participant: Participant, settings: SimulatorSettings) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.participant",
        "id": participant.id,
        "info": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": participant.identity.to_graph(settings),
            "endpointType": "default",
            "languageId": "en-GB",
        },
        "mediaStreams": [
            {
                "@odata.type": "#microsoft.graph.mediaStream",
                "mediaType": "audio",
                "sourceId": str(participant.source_id),
                "direction": "sendReceive",
                "serverMuted": participant.server_muted,
                "label": "main-audio",
            }
        ],
        "isMuted": participant.muted or participant.server_muted,
        "isInLobby": participant.in_lobby,
        "metadata": None,
    }
    if settings.roster_sequence_numbers:
        shown["rosterSequenceNumber"] = participant.changed_at
    if participant.recording is not None:
        shown["recordingInfo"] = participant.recording
    return shown


def _tell(conversation: Conversation, call: Call) -> None:
    call.roster_told_at = call.exchange.clock.now()
    people = participants(conversation, call)
    data = _delta(conversation, call, people) if call.options.get("isDeltaRosterEnabled") is True else people
    call.notify(Notification(kind="roster", change_type="updated", path=_PATH, data=data, state=str(len(people))))


def _delta(conversation: Conversation, call: Call, people: list[dict[str, Any]]) -> dict[str, Any]:
    """What has changed since the last one; its envelope was never seen in the open."""
    since, numbers = call.roster_told, conversation.participants
    me = numbers.get(call.my_participant_id)
    if me is None or not me.in_lobby:
        call.roster_told = conversation.sequence
    changed = [
        {**one, "rosterSequenceNumber": numbers[one["id"]].changed_at}
        for one in people
        if numbers[one["id"]].changed_at > since
    ]
    removed = [
        {
            "@odata.type": "#microsoft.graph.participant",
            "id": one.id,
            "removedState": {"@odata.type": "#microsoft.graph.removedState", "reason": "left"},
            "rosterSequenceNumber": number,
        }
        for number, one in conversation.left
        if number > since
    ]
    return {
        "@odata.type": "#microsoft.graph.deltaParticipants",
        "sequenceNumber": conversation.sequence,
        "participants": [*changed, *removed],
    }

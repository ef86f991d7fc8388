"""Policy-based recording: a recorder's call that others of the same policy join and leave.

A recorder that answers with a `participantCapacity` above 1 is asked about later joiners in its webhook, and says in
the body of its 200 whether it takes them; without, or once it is full, each joiner is a new call that rings.

Source: https://learn.microsoft.com/graph/api/resources/participantjoiningnotification
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from simulator import notifications as notes
from simulator.call import Call
from simulator.delivery import Outgoing
from simulator.identities import Identity
from simulator.notifications import Notification

#: What the recorder may answer, and what becomes of the joiner.
ANSWERS = {
    "#microsoft.graph.acceptJoinResponse": "is recorded, too",
    "#microsoft.graph.rejectJoinResponse": "is not recorded",
    "#microsoft.graph.inviteNewBotResponse": "is recorded by another bot",
}


def takes_joiners(call: Call) -> bool:
    """Whether this recorder is asked about one more."""
    return len(call.policy_group.taken) + 1 < call.policy_group.capacity


def ask(call: Call, who: Identity) -> None:
    """Somebody joins: ask the recorder, and write down what it says."""
    participant_id, settings = str(uuid.uuid4()), call.settings
    source: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.participantInfo",
        settings.participant_id_key: participant_id,
        "identity": who.to_graph(settings),
        "endpointType": "default",
    }
    context = {
        "@odata.type": "#microsoft.graph.incomingContext",
        "sourceParticipantId": participant_id,
        "observedParticipantId": participant_id,
    }
    about = {
        "@odata.type": "#microsoft.graph.call",
        "state": notes.state_word("incoming", settings),
        "direction": "incoming",
        "source": source,
        "incomingContext": context,
    }
    data = {"@odata.type": "#microsoft.graph.participantJoiningNotification", "call": about}
    note = Notification(kind="joining", change_type="created", path="/participantJoining", data=data, state="joining")

    def replied(reply: Mapping[str, Any] | None) -> None:
        kind = reply.get("@odata.type") if reply is not None else None
        call.transcript.add("far_end", does=ANSWERS.get(str(kind), "hears nothing it understands"), who=who.id)
        if kind == "#microsoft.graph.acceptJoinResponse" and not call.over:
            call.policy_group.taken[participant_id] = who

    call.exchange.send(call.line, Outgoing(notification=note, url=call.callback_url, replied=replied))


def leave(call: Call, participant_id: str) -> None:
    """Somebody of the group goes: tell the recorder."""
    call.policy_group.taken.pop(participant_id)
    result = notes.result_info(call.settings.result("conversation_ended"), call.settings)
    data = {
        "@odata.type": "#microsoft.graph.participantLeftNotification",
        "participantId": participant_id,
        "call": {"@odata.type": "#microsoft.graph.call", "resultInfo": result},
    }
    call.notify(Notification(kind="left", change_type="deleted", path="/participantLeft", data=data, state="left"))

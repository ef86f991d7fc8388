"""A ringing call: how the bot hears of it, and how it answers or rejects it.

Sources: https://learn.microsoft.com/graph/api/call-answer, call-reject
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import connecting, identities
from simulator import notifications as notes
from simulator.actions.asked import Answer, Asked
from simulator.actions.media_config import MediaConfig
from simulator.call import Call
from simulator.errors import invalid, wrong_state
from simulator.identities import Identity
from simulator.notifications import Notification
from simulator.permissions import JOIN_GROUP, JOIN_GROUP_AS_GUEST

_REASONS = ("none", "busy", "forbidden")


def ring(call: Call) -> None:
    """Tell the bot that it is called. Its window to answer opens when this is sent."""
    settings = call.settings
    data: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.call",
        "state": notes.state_word("incoming", settings),
        "direction": "incoming",
        "callbackUri": call.callback_url,
        "callChainId": call.chain_id,
        "tenantId": call.birth.tenant_id,
        "myParticipantId": call.my_participant_id,
        "source": call.source(),
        "targets": call.targets(),
        "requestedModalities": list(call.birth.modalities),
        **_group_fields(call),
        **(_policy_fields(call) if call.birth.policy else {}),
        "id": notes.body_id(call.id, settings),
    }
    window = settings.policy_answer_window_s if call.birth.policy else settings.answer_window_s
    call.later("window", window, lambda: call.end(call.settings.result("not_answered")))

    def concluded(taken: bool) -> None:
        if not taken and call.state == "incoming" and call.settings.unacknowledged_call_ends:
            call.end(call.settings.result("not_acknowledged"))

    call.notify(Notification(kind="incoming", change_type="created", path="", data=data, state="incoming"), concluded)


def answer(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/answer`."""
    call, body = asked.call, asked.body
    config = MediaConfig.of(body.raw("mediaConfig"))
    body.modalities("acceptedModalities")
    capacity = body.number("participantCapacity", 0, 0, 2**31 - 1)
    options = body.object("callOptions")
    callback_uri = body.callback_uri()
    if callback_uri is None and not call.settings.callback_uri_optional:
        raise invalid("callbackUri is required.")
    still_ringing(call)
    if call.conversation is not None:
        asked.needs(JOIN_GROUP, JOIN_GROUP_AS_GUEST)
    call.move("answered")
    call.cancel("window")
    call.callback_url = callback_uri or call.callback_url
    call.options = options
    call.policy_group.capacity = capacity
    config.apply(call)
    connecting.start(call)
    call.later("establishing", call.settings.establishing_delay_s, lambda: _establishing(call))
    return Answer(status=202)


def reject(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/reject`."""
    call, body = asked.call, asked.body
    reason = None if body.raw("reason") is None else body.word("reason", _REASONS)
    callback_uri = body.callback_uri()
    still_ringing(call)
    call.callback_url = callback_uri or call.callback_url
    call.transcript.add("far_end", does="hears that the call is rejected", reason=reason)
    call.end(None, bare=call.settings.reject_notification_bare)
    return Answer(status=202)


def _establishing(call: Call) -> None:
    call.notify_state()
    connecting.connect(call)


def still_ringing(call: Call) -> None:
    """Refuse what only a ringing call can have. Raises `GraphError`."""
    if call.state != "incoming":
        raise wrong_state(f"The call is {call.state}: only an incoming call can be answered, rejected or redirected.")


def target(item: Any, where: str = "targets") -> Identity:
    """Somebody to be called, out of `targets` or another list. Raises `GraphError`."""
    identity = identities.from_graph(item.get("identity")) if isinstance(item, Mapping) else None
    if identity is None:
        raise invalid(f"{where} must hold invitationParticipantInfo objects whose identity has an id.")
    return identity


def _group_fields(call: Call) -> dict[str, Any]:
    """What an invitation into a group call or a meeting has more: its chat, its organizer, who invites."""
    if call.conversation is None:
        return {}
    context = {
        "@odata.type": "#microsoft.graph.incomingContext",
        "sourceParticipantId": call.source_participant_id,
    }
    return {**call.birth.more, "incomingContext": context}


def _policy_fields(call: Call) -> dict[str, Any]:
    """What a policy recorder's call has more: why it was invited, and whom it is to observe."""
    return {
        "meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": f"join-{call.chain_id}"},
        "incomingContext": {
            "@odata.type": "#microsoft.graph.incomingContext",
            "sourceParticipantId": call.source_participant_id,
            "observedParticipantId": call.source_participant_id,
        },
        "applicationMetadata": {
            "botData": {
                "mediaHostedRegion": "EUWE",
                "user": {"participationMethod": "callee", "clientLocation": "GB"},
                "inviteReasons": ["PolicyBasedRecording"],
                "policyIdentifier": "Policy A",
                "pairedRecorders": [],
                "otherRecorders": [],
            }
        },
    }

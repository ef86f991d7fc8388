"""What becomes of a ringing call: answer, reject, redirect.

Sources: https://learn.microsoft.com/graph/api/call-answer, call-reject, call-redirect
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
from simulator.settings import Target

_REASONS = frozenset({"none", "busy", "forbidden"})
_DEFAULT_RING_S = {True: 55, False: 60}


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
    _still_ringing(call)
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
    if body.raw("reason") not in (None, *_REASONS):
        raise invalid(f"reason must be one of {', '.join(sorted(_REASONS))}.")
    callback_uri = body.callback_uri()
    _still_ringing(call)
    call.callback_url = callback_uri or call.callback_url
    call.transcript.add("far_end", does="hears that the call is rejected", reason=body.raw("reason"))
    call.end(None, bare=call.settings.reject_notification_bare)
    return Answer(status=202)


def redirect(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/redirect`. Several targets ring at once; the first to answer has the call."""
    call, body = asked.call, asked.body
    targets = [target(item) for item in body.items("targets", 1, 25)]
    ring_s = body.number("timeout", _DEFAULT_RING_S[len(targets) == 1], 15, 90)
    callback_uri = body.callback_uri()
    _still_ringing(call)
    call.move("redirected")
    call.cancel("window")
    call.callback_url = callback_uri or call.callback_url
    call.transcript.add("far_end", does="rings", who=[target.id for target in targets])
    after_s, outcome, who = _first_to_act(call, targets, ring_s)
    call.later("redirect", after_s, lambda: _redirected(call, outcome, who))
    return Answer(status=202)


def _establishing(call: Call) -> None:
    call.notify_state()
    connecting.connect(call)


def _still_ringing(call: Call) -> None:
    if call.state != "incoming":
        raise wrong_state(f"The call is {call.state}: only an incoming call can be answered, rejected or redirected.")


def target(item: Any, where: str = "targets") -> Identity:
    """Somebody to be called, out of `targets` or another list. Raises `GraphError`."""
    identity = identities.from_graph(item.get("identity")) if isinstance(item, Mapping) else None
    if identity is None:
        raise invalid(f"{where} must hold invitationParticipantInfo objects whose identity has an id.")
    return identity


def _first_to_act(call: Call, targets: list[Identity], ring_s: int) -> tuple[float, str, Identity]:
    """When, how and by whom the redirect is decided: by the first to answer, else by the last to say no."""
    plans = [(_plan(call, target), target) for target in targets]
    answers = [(plan.after_s, target) for plan, target in plans if plan.outcome == "answers" and plan.after_s <= ring_s]
    if answers:
        after_s, who = min(answers, key=lambda one: one[0])
        return after_s, "answers", who
    if any(plan.outcome in ("no_answer", "answers", "waits") for plan, _ in plans):
        return float(ring_s), "no_answer", targets[0]
    plan, who = max(plans, key=lambda one: one[0].after_s)
    return min(plan.after_s, ring_s), plan.outcome, who


def _plan(call: Call, who: Identity) -> Target:
    """How somebody behaves; only resource accounts reach the telephone network, and no one other tenants' users."""
    out_of_reach = who.kind == "phone" and not call.birth.reaches_phones
    if out_of_reach or call.settings.foreign(who.id, who.tenant_id, call.birth.tenant_id):
        return Target(outcome="fails")
    return call.exchange.plan(who.id)


def _redirected(call: Call, outcome: str, who: Identity) -> None:
    call.transcript.add("far_end", does=outcome, who=who.id)
    if outcome == "answers":
        answered_by = {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": who.to_graph(call.settings),
            "endpointType": "default",
        }
        call.end(None, answeredBy=answered_by, direction="incoming", tenantId=call.birth.tenant_id)
    else:
        call.end(call.settings.result(outcome))


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

"""Handing a call on.

The theory. A transfer names who is to have the call. *Blind*: their telephone rings, and when they answer the bot is
out. *Consultative* (`replacesCallId`): the bot already talks to them on another call of its own; the far ends of both
calls are joined, and both of the bot's calls end. Which of the two calls the URL names is told differently by the page
(the one to be handed on, replacing the one to the target) and by the official client (the later one, replacing the
original): both ways join the same two people, so both are played, unless a setting allows one only. *Out of a group
call*: the request says which participant leaves it for the target. Whatever fails gives the call back, established.

Source: https://learn.microsoft.com/graph/api/call-transfer. There is no operation: progress arrives as call states.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator import identities
from simulator import notifications as notes
from simulator.actions.asked import Answer, Asked
from simulator.call import Call
from simulator.conversation import Participant
from simulator.dialling import Ringing
from simulator.errors import invalid, not_established, not_present
from simulator.identities import Identity
from simulator.ids import same_id

_VOICEMAIL_S = 0.5


@dataclass(frozen=True, kw_only=True)
class _Transfer:
    """What is to happen."""

    call: Call
    target: Identity
    voicemail: bool
    #: Who leaves a group call; None in a call between two.
    transferee: Participant | None
    #: The id of the bot's other call, when the target was asked first.
    replaces: str | None


def transfer(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/transfer`."""
    call, value = asked.call, asked.body.raw("transferTarget")
    target = identities.from_graph(value.get("identity")) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or target is None:
        raise invalid("transferTarget must be an invitationParticipantInfo whose identity has an id.")
    replaces = value.get("replacesCallId")
    if replaces is not None and not isinstance(replaces, str):
        raise invalid("transferTarget.replacesCallId must be the id of a call.")
    if call.state != "established":
        raise not_established()
    wanted = _Transfer(
        call=call,
        target=target,
        voicemail=value.get("endpointType") == "voicemail",
        transferee=_transferee(call, asked.body.raw("transferee")),
        replaces=replaces,
    )
    call.move("transferred")
    call.notify_state()
    if replaces is None:
        _ring(wanted)
    else:
        call.later("transfer", call.settings.replace_delay_s, lambda: _join(wanted))
    return Answer(status=202)


def _transferee(call: Call, value: Any) -> Participant | None:
    """Who is handed on out of a group call: by participant id, else by identity. Raises `GraphError`."""
    if value is not None and not isinstance(value, Mapping):
        raise invalid("transferee must be a participantInfo.")
    if call.conversation is None:
        return None
    if value is None:
        raise invalid("transferee is required to transfer from a group call.")
    named = identities.from_graph(value.get("identity"))
    participant_id = value.get("participantId") or (named.id if named is not None else None)
    found = call.conversation.find(same_id(participant_id)) if isinstance(participant_id, str) else None
    if found is None:
        raise not_present()
    return found


def _ring(wanted: _Transfer) -> None:
    call, target = wanted.call, wanted.target
    # Only resource accounts reach the telephone network, and no one other tenants' users.
    unreachable = target.kind == "phone" and not call.birth.reaches_phones
    if unreachable or call.settings.foreign(target.id, target.tenant_id, call.birth.tenant_id):
        _decide_later(wanted, "rings", "fails", call.exchange.plan(target.id).after_s)
    elif wanted.voicemail:
        _decide_later(wanted, "voicemail answers", "answers", _VOICEMAIL_S)
    else:
        Ringing(call, target, lambda outcome: _decided(wanted, outcome), ring_s=call.settings.transfer_ring_s)


def _decide_later(wanted: _Transfer, does: str, outcome: str, after_s: float) -> None:
    """What no person decides."""
    call, target = wanted.call, wanted.target

    def decide() -> None:
        call.transcript.add("far_end", does=outcome, who=target.id)
        _decided(wanted, outcome)

    call.transcript.add("far_end", does=does, who=[target.id])
    call.later("transfer", after_s, decide)


def _decided(wanted: _Transfer, outcome: str) -> None:
    call = wanted.call
    if outcome != "answers":
        _fail(call, "transfer_failed")
        return
    completed = call.settings.result("transfer_completed")
    _accept(wanted, lambda: call.end(completed))


def _join(wanted: _Transfer) -> None:
    """Bring the far ends of two calls together, if they can be."""
    call, other = wanted.call, _other(wanted)
    if other is None:
        context = {} if wanted.target.kind == "phone" else {"replacesContext": uuid.uuid4().hex}
        _fail(call, "consultation_failed", **context)
        return
    handed_on = call.birth.peer if wanted.transferee is None else wanted.transferee.identity
    for one, met in ((call, wanted.target), (other, handed_on)):
        one.transcript.add("far_end", does="talks to", who=met.id)
    other.end(other.settings.result("replaced"))
    _accept(wanted, lambda: call.end(None, terminationReason="AppTransferred"))


def _other(wanted: _Transfer) -> Call | None:
    """The bot's call with the target, if it is one that can be replaced."""
    call, settings = wanted.call, wanted.call.settings
    other = call.exchange.calls.get(same_id(wanted.replaces or ""))
    if other is None or other is call or other.state != "established" or other.conversation is not None:
        return None
    if other.birth.tenant_id != call.birth.tenant_id or other.birth.peer.id != wanted.target.id:
        return None
    made = list(call.exchange.calls)
    later = made.index(call.id) > made.index(other.id)
    if settings.consultative_transfer_on not in ("either", "later" if later else "earlier"):
        return None
    phones = "phone" in (call.birth.peer.kind, other.birth.peer.kind)
    return None if phones and not (call.birth.reaches_phones or other.birth.reaches_phones) else other


def _fail(call: Call, how: str, **more: Any) -> None:
    call.move("transfer_failed")
    call.notify_state(resultInfo=notes.result_info(call.settings.result(how), call.settings), **more)


def _accept(wanted: _Transfer, then: Callable[[], None]) -> None:
    call = wanted.call
    call.media.clear("call_ended")
    if call.settings.media_inactive_first:
        _media_inactive(call)
    call.move("target_accepted")
    call.notify_state()
    if not call.settings.media_inactive_first:
        _media_inactive(call)
    if wanted.transferee is not None and call.conversation is not None:
        call.conversation.leave(wanted.transferee)
    call.later("transfer", call.settings.transfer_completion_delay_s, then)


def _media_inactive(call: Call) -> None:
    call.audio = "inactive"
    call.notify_state(mediaState=notes.media_state("inactive"))

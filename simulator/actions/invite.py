"""Inviting people into a group call or meeting, and moving those in whom the bot already talks to.

Source: https://learn.microsoft.com/graph/api/participant-invite
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from simulator import escalation
from simulator.actions.asked import Answer, Asked, operation_answer
from simulator.actions.incoming import target
from simulator.actions.participants import in_conversation
from simulator.call import Call
from simulator.conversation import Conversation
from simulator.dialling import Ringing
from simulator.errors import conflict, invalid, no_permission, not_established, tenant_mismatch
from simulator.identities import Identity
from simulator.ids import same_id
from simulator.operations import Operation

_MOST = 5
#: What there is an `invite_...` result for; everything else is a failure.
_KNOWN = frozenset({"declines", "busy", "no_answer"})


class Invite(Operation):
    """An `inviteParticipantsOperation`: done once everybody invited has come, or not."""

    kind = "inviteParticipantsOperation"

    def __init__(self, call: Call, client_context: str | None, participants: list[dict[str, Any]]) -> None:
        super().__init__(call, client_context, status="running")
        self.extra["participants"] = participants
        self._awaited = len(participants)
        self._failure: str | None = None
        call.on_end.append(self._call_ended)

    def settle(self, failure: str | None) -> None:
        """One of them has come, or has not, for this reason (a name of `RESULTS`)."""
        self._awaited -= 1
        self._failure = self._failure or failure
        if self._awaited or self.done:
            return
        settings = self.call.settings
        if self._failure is None:
            self.conclude("completed", None)
        else:
            self.conclude("failed", settings.result(self._failure))

    def _call_ended(self) -> None:
        if not self.done:
            self.conclude("failed", self.call.settings.result("invite_cancelled"))


def invite(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/participants/invite`."""
    call, body = asked.call, asked.body
    context, items = body.client_context(), body.items("participants", 1, _MOST)
    people = [target(item, "participants") for item in items]
    becomes_group = call.conversation is None and call.settings.invite_into_peer_to_peer == "escalate"
    if not becomes_group:
        in_conversation(call)
    elif call.state != "established":
        raise not_established()
    if items[0].get("replacesCallId") is not None:
        items, people = items[:1], people[:1]  # only the first is read
    _check(call, people)
    replaced = _replaced(call, items[0], people[0])
    if becomes_group:
        escalation.escalate(call)
    conversation = in_conversation(call)
    shown = [{**item, "participantId": str(uuid.uuid4())} for item in items]
    operation = Invite(call, context, shown)
    call.operations.add(operation)
    if replaced is not None:
        call.later(
            f"replace {replaced.id}",
            call.settings.replace_delay_s,
            lambda: _replace(conversation, replaced, operation, shown[0]["participantId"]),
        )
    else:
        for who, item in zip(people, shown, strict=True):
            _ring(conversation, operation, who, item["participantId"])
    return operation_answer(operation)


def _check(call: Call, people: list[Identity]) -> None:
    """Raise `GraphError` for whom Graph would not invite; a call between two has no chat, and its peer in it."""
    conversation = call.conversation
    tenant_id = call.birth.tenant_id if conversation is None else conversation.tenant_id
    if len(people) > 1 and (conversation is None or conversation.thread_id is None):
        raise invalid("Only a call with chatInfo takes more than one participant in a request.")
    for who in people:
        if who.kind == "application":
            raise invalid("A bot cannot invite a bot.")
        if who.kind == "phone" and not call.birth.reaches_phones:
            raise no_permission()
        if call.settings.foreign(who.id, who.tenant_id, tenant_id):
            raise tenant_mismatch()
        waiting = any(ringing.who.id == who.id for ringing in call.ringing)
        there = who.id == call.birth.peer.id if conversation is None else conversation.find(who.id) is not None
        if waiting or there:
            raise conflict("The participant is in the call, or is being invited.")


def _replaced(call: Call, item: Mapping[str, Any], who: Identity) -> Call | None:
    """The bot's call with the person who is to be moved into this one."""
    call_id = item.get("replacesCallId")
    if call_id is None:
        return None
    other = call.exchange.calls.get(same_id(str(call_id)))
    if other is None or other.state != "established" or other.birth.tenant_id != call.birth.tenant_id:
        raise invalid("replacesCallId must be the id of an established call of this application.")
    if other.conversation is not None or other.birth.peer.id != who.id:
        raise invalid("replacesCallId must be the id of a call with this participant alone.")
    return other


def _ring(conversation: Conversation, operation: Invite, who: Identity, participant_id: str) -> None:
    def decided(outcome: str) -> None:
        if outcome == "answers":
            conversation.join(who, participant_id=participant_id)
            operation.settle(None)
            return
        name = outcome if outcome == "invite_cancelled" else f"invite_{outcome if outcome in _KNOWN else 'fails'}"
        operation.settle(name)
        conversation.rang_out()

    Ringing(operation.call, who, decided, participant_id=participant_id)


def _replace(conversation: Conversation, other: Call, operation: Invite, participant_id: str) -> None:
    if other.over or conversation.over:
        operation.settle("invite_cancelled")
        return
    other.transcript.add("far_end", does="is moved", who=other.birth.peer.id)
    conversation.join(other.birth.peer, participant_id=participant_id)
    operation.settle(None)
    other.end(other.settings.result("replaced"))

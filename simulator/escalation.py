"""A call between two that becomes a group call.

Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/calls-meetings-bots-overview
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call import Call
from simulator.conversation import Conversation
from simulator.identities import Identity
from simulator.permissions import INITIATE_GROUP, JOIN_GROUP, JOIN_GROUP_AS_GUEST

_IN_GROUPS = frozenset({INITIATE_GROUP, JOIN_GROUP, JOIN_GROUP_AS_GUEST})


def escalate(call: Call, people: Sequence[Identity] = ()) -> Conversation | None:
    """The two of an established call are now in a group call, with these people too.

    A bot without a permission for group calls is dropped from it: then there is no conversation to speak of.
    """
    settings, birth = call.settings, call.birth
    if not _IN_GROUPS & set(settings.permissions):
        call.end(settings.result("permission_missing"))
        return None
    conversation = call.exchange.converse(initiator=birth.caller, tenant_id=birth.tenant_id)
    conversation.roster_told = settings.roster_after_escalation
    call.conversation = conversation
    conversation.enter(call).hidden = call.options.get("hideBotAfterEscalation") is True
    conversation.join(birth.peer)
    for who in people:
        conversation.join(who)
    return conversation

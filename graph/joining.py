"""What a policy-recording bot answers when another participant of its policy is about to join.

The body of the 200 to a `participantJoiningNotification`; any other notification is answered without a body.
"""

from __future__ import annotations

from graph.request import check_member
from graph.targets import check_uri
from graph.wire import JSON

_REASONS = ("none", "busy", "forbidden")


def accept() -> JSON:
    """Let the participant into this call's group.

    Source: https://learn.microsoft.com/graph/api/resources/acceptjoinresponse
    """
    return {"@odata.type": "#microsoft.graph.acceptJoinResponse"}


def reject(reason: str = "none") -> JSON:
    """Turn the participant away: `none`, `busy` or `forbidden`. Raises `BadRequest` for another reason.

    Source: https://learn.microsoft.com/graph/api/resources/rejectjoinresponse
    """
    check_member("reason", reason, _REASONS)
    return {"@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": reason}


def invite_new_bot(invite_uri: str) -> JSON:
    """Have Graph invite another instance of the bot at this address. Raises `BadRequest` unless it is https.

    Source: https://learn.microsoft.com/graph/api/resources/invitenewbotresponse
    """
    check_uri("invite_uri", invite_uri)
    return {"@odata.type": "#microsoft.graph.inviteNewBotResponse", "inviteUri": invite_uri}

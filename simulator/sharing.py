"""Content that people in a conversation show each other, and how legs that asked for it are told.

Source: https://learn.microsoft.com/graph/api/resources/contentsharingsession
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Literal

from simulator.notifications import Notification

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.conversation import Conversation, Participant

_PATH = "/contentsharingsessions"  # notifications spell it in lower case
_WANTED = "isContentSharingNotificationEnabled"  # of the call's options
Change = Literal["created", "updated", "deleted"]


def start(conversation: Conversation, who: Participant) -> str:
    """Somebody begins to share; returns the session's id. One person shares at a time: the earlier one stops."""
    for session_id in tuple(conversation.sharing):
        stop(conversation, session_id)
    session_id = uuid.uuid4().hex[:16].upper()
    conversation.sharing[session_id] = who
    _tell(conversation, session_id, "created")
    return session_id


def change(conversation: Conversation, session_id: str) -> None:
    """Something about what is shared changes."""
    _tell(conversation, session_id, "updated")


def stop(conversation: Conversation, session_id: str) -> None:
    """Nothing is shared any more."""
    del conversation.sharing[session_id]
    _tell(conversation, session_id, "deleted")


def session_of(conversation: Conversation, who: Participant) -> str | None:
    """The session in which somebody shares."""
    return next((session_id for session_id, sharer in conversation.sharing.items() if sharer is who), None)


def resource(session_id: str) -> dict[str, Any]:
    """The `contentSharingSession`, which has nothing but its id."""
    return {"@odata.type": "#microsoft.graph.contentSharingSession", "id": session_id}


def _tell(conversation: Conversation, session_id: str, change: Change) -> None:
    for leg in conversation.legs:
        call = leg.call
        if call is not None and call.state == "established" and call.options.get(_WANTED):
            call.notify(_notification(call, session_id, change))


def _notification(call: Call, session_id: str, change: Change) -> Notification:
    if call.settings.sharing_notification == "item":
        path, data = f"{_PATH}/{session_id}", None
    else:
        path, data = _PATH, [resource(session_id)]
    return Notification(kind="sharing", change_type=change, path=path, data=data, state=change)

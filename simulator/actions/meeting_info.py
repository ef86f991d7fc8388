"""Which meeting a request means: by organizer and chat, by join id and passcode, or by token.

Source: https://learn.microsoft.com/graph/api/application-post-calls
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import identities
from simulator.actions.asked import AskedOfTenant
from simulator.errors import GraphError, invalid
from simulator.online_meetings import OnlineMeeting

_PREFIX = "#microsoft.graph."


def meeting_of(asked: AskedOfTenant) -> OnlineMeeting:
    """The meeting that `meetingInfo` and `chatInfo` name. Raises `GraphError`."""
    info = asked.body.raw("meetingInfo")
    kind = info.get("@odata.type") if isinstance(info, Mapping) else None
    if kind == f"{_PREFIX}tokenMeetingInfo":
        return _by_token(asked, info)
    if asked.body.raw("tenantId") is None:
        raise invalid("tenantId is required to join a meeting.")
    if kind == f"{_PREFIX}organizerMeetingInfo":
        return _by_organizer(asked, info)
    if kind == f"{_PREFIX}joinMeetingIdMeetingInfo":
        return _by_join_id(asked, info)
    raise invalid("meetingInfo must have an @odata.type: organizer-, joinMeetingId- or tokenMeetingInfo.")


def _by_token(asked: AskedOfTenant, info: Mapping[str, Any]) -> OnlineMeeting:
    if asked.body.raw("chatInfo") is not None:
        raise invalid("A join token goes without chatInfo.")
    meeting = asked.simulator.online_meetings.with_token(str(info.get("token")))
    if meeting is None:
        raise GraphError(400, "8526", "The join token is not valid.")
    return meeting


def _by_organizer(asked: AskedOfTenant, info: Mapping[str, Any]) -> OnlineMeeting:
    chat, organizer = asked.body.raw("chatInfo"), identities.from_graph(info.get("organizer"))
    if not isinstance(chat, Mapping) or not isinstance(chat.get("threadId"), str):
        raise invalid("chatInfo.threadId is required with organizerMeetingInfo.")
    if organizer is None:
        raise invalid("meetingInfo.organizer must name somebody.")
    meeting = asked.simulator.online_meetings.with_thread(chat["threadId"])
    named = meeting is not None and (meeting.organizer.id, meeting.channel_message_id) == (
        organizer.id,
        chat.get("replyChainMessageId"),
    )
    if meeting is None or not named:
        raise GraphError(400, "8527", "The join URL is not valid: no such meeting of this organizer.")
    return meeting


def _by_join_id(asked: AskedOfTenant, info: Mapping[str, Any]) -> OnlineMeeting:
    if not isinstance(info.get("joinMeetingId"), str):
        raise invalid("meetingInfo.joinMeetingId must be a text.")
    meeting = asked.simulator.online_meetings.with_join_id(info["joinMeetingId"])
    if meeting is None or meeting.passcode != info.get("passcode"):
        raise GraphError(400, "8561", "The join meeting id or its passcode is not valid.")
    return meeting

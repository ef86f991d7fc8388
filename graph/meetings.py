"""Meeting coordinates: what is needed to join a meeting, and to join it again.

Three ways: organizer and chat thread (both are in a classic join URL), join id and passcode, or a token that came
with a call. None of it may go into logs or durable history, but for the word that `joined_by` gives.
"""

from graph.join_urls import Coordinates, NotAJoinUrl, parse_join_url
from graph.meeting_info import (
    Chat,
    JoinIdMeeting,
    Meeting,
    OrganizerMeeting,
    TokenMeeting,
    joined_by,
    meeting_from_json,
    meeting_from_wire,
)
from graph.online_meeting import OnlineMeeting

__all__ = [
    "Chat",
    "Coordinates",
    "JoinIdMeeting",
    "Meeting",
    "NotAJoinUrl",
    "OnlineMeeting",
    "OrganizerMeeting",
    "TokenMeeting",
    "joined_by",
    "meeting_from_json",
    "meeting_from_wire",
    "parse_join_url",
]

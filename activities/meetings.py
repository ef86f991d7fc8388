"""What joining a meeting needs, however it was named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from activities.acting import STEP_BUDGET_S, error, send
from graph.meetings import Chat, Coordinates, JoinIdMeeting, Meeting, OnlineMeeting, TokenMeeting, parse_join_url
from graph.requests import CreateOrGetOnlineMeeting

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """How to join a meeting, and what of it the record keeps. Personal, but for `record`."""

    meeting: Meeting
    chat: Chat | None = None
    #: Whose meeting it is; None where a token says so.
    tenant_id: str | None
    join_url: str | None = None
    organizer_id: str | None = None
    start: str | None = None
    end: str | None = None

    def record(self, bot_id: str | None) -> JSON:
        """What the record keeps: enough to know the meeting by. `join_url` is masked on the way in."""
        return {
            "bot_id": bot_id,
            "thread_id": self.chat.thread_id if self.chat else None,
            "message_id": self.chat.message_id if self.chat else None,
            "join_url": self.join_url,
            "organizer_id": self.organizer_id,
            "start": self.start,
            "end": self.end,
        }


async def joining_of(given: JSON, meeting: JSON) -> JSON:
    """How to join what a request calls its meeting: `{"ok": Joining}`, or an error. Raises `BadRequest`."""
    if "join_url" in meeting:
        return {"ok": by_coordinates(parse_join_url(meeting["join_url"]), meeting["join_url"])}
    if "join_id" in meeting:
        by_id = JoinIdMeeting(join_id=meeting["join_id"].replace(" ", ""), passcode=meeting.get("passcode"))
        return {"ok": Joining(meeting=by_id, tenant_id=given["tenant_id"])}
    if "token" in meeting:
        return {"ok": Joining(meeting=TokenMeeting(token=meeting["token"]), tenant_id=None)}
    return await _created(given, meeting["create"])


def by_coordinates(found: Coordinates, join_url: str | None = None) -> Joining:
    """How to join a meeting of which organizer and chat are known."""
    return Joining(
        meeting=found.meeting,
        chat=found.chat,
        tenant_id=found.meeting.tenant_id,
        join_url=join_url,
        organizer_id=found.meeting.organizer_id,
    )


async def _created(given: JSON, create: JSON) -> JSON:
    """Make a meeting, or get the one that was made for this call before: it goes by the call's own id."""
    request = CreateOrGetOnlineMeeting(
        user_id=create["as_user"], external_id=given["instance_id"], subject=create["subject"]
    )
    answer = await send(given, request, STEP_BUDGET_S)
    if "error" in answer:
        return answer
    made = OnlineMeeting.parse(answer["ok"])
    found = made.coordinates(given["tenant_id"])
    if found is None:
        return error("refused", code="noCoordinates", message="the meeting that was made cannot be joined")
    joining = by_coordinates(found, made.join_url)
    return {"ok": replace(joining, start=made.start, end=made.end)}

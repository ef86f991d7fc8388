"""What joining a meeting needs, however it was named."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import connections
from activities.acting import STEP_BUDGET_S, error, send
from graph.meetings import Chat, Coordinates, JoinIdMeeting, Meeting, OnlineMeeting, TokenMeeting, parse_join_url
from graph.requests import BadRequest, CreateOrGetOnlineMeeting, GetCall, ListOnlineMeetings
from storage.errors import StorageUnavailable

log = logging.getLogger("callwright.meetings")

JSON = dict[str, Any]
#: Seconds for each question about a meeting that the bot is in already: it is to speak soon.
DESCRIPTION_BUDGET_S = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """How to join a meeting, and what of it the record keeps. Personal, but for `record`."""

    meeting: Meeting
    chat: Chat | None = None
    #: Whose meeting it is; None where a token says so.
    tenant_id: str | None
    join_url: str | None = None
    organizer_id: str | None = None
    subject: str | None = None
    start: str | None = None
    end: str | None = None

    def record(self, bot_id: str | None) -> JSON:
        """What the record keeps: enough to know the meeting by. `join_url` is masked on the way in."""
        return {"bot_id": bot_id, **_facts(self)}


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
    return {"ok": _told(by_coordinates(found, made.join_url), made)}


async def described(given: JSON, joining: Joining, call_id: str) -> Joining:
    """The same with subject and times, where Graph tells of them.

    It tells who may read the organizer's meetings, which joining does not take: without, and when Graph is slow, the
    record has to do without them. Who joins by id learns from the call (`call_id`) whose meeting it is.
    """
    if joining.start is not None or isinstance(joining.meeting, TokenMeeting):
        return joining
    join_id = joining.meeting.join_id if isinstance(joining.meeting, JoinIdMeeting) else None
    if join_id is not None:
        joining = await _located(given, joining, call_id)
    if joining.organizer_id is None:
        return joining
    try:
        request = ListOnlineMeetings(user_id=joining.organizer_id, join_url=joining.join_url, join_id=join_id)
    except BadRequest:  # a meeting that was found by neither
        return joining
    answer = await send(given, request, DESCRIPTION_BUDGET_S)
    if "error" in answer:
        log.info("when the meeting of %s is cannot be read: %s", given["instance_id"], answer["error"].get("code"))
        return joining
    meeting = meeting_in(answer["ok"])
    return joining if meeting is None else _told(joining, meeting)


async def _located(given: JSON, joining: Joining, call_id: str) -> Joining:
    call = await send(given, GetCall(call_id=call_id), DESCRIPTION_BUDGET_S)
    coordinates = Coordinates.of_call(call.get("ok"))
    if coordinates is None:
        return joining
    return replace(joining, chat=coordinates.chat, organizer_id=coordinates.meeting.organizer_id)


def meeting_in(answer: JSON | None) -> OnlineMeeting | None:
    """The meeting in a response, alone or as the only one of a list."""
    document = answer or {}
    listed = document.get("value")
    meeting = OnlineMeeting.parse(listed[0] if isinstance(listed, list) and listed else document)
    return None if meeting.id is None else meeting


async def note_meeting(instance_id: str, meeting: OnlineMeeting) -> None:
    """Put what is known of a meeting into the record of a call, beside what is there."""
    records = connections.current().records
    try:
        known = ((await records.get(instance_id)) or {}).get("meeting") or {}
        new = {name: value for name, value in _facts(meeting).items() if value is not None}
        await records.amend(instance_id, {"meeting": {**known, **new}})
    except StorageUnavailable:
        log.warning("which meeting %s is about could not be noted", instance_id)


def _facts(known: Joining | OnlineMeeting) -> JSON:
    return {
        "thread_id": known.chat.thread_id if known.chat else None,
        "message_id": known.chat.message_id if known.chat else None,
        "join_url": known.join_url,
        "organizer_id": known.organizer_id,
        "subject": known.subject,
        "start": known.start,
        "end": known.end,
    }


def _told(joining: Joining, meeting: OnlineMeeting) -> Joining:
    return replace(joining, subject=meeting.subject, start=meeting.start, end=meeting.end)

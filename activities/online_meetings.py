"""Online meetings of calendars: made, found, changed, deleted, whether or not a call is on.

Whose meeting it is, its subject and its addresses are personal: they are read from inbox item `request_n`, and what
Graph says of them goes into the record of the call. History learns whether there is a meeting, and when it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import azure.durable_functions as df

from activities.meetings import meeting_in, note_meeting
from activities.requested import act_on
from graph.requests import (
    CreateOnlineMeeting,
    CreateOrGetOnlineMeeting,
    DeleteOnlineMeeting,
    GetOnlineMeeting,
    ListOnlineMeetings,
    Request,
    UpdateOnlineMeeting,
)

bp = df.Blueprint()

JSON = dict[str, Any]


@bp.activity_trigger(input_name="given")
async def create_online_meeting(given: dict) -> dict:
    """Make the meeting `{"as_user", "subject", "start", "end"}`, once: `{"ok": {"found", "start", "end"}}`."""
    return await _noted(given, lambda asked: CreateOnlineMeeting(**_owner(asked), **_written(asked)), once=True)


@bp.activity_trigger(input_name="given")
async def create_or_get_online_meeting(given: dict) -> dict:
    """The same with an `external_id`: Graph makes no second meeting of the same one."""
    return await _noted(
        given,
        lambda asked: CreateOrGetOnlineMeeting(
            **_owner(asked), **_written(asked), external_id=asked.get("external_id") or given["instance_id"]
        ),
    )


@bp.activity_trigger(input_name="given")
async def get_online_meeting(given: dict) -> dict:
    """Look at the meeting `{"as_user", "meeting_id"}`: `{"ok": {"found", "start", "end"}}`."""
    return await _noted(given, lambda asked: GetOnlineMeeting(**_owner(asked), meeting_id=asked["meeting_id"]))


@bp.activity_trigger(input_name="given")
async def list_online_meetings(given: dict) -> dict:
    """Find a meeting of `as_user` by its `join_url` or its `join_id`, or anybody's by its `vtc_id`.

    Returns `{"ok": {"found": 0 | 1}}`.
    """
    by = ("join_url", "join_id", "vtc_id")
    return await _noted(
        given, lambda asked: ListOnlineMeetings(**_owner(asked), **{name: asked.get(name) for name in by})
    )


@bp.activity_trigger(input_name="given")
async def update_online_meeting(given: dict) -> dict:
    """Change `subject`, or `start` and `end`, of the meeting `{"as_user", "meeting_id"}`."""
    return await _noted(
        given,
        lambda asked: UpdateOnlineMeeting(**_owner(asked), **_written(asked), meeting_id=asked["meeting_id"]),
    )


@bp.activity_trigger(input_name="given")
async def delete_online_meeting(given: dict) -> dict:
    """Delete the meeting `{"as_user", "meeting_id"}`."""
    return await act_on(given, lambda asked: DeleteOnlineMeeting(**_owner(asked), meeting_id=asked["meeting_id"]))


async def _noted(given: JSON, make: Callable[[JSON], Request], *, once: bool = False) -> JSON:
    """Send the request, and put the meeting that Graph answers with into the call's record."""
    answers: list[JSON | None] = []
    result = await act_on(given, make, once=once, look=answers.append)
    for meeting in map(meeting_in, answers):
        if meeting is not None:
            await note_meeting(given["instance_id"], meeting)
    return result


def _owner(asked: JSON) -> JSON:
    return {"user_id": asked.get("as_user")}


def _written(asked: JSON) -> JSON:
    times = {name: datetime.fromisoformat(asked[name]) for name in ("start", "end") if asked.get(name)}
    return {"subject": asked.get("subject"), **times}

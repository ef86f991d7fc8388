"""What is being shared in a group call."""

from __future__ import annotations

import azure.durable_functions as df

from activities.acting import act
from activities.requested import attempt
from graph.requests import GetContentSharingSession, ListContentSharingSessions

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def list_content_sharing_sessions(given: dict) -> dict:
    """`{"ok": {"sessions": [id, ...]}}`."""
    return await act(given, ListContentSharingSessions(call_id=given["call_id"]))


@bp.activity_trigger(input_name="given")
async def get_content_sharing_session(given: dict) -> dict:
    """`{"ok": {"session": id | null}}` of the session `session_id`."""
    return await attempt(
        given, lambda: GetContentSharingSession(call_id=given["call_id"], session_id=given["session_id"])
    )

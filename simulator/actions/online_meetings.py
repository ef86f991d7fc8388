"""Online meetings: make one, find one, change one.

Below a user, who organises them, the application access policy decides; below `/communications` there is no user.

Sources: https://learn.microsoft.com/graph/api/application-post-onlinemeetings, onlinemeeting-createorget,
onlinemeeting-get, onlinemeeting-update, onlinemeeting-delete
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from simulator import identities
from simulator.actions.asked import Answer, AskedOfTenant, Body
from simulator.errors import GraphError
from simulator.identities import Identity
from simulator.online_meetings import OnlineMeeting

#: What an organiser may set, besides times.
_OPTIONS = frozenset(
    {
        "allowAttendeeToEnableCamera",
        "allowAttendeeToEnableMic",
        "allowedPresenters",
        "allowMeetingChat",
        "allowRecording",
        "allowTeamworkReactions",
        "allowTranscription",
        "isEntryExitAnnounced",
        "lobbyBypassSettings",
        "participants",
        "recordAutomatically",
        "subject",
    }
)
_SCOPES = (
    *("organizer", "organization", "organizationAndFederated", "everyone"),
    *("invited", "organizationExcludingGuests"),
)
_FILTER = re.compile(r"\s*([A-Za-z/]+)\s+eq\s+'((?:[^']|'')*)'\s*")


def create(asked: AskedOfTenant) -> Answer:
    """`POST .../onlineMeetings`."""
    return Answer(status=201, body=_shown(asked, _made(asked, None)))


def create_or_get(asked: AskedOfTenant) -> Answer:
    """`POST .../onlineMeetings/createOrGet`: the meeting that this organiser has under an external id."""
    external_id = asked.body.raw("externalId")
    if not isinstance(external_id, str) or not external_id:
        raise _bad("externalId must be a text.")
    organizer = _organizer(asked)
    for meeting in asked.simulator.online_meetings:
        if (meeting.organizer.id, meeting.external_id) == (organizer.id, external_id):
            return Answer(status=200, body=_shown(asked, meeting))
    return Answer(status=201, body=_shown(asked, _made(asked, external_id)))


def get(asked: AskedOfTenant) -> Answer:
    """`GET .../onlineMeetings/{id}`."""
    return Answer(status=200, body=_shown(asked, _existing(asked)))


def find(asked: AskedOfTenant) -> Answer:
    """`GET .../onlineMeetings?$filter=...`: the one meeting with a join URL, a join id or a conference id."""
    organizer = _organizer(asked)
    match = _FILTER.fullmatch(asked.query.get("$filter", ""))
    finder = _finder(asked, match[1].lower(), match[2].replace("''", "'")) if match else None
    if finder is None:
        raise _bad("$filter must compare JoinWebUrl, joinMeetingIdSettings/joinMeetingId or VideoTeleconferenceId.")
    meeting = finder()
    below_user = "user_id" in asked.path
    found = meeting is not None and (not below_user or meeting.organizer.id == organizer.id)
    value = [meeting.resource(asked.simulator.settings)] if meeting is not None and found else []
    return Answer(status=200, body={"@odata.context": _context(asked), "value": value})


def update(asked: AskedOfTenant) -> Answer:
    """`PATCH .../onlineMeetings/{id}`."""
    meeting = _existing(asked)
    starts_at, ends_at = _times(asked.body, meeting.starts_at, meeting.ends_at)
    meeting.starts_at, meeting.ends_at = starts_at, ends_at or meeting.ends_at
    meeting.options.update(_options(asked.body))
    return Answer(status=200, body=_shown(asked, meeting))


def delete(asked: AskedOfTenant) -> Answer:
    """`DELETE .../onlineMeetings/{id}`."""
    asked.simulator.online_meetings.remove(_existing(asked))
    return Answer(status=204)


def _made(asked: AskedOfTenant, external_id: str | None) -> OnlineMeeting:
    organizer, now = _organizer(asked), asked.simulator.clock.now()
    starts_at, ends_at = _times(asked.body, now, None)
    return asked.simulator.online_meetings.create(
        organizer,
        asked.tenant_id,
        now=now,
        starts_at=starts_at,
        ends_at=ends_at,
        passcode_needed=_passcode_needed(asked.body.raw("joinMeetingIdSettings")),
        external_id=external_id,
        options=_options(asked.body),
    )


def _organizer(asked: AskedOfTenant) -> Identity:
    """Who organises; a user needs to have been granted the application access policy."""
    settings, user_id = asked.simulator.settings, asked.path.get("user_id")
    if user_id is None:
        participants = asked.body.raw("participants")
        named = participants.get("organizer") if isinstance(participants, Mapping) else None
        user = identities.from_graph(named.get("identity")) if isinstance(named, Mapping) else None
        name = settings.bot_display_name
        return user or Identity(kind="application", id=settings.bot_app_id, display_name=name)
    if not settings.may_manage_meetings_of(user_id):
        raise GraphError(403, "Forbidden", "No application access policy found for this app")
    return Identity(kind="user", id=user_id, tenant_id=asked.tenant_id)


def _existing(asked: AskedOfTenant) -> OnlineMeeting:
    organizer = _organizer(asked)
    meeting = asked.simulator.online_meetings.get(asked.path["meeting_id"])
    strange = meeting is not None and "user_id" in asked.path and meeting.organizer.id != organizer.id
    if meeting is None or strange or meeting.tenant_id != asked.tenant_id:
        raise GraphError(404, "NotFound", "The meeting was not found.")
    return meeting


def _finder(asked: AskedOfTenant, name: str, value: str) -> Callable[[], OnlineMeeting | None] | None:
    meetings = asked.simulator.online_meetings
    if "user_id" not in asked.path:
        by_video_id = name == "videoteleconferenceid"
        return (lambda: meetings.find(lambda meeting: meeting.video_id == value)) if by_video_id else None
    finders: dict[str, Callable[[], OnlineMeeting | None]] = {
        "joinweburl": lambda: meetings.with_join_url(value),
        "joinmeetingidsettings/joinmeetingid": lambda: meetings.with_join_id(value),
    }
    return finders.get(name)


def _times(body: Body, start: float, end: float | None) -> tuple[float, float | None]:
    """Start and end: an end needs a start before it."""
    new_start, new_end = _moment(body, "startDateTime"), _moment(body, "endDateTime")
    if new_end is not None and new_start is None and end is None:
        raise _bad("endDateTime needs a startDateTime.")
    start = start if new_start is None else new_start
    end = end if new_end is None else new_end
    if end is not None and end < start:
        raise _bad("endDateTime is before startDateTime.")
    return start, end


def _moment(body: Body, name: str) -> float | None:
    value = body.raw(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _bad(f"{name} must be a date and time.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _options(body: Body) -> dict[str, Any]:
    options = {name: body.raw(name) for name in _OPTIONS if body.raw(name) is not None}
    if not isinstance(options.get("subject", ""), str):
        raise _bad("subject must be a text.")
    for name in ("participants", "chatInfo"):
        if not isinstance(body.raw(name), Mapping | None):
            raise _bad(f"{name} must be an object.")
    lobby = options.get("lobbyBypassSettings", {})
    if not isinstance(lobby, Mapping) or lobby.get("scope", "everyone") not in _SCOPES:
        raise _bad(f"lobbyBypassSettings.scope must be one of {', '.join(_SCOPES)}.")
    return options


def _passcode_needed(value: Any) -> bool:
    return not isinstance(value, Mapping) or value.get("isPasscodeRequired") is not False


def _shown(asked: AskedOfTenant, meeting: OnlineMeeting) -> dict[str, Any]:
    return {"@odata.context": f"{_context(asked)}/$entity", **meeting.resource(asked.simulator.settings)}


def _context(asked: AskedOfTenant) -> str:
    user_id = asked.path.get("user_id")
    whose = "communications" if user_id is None else f"users('{user_id}')"
    return f"{asked.simulator.base_url}/v1.0/$metadata#{whose}/onlineMeetings"


def _bad(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)

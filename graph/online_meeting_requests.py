"""Requests about online meetings: the thing with an organizer and a join URL, whether or not a call is on.

Those of a user need an application access policy for that user. Without `user_id`, they go to `/communications`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from graph import wire
from graph.online_meeting import OnlineMeeting
from graph.request import Request, check_id, in_path, without_none
from graph.targets import BadRequest
from graph.wire import JSON

_MEETING_ID = re.compile(r"[0-9A-Za-z_=*.-]{1,512}")
_VTC_ID = re.compile(r"[0-9]{1,32}", re.ASCII)
_JOIN_ID = re.compile(r"[0-9]{9,20}", re.ASCII)
_LONGEST_SUBJECT = 255
_LONGEST_URL = 4096


@dataclass(frozen=True, kw_only=True)
class _OnlineMeetings(Request):
    #: Object id of the user whose meeting it is.
    user_id: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.user_id is not None:
            check_id("user_id", self.user_id, "a user's object id")

    @property
    def path(self) -> str:
        """Path below Graph's root."""
        owner = "/communications" if self.user_id is None else f"/users/{in_path(self.user_id)}"
        return f"{owner}/onlineMeetings"


@dataclass(frozen=True, kw_only=True)
class ListOnlineMeetings(_OnlineMeetings):
    """Find a meeting by exactly one of its join URL, its join id and its video teleconferencing id. 200, none or one.

    The last one only without a user, the others only with one.
    Source: https://learn.microsoft.com/graph/api/onlinemeeting-get
    """

    join_url: str | None = field(default=None, repr=False)
    join_id: str | None = field(default=None, repr=False)
    vtc_id: str | None = field(default=None, repr=False)

    method: ClassVar[str] = "GET"
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [name for name in ("join_url", "join_id", "vtc_id") if getattr(self, name) is not None]
        if len(given) != 1:
            raise BadRequest("join_url", "or join_id or vtc_id must be given, exactly one of them")
        if (self.user_id is None) != (given[0] == "vtc_id"):
            raise BadRequest("user_id", "must be given, but for a meeting by its vtc_id")
        if self.join_url is not None and not (
            len(self.join_url) <= _LONGEST_URL and self.join_url.isascii() and self.join_url.startswith("https://")
        ):
            raise BadRequest("join_url", "must be an https address")
        if self.join_id is not None and not _JOIN_ID.fullmatch(self.join_id):
            raise BadRequest("join_id", "must be the digits of a meeting's id, without spaces")
        if self.vtc_id is not None and not _VTC_ID.fullmatch(self.vtc_id):
            raise BadRequest("vtc_id", "must be digits")

    @property
    def path(self) -> str:
        """Path below Graph's root, with the filter."""
        if self.join_url is not None:
            condition = f"JoinWebUrl eq {_literal(self.join_url)}"
        elif self.join_id is not None:
            condition = f"joinMeetingIdSettings/joinMeetingId eq {_literal(self.join_id)}"
        else:
            condition = f"VideoTeleconferenceId eq {_literal(self.vtc_id or '')}"
        return f"{super().path}?$filter={quote(condition, safe='')}"

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"found": number of meetings}`; the meetings themselves are personal."""
        return {"found": len(wire.sequence(wire.mapping(answer).get("value")))}


@dataclass(frozen=True, kw_only=True)
class _OneMeeting(_OnlineMeetings):
    def outcome(self, answer: JSON | None) -> JSON:
        """Give what `OnlineMeeting.digest` writes; read the rest from the response with `OnlineMeeting.parse`."""
        return OnlineMeeting.parse(answer).digest()


@dataclass(frozen=True, kw_only=True)
class _WrittenMeeting(_OneMeeting):
    subject: str | None = field(default=None, repr=False)
    #: With a time zone. Without a start Graph takes now, without an end one hour later.
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.subject is not None and len(self.subject) > _LONGEST_SUBJECT:
            raise BadRequest("subject", f"must be at most {_LONGEST_SUBJECT} characters")
        for name in ("start", "end"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise BadRequest(name, "must have a time zone")
        if self.end is not None and (self.start is None or self.end < self.start):
            raise BadRequest("end", "must come with a start, and not before it")

    def body(self) -> JSON:
        """The wire form."""
        return without_none(
            {
                "subject": self.subject,
                "startDateTime": self.start and self.start.isoformat(),
                "endDateTime": self.end and self.end.isoformat(),
            }
        )


@dataclass(frozen=True, kw_only=True)
class CreateOnlineMeeting(_WrittenMeeting):
    """Make a meeting that is in nobody's calendar. 201.

    Source: https://learn.microsoft.com/graph/api/application-post-onlinemeetings
    """


@dataclass(frozen=True, kw_only=True)
class CreateOrGetOnlineMeeting(_WrittenMeeting):
    """Make the meeting of this external id, or get it where it was made before. 201 or 200.

    Source: https://learn.microsoft.com/graph/api/onlinemeeting-createorget
    """

    external_id: str

    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.external_id) <= 256:
            raise BadRequest("external_id", "must be 1 to 256 characters")

    @property
    def path(self) -> str:
        """Path below Graph's root."""
        return f"{super().path}/createOrGet"

    def body(self) -> JSON:
        """The wire form."""
        return {"externalId": self.external_id, **super().body()}


@dataclass(frozen=True, kw_only=True)
class _KnownMeeting(_OneMeeting):
    meeting_id: str = field(repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _MEETING_ID.fullmatch(self.meeting_id):
            raise BadRequest("meeting_id", "must be an online meeting's id")

    @property
    def path(self) -> str:
        """Path below Graph's root."""
        return f"{super().path}/{quote(self.meeting_id, safe='')}"


@dataclass(frozen=True, kw_only=True)
class GetOnlineMeeting(_KnownMeeting):
    """Look at a meeting. 200.

    Source: https://learn.microsoft.com/graph/api/onlinemeeting-get
    """

    method: ClassVar[str] = "GET"
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class UpdateOnlineMeeting(_WrittenMeeting, _KnownMeeting):
    """Change a meeting's subject or times. 200.

    Source: https://learn.microsoft.com/graph/api/onlinemeeting-update
    """

    method: ClassVar[str] = "PATCH"
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.body():
            raise BadRequest("subject", "or start and end must be given: there is nothing to change")


@dataclass(frozen=True, kw_only=True)
class DeleteOnlineMeeting(_KnownMeeting):
    """Delete a meeting. 204.

    Source: https://learn.microsoft.com/graph/api/onlinemeeting-delete
    """

    method: ClassVar[str] = "DELETE"
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give nothing."""
        return {}


def _literal(text: str) -> str:
    """A string literal of OData: quotes inside are doubled."""
    return "'" + text.replace("'", "''") + "'"

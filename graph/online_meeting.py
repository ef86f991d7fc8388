"""An online meeting as Graph describes it, and what joining it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graph import wire
from graph.join_urls import Coordinates
from graph.meeting_info import Chat, OrganizerMeeting
from graph.targets import BadRequest
from graph.wire import JSON

_TIME = re.compile(r"[0-9T:.+Z-]{10,40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class OnlineMeeting:
    """A meeting with an organizer and a join URL. Personal: only `digest` may go into history.

    Source: https://learn.microsoft.com/graph/api/resources/onlinemeeting
    """

    #: Graph's own spelling; None where the response held no meeting.
    id: str | None = field(repr=False)
    join_url: str | None = field(repr=False)
    chat: Chat | None
    organizer_id: str | None = field(repr=False)
    tenant_id: str | None
    subject: str | None = field(repr=False)
    #: As Graph wrote them, ISO 8601.
    start: str | None
    end: str | None

    @classmethod
    def parse(cls, value: object) -> OnlineMeeting:
        """Read an online meeting; what is missing is None."""
        given = wire.mapping(value)
        organizer = wire.mapping(wire.mapping(given.get("participants")).get("organizer"))
        user = wire.mapping(wire.mapping(organizer.get("identity")).get("user"))
        return cls(
            id=wire.text(given.get("id")),
            join_url=wire.text(given.get("joinWebUrl")),
            chat=Chat.from_wire(given.get("chatInfo")),
            organizer_id=wire.text(user.get("id")),
            tenant_id=wire.text(user.get("tenantId")),
            subject=wire.text(given.get("subject")),
            start=_time(given.get("startDateTime")),
            end=_time(given.get("endDateTime")),
        )

    def coordinates(self, tenant_id: str) -> Coordinates | None:
        """What joining by organizer needs; `tenant_id` where the meeting names none. None where it lacks something."""
        try:
            if self.chat is None or self.organizer_id is None:
                return None
            organizer = OrganizerMeeting(organizer_id=self.organizer_id, tenant_id=self.tenant_id or tenant_id)
            return Coordinates(chat=self.chat, meeting=organizer)
        except BadRequest:
            return None

    def digest(self) -> JSON:
        """Give `{"found", "start", "end"}`: whether there is a meeting, and when it is, ISO 8601 or null."""
        return {"found": self.id is not None, "start": self.start, "end": self.end}


def _time(value: object) -> str | None:
    text = wire.text(value)
    return text if text and _TIME.fullmatch(text) else None

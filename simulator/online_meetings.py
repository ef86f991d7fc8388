"""Online meetings as calendars know them: who organises one, when it is, and how it is joined.

Whether anybody is in it is another matter: that is a meeting's call.

Source: https://learn.microsoft.com/graph/api/resources/onlinemeeting
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from simulator.identities import Identity
from simulator.settings import SimulatorSettings


@dataclass(kw_only=True)
class OnlineMeeting:
    """One meeting. What its organiser may change is in `options`, in Graph's own words."""

    organizer: Identity
    tenant_id: str
    created_at: float
    starts_at: float
    ends_at: float
    external_id: str | None = None
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    thread_id: str
    #: In a channel, the message whose replies are the meeting's chat.
    channel_message_id: str | None = None
    #: 12 digits, and what goes with them.
    join_id: str
    passcode: str | None
    video_id: str

    @property
    def id(self) -> str:
        """Its id: organiser and thread, in base64 as Graph makes it."""
        return base64.urlsafe_b64encode(f"1*{self.organizer.id}*0**{self.thread_id}".encode()).decode().rstrip("=")

    @property
    def join_url(self) -> str:
        """`joinWebUrl`: thread, message, and a context that names tenant and organiser."""
        names = {"Tid": self.tenant_id, "Oid": self.organizer.id}
        if self.channel_message_id is not None:
            names["MessageId"] = self.channel_message_id
        context = quote(json.dumps(names, separators=(",", ":")))
        place = f"{quote(self.thread_id, safe='')}/{self.channel_message_id or 0}"
        return f"https://teams.microsoft.com/l/meetup-join/{place}?context={context}"

    @property
    def chat(self) -> dict[str, str | None]:
        """Its `chatInfo`."""
        message_id = self.channel_message_id
        return {"threadId": self.thread_id, "messageId": message_id or "0", "replyChainMessageId": message_id}

    @property
    def lobby_scope(self) -> str:
        """Who need not wait in the lobby, as `lobbyBypassScope` says it."""
        return (self.options.get("lobbyBypassSettings") or {}).get("scope") or "organization"

    @property
    def token(self) -> str:
        """What `tokenMeetingInfo` joins it with."""
        return f"join-{uuid.uuid5(uuid.NAMESPACE_URL, self.thread_id).hex}"

    def resource(self, settings: SimulatorSettings) -> dict[str, Any]:
        """The `onlineMeeting`."""
        user = self.organizer.to_graph(settings)
        organizer = {"identity": user, "role": "presenter", "upn": None}
        attendees = (self.options.get("participants") or {}).get("attendees") or []
        return {
            "allowedPresenters": "everyone",
            "isBroadcast": False,
            "lobbyBypassSettings": {"scope": "organization", "isDialInBypassEnabled": False},
            "recordAutomatically": False,
            "subject": None,
            **self.options,
            "id": self.id,
            "externalId": self.external_id,
            "creationDateTime": moment(self.created_at),
            "startDateTime": moment(self.starts_at),
            "endDateTime": moment(self.ends_at),
            "joinWebUrl": self.join_url,
            "chatInfo": self.chat,
            "joinMeetingIdSettings": {
                "isPasscodeRequired": self.passcode is not None,
                "joinMeetingId": self.join_id,
                "passcode": self.passcode,
            },
            "participants": {"organizer": organizer, "attendees": attendees},
            "videoTeleconferenceId": self.video_id,
        }


class OnlineMeetings:
    """The meetings of every tenant."""

    def __init__(self) -> None:
        self._meetings: dict[str, OnlineMeeting] = {}
        self._made = 0

    def __iter__(self) -> Iterator[OnlineMeeting]:
        return iter(self._meetings.values())

    def create(
        self,
        organizer: Identity,
        tenant_id: str,
        *,
        now: float,
        starts_at: float | None = None,
        ends_at: float | None = None,
        passcode_needed: bool = True,
        external_id: str | None = None,
        options: dict[str, Any] | None = None,
        in_channel: bool = False,
    ) -> OnlineMeeting:
        """A new meeting; it starts now and lasts an hour unless times are given."""
        self._made += 1
        start = now if starts_at is None else starts_at
        name = base64.urlsafe_b64encode(uuid.uuid4().hex.encode()).decode().rstrip("=")
        meeting = OnlineMeeting(
            organizer=organizer,
            tenant_id=tenant_id,
            created_at=now,
            starts_at=start,
            ends_at=start + 3600.0 if ends_at is None else ends_at,
            external_id=external_id,
            options=dict(options or {}),
            thread_id=f"19:{name}@thread.tacv2" if in_channel else f"19:meeting_{name}@thread.v2",
            channel_message_id=str(round(start * 1000)) if in_channel else None,
            join_id=f"{270_000_000_000 + self._made}",
            passcode=uuid.uuid4().hex[:6] if passcode_needed else None,
            video_id=f"{110_000_000 + self._made}",
        )
        self._meetings[meeting.id] = meeting
        return meeting

    def get(self, meeting_id: str) -> OnlineMeeting | None:
        """The meeting with this id."""
        return self._meetings.get(meeting_id)

    def find(self, suits: Callable[[OnlineMeeting], bool]) -> OnlineMeeting | None:
        """The first meeting that suits."""
        return next((meeting for meeting in self if suits(meeting)), None)

    def with_thread(self, thread_id: str) -> OnlineMeeting | None:
        """The meeting with this chat thread."""
        return self.find(lambda meeting: meeting.thread_id == thread_id)

    def with_join_id(self, join_id: str) -> OnlineMeeting | None:
        """The meeting with these digits; people write them in groups."""
        return self.find(lambda meeting: meeting.join_id == join_id.replace(" ", ""))

    def with_token(self, token: str) -> OnlineMeeting | None:
        """The meeting that this token joins."""
        return self.find(lambda meeting: meeting.token == token)

    def with_join_url(self, url: str) -> OnlineMeeting | None:
        """The meeting with this join URL, however often it was percent-encoded."""
        return self.find(lambda meeting: unquote(unquote(meeting.join_url)) == unquote(unquote(url)))

    def remove(self, meeting: OnlineMeeting) -> None:
        """It is cancelled."""
        del self._meetings[meeting.id]

    def clear(self) -> None:
        """No meetings any more."""
        self._meetings.clear()


def moment(seconds: float) -> str:
    """A time as Graph writes it, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

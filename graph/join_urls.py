"""Join URLs of meetings, and the meeting coordinates in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from graph import wire
from graph.ids import normalised
from graph.meeting_info import Chat, OrganizerMeeting, meeting_from_json, meeting_from_wire
from graph.targets import BadRequest
from graph.wire import JSON

LONGEST = 4096

_GUID = re.compile(r"[0-9a-f]{32}")
_HOSTS = (
    "teams.microsoft.com",
    "teams.cloud.microsoft",
    "teams.microsoft.us",
    "gov.teams.microsoft.us",
    "dod.teams.microsoft.us",
)
_JOIN = "/l/meetup-join/"


class NotAJoinUrl(BadRequest):
    """The text is no join URL with coordinates in it. `short`: it is one of the newer ones, which have none."""

    def __init__(self, limit: str, *, short: bool = False) -> None:
        super().__init__("join_url", limit)
        self.short = short


@dataclass(frozen=True, kw_only=True, slots=True)
class Coordinates:
    """What joining a meeting by its organizer needs.

    Source: https://learn.microsoft.com/graph/api/application-post-calls
    """

    chat: Chat
    meeting: OrganizerMeeting

    def to_json(self) -> JSON:
        """Give `{"chat", "meeting"}`. Personal: it is kept sealed."""
        return {"chat": self.chat.to_json(), "meeting": self.meeting.to_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Coordinates:
        """Read what `to_json` wrote. Raises `BadRequest`."""
        meeting = meeting_from_json(wire.mapping(document.get("meeting")))
        if not isinstance(meeting, OrganizerMeeting):
            raise BadRequest("meeting.organizer_id", "must be given")
        return cls(chat=Chat.from_json(wire.mapping(document.get("chat"))), meeting=meeting)

    @classmethod
    def of_call(cls, call: object) -> Coordinates | None:
        """Read the coordinates in a call on the wire, for joining again; None where it has none."""
        given = wire.mapping(call)
        chat = Chat.from_wire(given.get("chatInfo"))
        meeting = meeting_from_wire(given.get("meetingInfo"), wire.text(given.get("tenantId")))
        if chat is None or not isinstance(meeting, OrganizerMeeting):
            return None
        return cls(chat=chat, meeting=meeting)


def parse_join_url(url: str) -> Coordinates:
    """Read the coordinates in a join URL of a meeting or of a channel meeting, as invitations have them.

    Also the form a browser shows once the link was followed. Raises `NotAJoinUrl`; the newer short links carry a
    join id instead of coordinates.
    Source: https://learn.microsoft.com/graph/api/application-post-calls
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable():
        raise NotAJoinUrl(f"must be at most {LONGEST} printable ASCII characters")
    path, query = _join_part(url)
    thread, slash, message = path[len(_JOIN) :].rstrip("/").partition("/")
    if not slash:
        raise NotAJoinUrl("must name a thread and a message after /l/meetup-join/")
    context = _context(query)
    ids = {name: wire.text(context.get(name)) or "" for name in ("Oid", "Tid")}
    for name, value in ids.items():
        if not _GUID.fullmatch(normalised(value) or ""):
            raise NotAJoinUrl(f"must have a GUID as {name} in its context")
    try:
        return Coordinates(
            chat=Chat(
                thread_id=unquote(thread),
                message_id=unquote(message),
                reply_chain_message_id=wire.text(context.get("MessageId")),
            ),
            meeting=OrganizerMeeting(organizer_id=ids["Oid"], tenant_id=ids["Tid"]),
        )
    except BadRequest as failure:
        raise NotAJoinUrl(f"is malformed: {failure}") from None


def _join_part(url: str) -> tuple[str, str]:
    """Path and query from `/l/meetup-join/` on, whatever the browser put before it."""
    parts = _split(url)
    if parts is None or parts.scheme != "https" or parts.netloc.lower() not in _HOSTS:
        raise NotAJoinUrl("must be https, and of Teams: https://teams.microsoft.com/l/meetup-join/...")
    if parts.path.startswith("/meet/"):
        raise NotAJoinUrl("is a short link without coordinates: join by the meeting's id and passcode", short=True)
    if parts.path == "/dl/launcher/launcher.html":
        parts = _split(_parameter(parts.query, "url") or "") or parts
    path, query = parts.path, parts.query
    if parts.fragment.startswith(_JOIN):
        path, _, query = parts.fragment.partition("?")
    if not path.startswith(_JOIN):
        raise NotAJoinUrl("must have /l/meetup-join/ in it")
    return path, query


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _parameter(query: str, name: str) -> str | None:
    """The only value of a parameter; None when there is none, or more than one."""
    try:
        given = parse_qs(query, max_num_fields=50).get(name, [])
    except ValueError:
        return None
    return given[0] if len(given) == 1 else None


def _context(query: str) -> Mapping[str, object]:
    try:
        document: object = json.loads(_parameter(query, "context") or "")
    except (ValueError, RecursionError):
        document = None
    context = wire.mapping(document)
    if not context:
        raise NotAJoinUrl("must have a context with Tid and Oid, as JSON")
    return context

"""Meeting coordinates: what is needed to join a meeting, and to join it again.

Three ways: organizer and chat thread (both are in a classic join URL), join id and passcode, or a token that came
with a call. None of it may go into logs or durable history, but for the word that `joined_by` gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph import wire
from graph.request import check_id, in_path, without_none
from graph.targets import BadRequest, identity_set
from graph.wire import JSON

_THREAD = re.compile(r"19:[0-9A-Za-z_.=+-]{1,256}@[0-9a-z.]{1,64}")
_MESSAGE = re.compile(r"[0-9]{1,20}", re.ASCII)
_JOIN_ID = re.compile(r"[0-9]{9,20}", re.ASCII)
_LONGEST_TOKEN = 16_384


@dataclass(frozen=True, kw_only=True, slots=True)
class Chat:
    """The chat of a meeting, or of a channel where `reply_chain_message_id` is the post it began with.

    Source: https://learn.microsoft.com/graph/api/resources/chatinfo
    """

    thread_id: str = field(repr=False)
    message_id: str = "0"
    reply_chain_message_id: str | None = None

    def __post_init__(self) -> None:
        if not _THREAD.fullmatch(self.thread_id):
            raise BadRequest("chat.thread_id", "must be a thread's id like 19:meeting_...@thread.v2")
        if not _MESSAGE.fullmatch(self.message_id):
            raise BadRequest("chat.message_id", "must be a message's number")
        if self.reply_chain_message_id is not None and not _MESSAGE.fullmatch(self.reply_chain_message_id):
            raise BadRequest("chat.reply_chain_message_id", "must be a message's number")

    def to_wire(self) -> JSON:
        """Give Graph's `chatInfo`."""
        return without_none(
            {
                "@odata.type": "#microsoft.graph.chatInfo",
                "threadId": self.thread_id,
                "messageId": self.message_id,
                "replyChainMessageId": self.reply_chain_message_id,
            }
        )

    def to_json(self) -> JSON:
        """Give `{"thread_id", "message_id", "reply_chain_message_id"}`."""
        return {
            "thread_id": self.thread_id,
            "message_id": self.message_id,
            "reply_chain_message_id": self.reply_chain_message_id,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Chat:
        """Read what `to_json` wrote. Raises `BadRequest`."""
        return cls(
            thread_id=_text(document, "chat", "thread_id"),
            message_id=_text(document, "chat", "message_id"),
            reply_chain_message_id=_optional(document, "chat", "reply_chain_message_id"),
        )

    @classmethod
    def from_wire(cls, value: object) -> Chat | None:
        """Read `chatInfo`; None for what names no chat."""
        given = wire.mapping(value)
        try:
            return cls(
                thread_id=wire.text(given.get("threadId")) or "",
                message_id=wire.text(given.get("messageId")) or "0",
                reply_chain_message_id=wire.text(given.get("replyChainMessageId")),
            )
        except BadRequest:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizerMeeting:
    """A meeting by its organizer; the chat stands beside it.

    Source: https://learn.microsoft.com/graph/api/resources/organizermeetinginfo
    """

    organizer_id: str = field(repr=False)
    tenant_id: str
    #: Whether the others may go on once the bot has left.
    allow_conversation_without_host: bool = True

    def __post_init__(self) -> None:
        check_id("meeting.organizer_id", self.organizer_id, "a user's object id")
        check_id("meeting.tenant_id", self.tenant_id, "a tenant's id")

    def to_wire(self) -> JSON:
        """Give Graph's `organizerMeetingInfo`."""
        return {
            "@odata.type": "#microsoft.graph.organizerMeetingInfo",
            "organizer": identity_set("user", in_path(self.organizer_id), tenantId=in_path(self.tenant_id)),
            "allowConversationWithoutHost": self.allow_conversation_without_host,
        }

    def to_json(self) -> JSON:
        """Give `{"organizer_id", "tenant_id", "allow_conversation_without_host"}`."""
        return {
            "organizer_id": self.organizer_id,
            "tenant_id": self.tenant_id,
            "allow_conversation_without_host": self.allow_conversation_without_host,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinIdMeeting:
    """A meeting by the id that its invitation shows, with the passcode where it has one.

    Source: https://learn.microsoft.com/graph/api/resources/joinmeetingidmeetinginfo
    """

    join_id: str = field(repr=False)
    passcode: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not _JOIN_ID.fullmatch(self.join_id):
            raise BadRequest("meeting.join_id", "must be the digits of a meeting's id, without spaces")
        if self.passcode is not None and not 1 <= len(self.passcode) <= 64:
            raise BadRequest("meeting.passcode", "must be 1 to 64 characters")

    def to_wire(self) -> JSON:
        """Give Graph's `joinMeetingIdMeetingInfo`."""
        return {
            "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
            "joinMeetingId": self.join_id,
            "passcode": self.passcode,
        }

    def to_json(self) -> JSON:
        """Give `{"join_id", "passcode"}`."""
        return {"join_id": self.join_id, "passcode": self.passcode}


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenMeeting:
    """A meeting by the token of a call that invited the bot. From there, numbers cannot be invited.

    Source: https://learn.microsoft.com/graph/api/resources/tokenmeetinginfo
    """

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.token) <= _LONGEST_TOKEN:
            raise BadRequest("meeting.token", f"must be 1 to {_LONGEST_TOKEN} characters")

    def to_wire(self) -> JSON:
        """Give Graph's `tokenMeetingInfo`."""
        return {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": self.token}

    def to_json(self) -> JSON:
        """Give `{"token"}`."""
        return {"token": self.token}


Meeting = OrganizerMeeting | JoinIdMeeting | TokenMeeting


def meeting_from_json(document: Mapping[str, Any]) -> Meeting:
    """Read what `to_json` of a meeting wrote. Raises `BadRequest`."""
    if "organizer_id" in document:
        return OrganizerMeeting(
            organizer_id=_text(document, "meeting", "organizer_id"),
            tenant_id=_text(document, "meeting", "tenant_id"),
            allow_conversation_without_host=document.get("allow_conversation_without_host") is not False,
        )
    if "join_id" in document:
        return JoinIdMeeting(
            join_id=_text(document, "meeting", "join_id"), passcode=_optional(document, "meeting", "passcode")
        )
    return TokenMeeting(token=_text(document, "meeting", "token"))


def meeting_from_wire(value: object, tenant_id: str | None = None) -> Meeting | None:
    """Read `meetingInfo`; `tenant_id` is the call's, for an organizer without one. None for what cannot be joined.

    Source: https://learn.microsoft.com/graph/api/resources/meetinginfo
    """
    given = wire.mapping(value)
    kind = (wire.type_name(given.get("@odata.type")) or "").lower()
    organizer = wire.mapping(wire.mapping(given.get("organizer")).get("user"))
    try:
        if kind == "organizermeetinginfo":
            return OrganizerMeeting(
                organizer_id=wire.text(organizer.get("id")) or "",
                tenant_id=wire.text(organizer.get("tenantId")) or tenant_id or "",
                allow_conversation_without_host=given.get("allowConversationWithoutHost") is not False,
            )
        if kind == "joinmeetingidmeetinginfo":
            return JoinIdMeeting(
                join_id=wire.text(given.get("joinMeetingId")) or "", passcode=wire.text(given.get("passcode"))
            )
        return TokenMeeting(token=wire.text(given.get("token")) or "") if kind == "tokenmeetinginfo" else None
    except BadRequest:
        return None


_BY = {"organizermeetinginfo": "organizer", "joinmeetingidmeetinginfo": "join_id", "tokenmeetinginfo": "token"}


def joined_by(chat_info: object, meeting_info: object) -> str | None:
    """What a call's meeting is known by: `organizer`, `join_id`, `token`, or no more than a `chat`; None outside.

    That is all durable history may know of it.
    """
    kind = (wire.type_name(wire.mapping(meeting_info).get("@odata.type")) or "").lower()
    if kind in _BY:
        return _BY[kind]
    return "chat" if wire.mapping(chat_info) else None


def _text(document: Mapping[str, Any], of: str, name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"{of}.{name}", "must be a text")
    return value


def _optional(document: Mapping[str, Any], of: str, name: str) -> str | None:
    return None if document.get(name) is None else _text(document, of, name)

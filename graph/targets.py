"""Whom a call is sent to, and the audio it hears: the parts that several requests share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from graph.ids import normalised, on_the_wire
from graph.wire import JSON

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_OBJECT_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:@-]{0,127}")
_MEMBERS = {
    "user": "user",
    "phone": "phone",
    "application": "application",
    "application_instance": "applicationInstance",
    "voicemail": "user",
}


class BadRequest(ValueError):
    """A request cannot be made: `field` breaks a documented limit. Nothing was sent.

    The message names the field and the limit, never the value, which may be personal.
    """

    def __init__(self, field: str, limit: str) -> None:
        super().__init__(f"{field} {limit}")
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Somebody a call can be placed, redirected or transferred to, or who can be invited.

    Raises `BadRequest` for a phone number that is not E.164 and for an id that cannot be one.
    Source: https://learn.microsoft.com/graph/api/resources/invitationparticipantinfo
    """

    #: `user`, `phone`, `application`, `application_instance`, or `voicemail`: the voicemail of a user.
    kind: str
    #: Directory object id, or E.164 number.
    id: str = field(repr=False)
    #: Id of the call this one takes over (a consultative transfer).
    replaces_call_id: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in _MEMBERS:
            raise BadRequest("target", f"must name one of {', '.join(_MEMBERS)}")
        form, meaning = (_E164, "a number like +442079460000") if self.kind == "phone" else (_OBJECT_ID, "an id")
        if not form.fullmatch(self.id):
            raise BadRequest(f"target.{self.kind}", f"must be {meaning}")
        if self.replaces_call_id is not None and normalised(self.replaces_call_id) is None:
            raise BadRequest("target.replaces_call_id", "must be a call's id")

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Target:
        """Read `{"user": id}`, `{"phone": "+44..."}`, `{"application_instance": id}`, `{"voicemail": user's id}`, ...

        `"replaces_call_id"` may stand beside it. Raises `BadRequest`.
        """
        replaced = document.get("replaces_call_id")
        named = [(kind, value) for kind, value in document.items() if kind != "replaces_call_id"]
        if len(named) != 1 or not isinstance(named[0][1], str) or not isinstance(replaced, str | None):
            raise BadRequest("target", f"must name exactly one of {', '.join(_MEMBERS)}, with a text")
        return cls(kind=named[0][0], id=named[0][1], replaces_call_id=replaced)

    def to_wire(self) -> JSON:
        """Give Graph's `invitationParticipantInfo`, with the plain `identitySet` that the reference shows."""
        wire: JSON = {
            "@odata.type": "#microsoft.graph.invitationParticipantInfo",
            "identity": identity_set(_MEMBERS[self.kind], self.id),
        }
        if self.kind == "voicemail":
            wire["endpointType"] = "voicemail"
        replaced = normalised(self.replaces_call_id)
        if replaced:
            wire["replacesCallId"] = on_the_wire(replaced)
        return wire


def identity_set(member: str, id_: str, **more: str) -> JSON:
    """Give Graph's plain `identitySet` with one identity, and what more is known of it.

    Source: https://learn.microsoft.com/graph/api/resources/identityset
    """
    identity: JSON = {"@odata.type": "#microsoft.graph.identity", "id": id_, **more}
    return {"@odata.type": "#microsoft.graph.identitySet", member: identity}


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaInfo:
    """An audio file for Graph to fetch: WAV, PCM, mono, 16-bit, 16 kHz. `resource_id` is its key in Graph's cache.

    Raises `BadRequest` unless `uri` is https (plain http on loopback only).
    Source: https://learn.microsoft.com/graph/api/resources/mediainfo
    """

    uri: str = field(repr=False)
    resource_id: str

    def __post_init__(self) -> None:
        check_uri("media_info.uri", self.uri)

    def to_wire(self) -> JSON:
        """Give Graph's `mediaInfo`."""
        return {"@odata.type": "#microsoft.graph.mediaInfo", "uri": self.uri, "resourceId": self.resource_id}

    def to_prompt(self) -> JSON:
        """Give Graph's `mediaPrompt`."""
        return {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": self.to_wire()}


def check_uri(field: str, uri: str) -> None:
    """Raise `BadRequest` unless Graph can reach the address: https, or on loopback a simulator's plain http."""
    try:
        parts = urlsplit(uri)
        scheme, host = parts.scheme, parts.hostname
    except ValueError:
        scheme, host = "", None
    if not host or not uri.isascii() or scheme not in ("https", "http"):
        raise BadRequest(field, "must be an https address")
    if scheme == "http" and host not in LOOPBACK:
        raise BadRequest(field, "must be https (plain http is for loopback only)")

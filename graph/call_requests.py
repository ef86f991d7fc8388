"""Requests that move a call: answer, reject, redirect, transfer, keep alive, hang up, look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graph import wire
from graph.request import Request, check_seconds, without_none
from graph.resources import CALL_STATES, audio_state
from graph.targets import BadRequest, MediaInfo, Target, check_uri
from graph.wire import JSON

_ACCEPTED_MODALITIES = ("audio", "video", "videoBasedScreenSharing")
_REASONS = ("none", "busy", "forbidden")


@dataclass(frozen=True, kw_only=True)
class Answer(Request):
    """Answer an incoming call with media that Graph hosts, within 15 s (5 s for policy recording). 202.

    Source: https://learn.microsoft.com/graph/api/call-answer
    """

    callback_uri: str = field(repr=False)
    accepted_modalities: tuple[str, ...] = ("audio",)
    #: Prompts that Graph fetches ahead of their first playPrompt.
    prefetch: tuple[MediaInfo, ...] = ()

    action: ClassVar[str] = "answer"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_uri("callback_uri", self.callback_uri)
        if not self.accepted_modalities or not set(self.accepted_modalities) <= set(_ACCEPTED_MODALITIES):
            raise BadRequest("accepted_modalities", f"must be some of {', '.join(_ACCEPTED_MODALITIES)}")

    def body(self) -> JSON:
        """The wire form. `@odata.type` of the media configuration picks its kind and is mandatory."""
        media: JSON = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
        if self.prefetch:
            media["preFetchMedia"] = [info.to_wire() for info in self.prefetch]
        return {
            "callbackUri": self.callback_uri,
            "mediaConfig": media,
            "acceptedModalities": list(self.accepted_modalities),
        }


@dataclass(frozen=True, kw_only=True)
class Reject(Request):
    """Reject an incoming call: `none`, `busy` or `forbidden`. 202; a `deleted` notification follows.

    Source: https://learn.microsoft.com/graph/api/call-reject
    """

    reason: str = "none"
    callback_uri: str | None = field(default=None, repr=False)

    action: ClassVar[str] = "reject"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reason not in _REASONS:
            raise BadRequest("reason", f"must be one of {', '.join(_REASONS)}")
        if self.callback_uri is not None:
            check_uri("callback_uri", self.callback_uri)

    def body(self) -> JSON:
        """The wire form."""
        return without_none({"reason": self.reason, "callbackUri": self.callback_uri})


@dataclass(frozen=True, kw_only=True)
class Redirect(Request):
    """Send an incoming call on to 1 to 25 targets, which ring at once for 15 to 90 s (Graph's own: 55 or 60). 202.

    Source: https://learn.microsoft.com/graph/api/call-redirect
    """

    targets: tuple[Target, ...]
    timeout_s: int | None = None
    callback_uri: str | None = field(default=None, repr=False)

    action: ClassVar[str] = "redirect"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.targets) <= 25:
            raise BadRequest("targets", "must be 1 to 25")
        if self.timeout_s is not None:
            check_seconds("timeout_s", self.timeout_s, 15, 90)
        if self.callback_uri is not None:
            check_uri("callback_uri", self.callback_uri)

    def body(self) -> JSON:
        """The wire form."""
        targets = [target.to_wire() for target in self.targets]
        return without_none({"targets": targets, "timeout": self.timeout_s, "callbackUri": self.callback_uri})


@dataclass(frozen=True, kw_only=True)
class Transfer(Request):
    """Transfer an established call of two. 202; how it goes arrives as call states, not as an operation.

    Consultative when the target replaces a call, else blind.
    Source: https://learn.microsoft.com/graph/api/call-transfer
    """

    target: Target

    action: ClassVar[str] = "transfer"

    def body(self) -> JSON:
        """The wire form."""
        return {"transferTarget": {**self.target.to_wire(), "endpointType": "default"}}


@dataclass(frozen=True, kw_only=True)
class KeepAlive(Request):
    """Say that the call is still wanted; 45 min without it end the call. 200, 404 once the call is over.

    Source: https://learn.microsoft.com/graph/api/call-keepalive
    """

    action: ClassVar[str] = "keepAlive"
    idempotent: ClassVar[bool] = True

    def body(self) -> None:
        """No body."""


@dataclass(frozen=True, kw_only=True)
class HangUp(Request):
    """Leave the call, and end it where we are one of two. 204.

    Source: https://learn.microsoft.com/graph/api/call-delete
    """

    method: ClassVar[str] = "DELETE"
    action: ClassVar[str] = ""
    idempotent: ClassVar[bool] = True

    def body(self) -> None:
        """No body."""


@dataclass(frozen=True, kw_only=True)
class GetCall(Request):
    """Look at the call. 200 with the call.

    Source: https://learn.microsoft.com/graph/api/call-get
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = ""
    idempotent: ClassVar[bool] = True

    def body(self) -> None:
        """No body."""

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"state", "audio"}`; null for what the response did not say."""
        call = wire.mapping(answer)
        return {"state": wire.member(call.get("state"), CALL_STATES), "audio": audio_state(call)}

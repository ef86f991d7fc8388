"""Requests that move a call: answer, reject, redirect, transfer, keep alive, hang up, look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graph import wire
from graph.call_setup import CallOptions, check_media, check_modalities, media_config
from graph.parties import Transferee
from graph.request import CallRequest, check_member, check_seconds, without_none
from graph.resources import CALL_STATES, audio_state
from graph.targets import BadRequest, MediaInfo, Target, check_uri
from graph.wire import JSON

_ACCEPTED_MODALITIES = ("audio", "video", "videoBasedScreenSharing")
_REASONS = ("none", "busy", "forbidden")


@dataclass(frozen=True, kw_only=True)
class Answer(CallRequest):
    """Answer an incoming call within 15 s (5 s for policy recording). 202.

    With `blob` our media worker handles the media, without it Graph does.

    Source: https://learn.microsoft.com/graph/api/call-answer
    """

    callback_uri: str = field(repr=False)
    accepted_modalities: tuple[str, ...] = ("audio",)
    #: Prompts that Graph fetches ahead of their first playPrompt.
    prefetch: tuple[MediaInfo, ...] = ()
    blob: str | None = field(default=None, repr=False)
    call_options: CallOptions | None = None
    #: Policy recording only: how many of the same policy's participants this one call may cover.
    participant_capacity: int | None = None

    action: ClassVar[str] = "answer"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_uri("callback_uri", self.callback_uri)
        check_modalities("accepted_modalities", self.accepted_modalities, _ACCEPTED_MODALITIES)
        check_media(self.prefetch, self.blob)
        if self.participant_capacity is not None and not 0 <= self.participant_capacity < 2**31:
            raise BadRequest("participant_capacity", "must be 0 to 2147483647")

    def body(self) -> JSON:
        """The wire form."""
        return without_none(
            {
                "callbackUri": self.callback_uri,
                "mediaConfig": media_config(self.prefetch, self.blob),
                "acceptedModalities": list(self.accepted_modalities),
                "callOptions": self.call_options and self.call_options.to_wire("incomingCallOptions"),
                "participantCapacity": self.participant_capacity,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Reject(CallRequest):
    """Reject an incoming call: `none`, `busy` or `forbidden`. 202; a `deleted` notification follows.

    Source: https://learn.microsoft.com/graph/api/call-reject
    """

    reason: str = "none"
    callback_uri: str | None = field(default=None, repr=False)

    action: ClassVar[str] = "reject"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_member("reason", self.reason, _REASONS)
        if self.callback_uri is not None:
            check_uri("callback_uri", self.callback_uri)

    def body(self) -> JSON:
        """The wire form."""
        return without_none({"reason": self.reason, "callbackUri": self.callback_uri})


@dataclass(frozen=True, kw_only=True)
class Redirect(CallRequest):
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
class Transfer(CallRequest):
    """Transfer an established call. 202; how it goes arrives as call states, not as an operation.

    Consultative when the target replaces a call, else blind. Out of a group call one participant is transferred, the
    `transferee`; a call of two has none.
    Source: https://learn.microsoft.com/graph/api/call-transfer
    """

    target: Target
    transferee: Transferee | None = None

    action: ClassVar[str] = "transfer"

    def body(self) -> JSON:
        """The wire form."""
        return without_none(
            {
                "transferTarget": {"endpointType": "default", **self.target.to_wire()},
                "transferee": self.transferee and self.transferee.to_wire(),
            }
        )


@dataclass(frozen=True, kw_only=True)
class KeepAlive(CallRequest):
    """Say that the call is still wanted; 45 min without it end the call. 200, 404 once the call is over.

    Source: https://learn.microsoft.com/graph/api/call-keepalive
    """

    action: ClassVar[str] = "keepAlive"
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class HangUp(CallRequest):
    """Leave the call, and end it where we are one of two. 204.

    Source: https://learn.microsoft.com/graph/api/call-delete
    """

    method: ClassVar[str] = "DELETE"
    action: ClassVar[str] = ""
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class GetCall(CallRequest):
    """Look at the call. 200 with the call.

    Source: https://learn.microsoft.com/graph/api/call-get
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = ""
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"state", "audio"}`; null for what the response did not say."""
        call = wire.mapping(answer)
        return {"state": wire.member(call.get("state"), CALL_STATES), "audio": audio_state(call)}

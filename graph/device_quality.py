"""Reports of teleconferencing devices on how a call went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from graph.ids import normalised
from graph.request import Request, check_id, in_path, without_none
from graph.targets import BadRequest
from graph.wire import JSON

_KINDS: Mapping[str, str] = {
    "audio": "teleconferenceDeviceAudioQuality",
    "video": "teleconferenceDeviceVideoQuality",
    "screen_sharing": "teleconferenceDeviceScreenSharingQuality",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaQuality:
    """How one medium of a device went; what was not measured is None.

    Source: https://learn.microsoft.com/graph/api/resources/teleconferencedevicemediaquality
    """

    kind: Literal["audio", "video", "screen_sharing"]
    channel: int
    duration: timedelta
    inbound_packets: int | None = None
    outbound_packets: int | None = None
    #: 0 to 100.
    inbound_loss_percent: float | None = None
    outbound_loss_percent: float | None = None
    inbound_jitter: timedelta | None = None
    outbound_jitter: timedelta | None = None
    round_trip: timedelta | None = None

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise BadRequest("media.kind", f"must be one of {', '.join(_KINDS)}")
        for name in ("channel", "inbound_packets", "outbound_packets"):
            number: int | None = getattr(self, name)
            if number is not None and not 0 <= number < 2**31:
                raise BadRequest(f"media.{name}", "must be 0 to 2147483647")
        for name in ("inbound_loss_percent", "outbound_loss_percent"):
            share: float | None = getattr(self, name)
            if share is not None and not 0 <= share <= 100:
                raise BadRequest(f"media.{name}", "must be 0 to 100")
        for name in ("duration", "inbound_jitter", "outbound_jitter", "round_trip"):
            length: timedelta | None = getattr(self, name)
            if length is not None and length < timedelta(0):
                raise BadRequest(f"media.{name}", "must not be negative")

    def to_wire(self) -> JSON:
        """Give Graph's `teleconferenceDeviceMediaQuality`, in the type of its medium."""
        return without_none(
            {
                "@odata.type": f"#microsoft.graph.{_KINDS[self.kind]}",
                "channelIndex": self.channel,
                "mediaDuration": _duration(self.duration),
                "inboundPackets": self.inbound_packets,
                "outboundPackets": self.outbound_packets,
                "averageInboundPacketLossRateInPercentage": self.inbound_loss_percent,
                "averageOutboundPacketLossRateInPercentage": self.outbound_loss_percent,
                "averageInboundJitter": _duration(self.inbound_jitter),
                "averageOutboundJitter": _duration(self.outbound_jitter),
                "averageInboundRoundTripDelay": _duration(self.round_trip),
            }
        )


@dataclass(frozen=True, kw_only=True)
class LogDeviceQuality(Request):
    """Report the quality that a teleconferencing device had. 200. For partners of video interoperability.

    Source: https://learn.microsoft.com/graph/api/call-logteleconferencedevicequality
    """

    call_chain_id: str
    participant_id: str
    media_leg_id: str
    device_name: str
    device_description: str
    media: tuple[MediaQuality, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("call_chain_id", "participant_id", "media_leg_id"):
            value: str = getattr(self, name)
            check_id(name, value, "a GUID")
            if len(normalised(value) or "") != 32:
                raise BadRequest(name, "must be a GUID")
        for name in ("device_name", "device_description"):
            text: str = getattr(self, name)
            if not 1 <= len(text) <= 256:
                raise BadRequest(name, "must be 1 to 256 characters")
        if not self.media:
            raise BadRequest("media", "must tell of at least one medium")

    @property
    def path(self) -> str:
        """Path below Graph's root."""
        return "/communications/calls/logTeleconferenceDeviceQuality"

    def body(self) -> JSON:
        """The wire form."""
        quality: JSON = {
            "@odata.type": "#microsoft.graph.teleconferenceDeviceQuality",
            "callChainId": in_path(self.call_chain_id),
            "participantId": in_path(self.participant_id),
            "mediaLegId": in_path(self.media_leg_id),
            "deviceName": self.device_name,
            "deviceDescription": self.device_description,
            "mediaQualityList": [medium.to_wire() for medium in self.media],
        }
        return {"quality": quality}


def _duration(length: timedelta | None) -> str | None:
    """ISO 8601, as OData writes durations."""
    return None if length is None else f"PT{length.total_seconds():.6f}".rstrip("0").rstrip(".") + "S"

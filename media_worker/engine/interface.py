"""The seam to a media platform.

Nothing here calls back: an engine keeps what arrives in bounded queues, and the worker drains them every 20 ms. So no
Python runs on a platform's thread, and an engine may as well live in another process. Every method returns at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from media_worker.audio import Records
from media_worker.formats import VideoFormat

Direction = Literal["inactive", "receive", "send", "both"]
Health = Literal["normal", "heavily_loaded", "overloaded"]
#: The socket of screen sharing; main video has the sockets from 0 on.
SCREEN = 255


class PlatformRefused(Exception):
    """The platform does not take a session: it is overloaded, or the request is none that it knows."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """How the media platform of this machine is reached from outside.

    Source: https://microsoftgraph.github.io/microsoft-graph-comms-samples/docs/bot_media/index.html
    """

    application_id: str
    #: Of the certificate in the machine's store that Teams is shown.
    certificate_thumbprint: str = ""
    #: Listened on here, and the port of the load balancer that leads to it.
    internal_port: int = 8445
    public_port: int = 8445
    public_address: str = "0.0.0.0"
    service_fqdn: str = "localhost"
    #: First and last UDP port of real-time media.
    media_ports: tuple[int, int] = (50_000, 50_999)


@dataclass(frozen=True, kw_only=True)
class VideoAsk:
    """One video socket."""

    direction: Direction
    #: What the bot may send, best first.
    formats: tuple[VideoFormat, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MediaAsk:
    """What a session is to have."""

    session_id: str
    direction: Direction = "both"
    #: Receive the loudest four apart, in place of the mix.
    unmixed: bool = False
    video: tuple[VideoAsk, ...] = ()
    screen: VideoAsk | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A session that the platform holds ready."""

    #: Names the session in records, from 1 on; never used again.
    stream: int
    #: The serialized media configuration, for `appHostedMediaConfig.blob`.
    blob: str


@dataclass(frozen=True, kw_only=True)
class EngineEvent:
    """Something that is no audio and no video.

    `kind`: `tone` ({"tone"}), `send_status` / `video_receive_status` / `video_send_status` ({"active", "socket"?}),
    `dominant_speaker` ({"speaker": id or None}), `failure`, `key_frame_needed` ({"socket"}), `health` ({"health"}).
    """

    stream: int
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VideoFrame:
    """A picture in NV12: `height` rows of luma, then half as many of interleaved chroma, without padding."""

    width: int
    height: int
    data: bytes
    #: In 100 ns.
    timestamp: int = 0

    def __post_init__(self) -> None:
        if self.width % 2 or self.height % 2 or len(self.data) != self.width * self.height * 3 // 2:
            raise ValueError(f"{len(self.data)} bytes are no NV12 of {self.width} x {self.height}")


@dataclass(frozen=True, kw_only=True)
class ReceivedVideo:
    """The newest picture of a socket; an older one that was not drained is gone."""

    stream: int
    socket: int
    #: Media source id of who is seen.
    source: int
    frame: VideoFrame


@dataclass(kw_only=True)
class Drops:
    """What was thrown away because a queue was full."""

    audio: int = 0
    video: int = 0
    events: int = 0
    sent: int = 0


class Engine(Protocol):
    """A media platform."""

    name: str
    #: Of the media library, as the blob says it.
    version: str

    def start(self, platform: Platform) -> None:
        """Begin. Raises `PlatformRefused`."""
        ...

    def stop(self) -> None:
        """End; all sessions are gone."""
        ...

    def open(self, ask: MediaAsk) -> Opened:
        """Hold a session ready. Raises `PlatformRefused`."""
        ...

    def close(self, stream: int) -> None:
        """Let a session go; one that is gone is no error."""
        ...

    def drain(self, into: Records) -> int:
        """Move frames that arrived into the front of `into`, oldest first; returns how many."""
        ...

    def events(self) -> list[EngineEvent]:
        """What happened since the last time."""
        ...

    def video(self) -> list[ReceivedVideo]:
        """Pictures that arrived since the last time."""
        ...

    def send(self, sent: Records) -> None:
        """Say these frames, each on its stream; the platform drops those of a session that cannot send yet."""
        ...

    def send_tones(self, stream: int, tones: tuple[str, ...], gap_ms: int) -> None:
        """Press keys (`0` to `9`, `*`, `#`, `A` to `D`)."""
        ...

    def send_video(self, stream: int, socket: int, frame: VideoFrame) -> None:
        """Show one picture."""
        ...

    def subscribe(self, stream: int, socket: int, resolution: str, source: int | None) -> None:
        """Receive video of `source` on a socket; None for whoever the platform chooses."""
        ...

    def unsubscribe(self, stream: int, socket: int) -> None:
        """Receive none on it."""
        ...

    def quality(self, stream: int) -> dict[str, Any]:
        """The platform's quality of experience data; asked at most every 30 s."""
        ...

    def health(self) -> Health:
        """How the platform is."""
        ...

    def drops(self, stream: int) -> Drops:
        """What this session lost."""
        ...

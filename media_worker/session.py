"""One session: a call's media on this worker, from the blob to the last recorded block.

The theory. *prepared*: the platform holds a blob ready and waits; nobody has said yet which call it became. *bound*:
the call was answered. *connecting*: the calling cloud is there. *active*: audio flows. *degraded*: it flowed, and for
ten seconds it did not. *closing*, *closed*: it was let go. *failed*: the platform gave the stream up, or no call was
ever bound. A stream cannot move to another worker: what fails is told, and the call has to be joined again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from media_worker.engine.interface import (
    SCREEN,
    EngineEvent,
    MediaAsk,
    Opened,
    ReceivedVideo,
    VideoFrame,
)
from media_worker.formats import VideoFormat
from media_worker.pipeline.player import Player
from media_worker.recording import Recording, Segment
from media_worker.streams import protocol
from media_worker.streams.stream import Stream

UNBOUND_S = 60.0
NO_MEDIA_S = 10.0
#: One key is heard twice, by the platform and in the sound: what comes within this time is one press.
SAME_TONE_S = 0.3


class NotAllowed(Exception):
    """It cannot be done to this session now. `code` is for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


Tell = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Features:
    """What is listened for."""

    in_band_tones: bool = False
    voice_activity: bool = False
    dominant_speaker: bool = False


@dataclass(frozen=True, kw_only=True)
class Binding:
    """The call that a session became."""

    graph_call_id: str
    tenant_id: str


@dataclass(kw_only=True)
class Session:
    """What is known of one."""

    ask: MediaAsk
    opened: Opened
    call_ref: str
    callback_url: str
    features: Features
    created_at: float
    ends_at: float
    #: Tells the function app.
    tell: Tell
    state: str = "prepared"
    binding: Binding | None = None
    bound_at: float | None = None
    heard_at: float | None = None
    may_send: bool = False
    recording: Recording | None = None
    recordings: int = 0
    segments: list[Segment] = field(default_factory=list)
    player: Player = field(default_factory=Player)
    #: Media source id -> participant.
    roster: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: The newest picture of each socket.
    pictures: dict[int, ReceivedVideo] = field(default_factory=dict)
    #: The still image of each socket that shows one, and when it is next shown.
    shown: dict[int, tuple[VideoFrame, float]] = field(default_factory=dict)
    snapshots: int = 0
    stream: Stream | None = None
    frames_in: int = 0
    frames_out: int = 0
    last_tone: tuple[str, float] = ("", 0.0)
    told_no_media: bool = False
    quality_at: float | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return self.ask.session_id

    @property
    def open(self) -> bool:
        """Whether it still is one."""
        return self.state not in ("closing", "closed", "failed")

    @property
    def wants_mix(self) -> bool:
        """Whether its speakers, who come apart, are to be mixed."""
        return self.ask.unmixed and self.recording is not None and self.recording.layout == "mixed"

    def bind(self, binding: Binding, now: float) -> bool:
        """This is the call; False where it is bound to another."""
        if self.binding is not None:
            return self.binding == binding
        self.binding, self.bound_at = binding, now
        if self.state == "prepared":
            self.state = "bound"
        if self.heard_at is not None:
            self._become_active()
        return True

    def heard(self, frames: int, now: float) -> None:
        """Audio came."""
        self.heard_at = now
        self.frames_in += frames
        if self.binding is not None and self.state in ("bound", "connecting", "degraded"):
            self._become_active()

    def happened(self, event: EngineEvent, now: float) -> None:
        """The platform says something."""
        if event.kind == "send_status":
            self.may_send = bool(event.data["active"])
            if self.may_send and self.state == "bound":
                self.state = "connecting"
        elif event.kind == "tone":
            self.tone(str(event.data["tone"]), "platform", now)
        elif event.kind == "dominant_speaker" and self.features.dominant_speaker:
            self.tell("media.dominantSpeaker", {"msi": event.data["speaker"]})
        elif event.kind == "failure":
            self.fail("the platform gave the stream up")
        elif event.kind in ("video_receive_status", "video_send_status"):
            self.tell("media.videoStatus", {"direction": event.kind.split("_")[1], **event.data})

    def tone(self, tone: str, source: str, now: float) -> None:
        """A key was pressed; heard by the platform and in the sound it is one press."""
        earlier, at = self.last_tone
        self.last_tone = (tone, now)
        if earlier == tone and now - at < SAME_TONE_S:
            return
        self.tell("media.tone", {"tone": tone, "source": source})
        if self.stream is not None:
            self.stream.send(protocol.tone(tone, at=now))
        self.player.interrupt()

    def voice(self, speaker: int, speaking: bool) -> None:
        """Somebody begins or ends to speak."""
        self.tell("vad.start" if speaking else "vad.stop", {"msi": speaker})
        if speaking:
            self.player.interrupt()

    def seen(self, video: ReceivedVideo) -> None:
        """A picture came."""
        self.pictures[video.socket] = video

    def name_of(self, speaker: int) -> str:
        """The participant behind a media source id, or that id where the roster does not say."""
        return str(self.roster.get(speaker, {}).get("participantId", speaker))

    def shown_format(self, socket: int) -> VideoFormat:
        """The raw format in which a still image is shown on a socket: the slowest that the session may send."""
        video = self.ask.screen if socket == SCREEN else self.ask.video[socket]
        formats = [each for each in (video.formats if video is not None else ()) if each.color == "NV12"]
        if video is None or video.direction == "receive" or not formats:
            raise NotAllowed("cannotShow", "the session cannot send NV12 on this socket")
        return min(formats, key=lambda each: each.fps)

    def look(self, now: float) -> str | None:
        """What time has brought: a reason to close it, or None."""
        if self.state == "prepared" and now - self.created_at >= UNBOUND_S:
            return "no call was bound within 60 s"
        if now >= self.ends_at:
            return "it has reached its longest duration"
        quiet_since = self.heard_at if self.heard_at is not None else self.bound_at
        if quiet_since is not None and now - quiet_since >= NO_MEDIA_S and not self.told_no_media and self.binding:
            self.told_no_media = True
            if self.state == "active":
                self.state = "degraded"
            self.tell("session.noMedia", {"seconds": NO_MEDIA_S})
        return None

    def fail(self, reason: str) -> None:
        """It is over, and not because somebody wanted it."""
        if self.open:
            self.state = "failed"
            self.tell("session.failed", {"reason": reason})

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it: counters and states, no names."""
        return {
            "sessionId": self.id,
            "callRef": self.call_ref,
            "state": self.state,
            "graphCallId": self.binding.graph_call_id if self.binding else None,
            "createdAt": self.created_at,
            "expiresAt": self.ends_at if self.binding else min(self.ends_at, self.created_at + UNBOUND_S),
            "sending": self.may_send,
            "framesIn": self.frames_in,
            "framesOut": self.frames_out,
            "recording": self.recording is not None,
            "segments": [vars_of(segment) for segment in self.segments],
            "playing": self.player.busy,
            "playerDropped": self.player.dropped,
            "lostBlocks": 0 if self.recording is None else self.recording.lost_blocks,
            "stream": None if self.stream is None else self.stream.to_json(),
        }

    def _become_active(self) -> None:
        self.state, self.told_no_media = "active", False
        self.tell("session.active", {})


def vars_of(segment: Segment) -> dict[str, Any]:
    """A segment as JSON."""
    return {
        "blob": segment.name,
        "track": segment.track,
        "startsAtS": segment.starts_at_s,
        "seconds": segment.seconds,
        "bytes": segment.bytes,
        "lostBlocks": segment.lost_blocks,
    }

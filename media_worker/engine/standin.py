"""A media platform in Python, for machines without Microsoft's: tests, laptops, the demonstration.

It gives blobs of the real one's form, whose `mpUri` leads to a `LineServer`: there the simulator plays the calling
cloud. Sends are discarded until the cloud says that they are wanted, as on the real one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from media_worker.audio import Records
from media_worker.engine.interface import (
    SCREEN,
    Drops,
    EngineEvent,
    Health,
    MediaAsk,
    Opened,
    Platform,
    PlatformRefused,
    ReceivedVideo,
    VideoFrame,
)
from media_worker.engine.line import Line
from media_worker.engine.queues import Waiting

VERSION = "0.0.0-standin"


class StandIn:
    """`engine.interface.Engine`, and the sessions that a `LineServer` serves."""

    name = "standin"
    version = VERSION

    def __init__(self) -> None:
        self._platform: Platform | None = None
        self._sessions: dict[int, _Session] = {}
        self._last = 0
        self._happened: list[EngineEvent] = []
        self._health: Health = "normal"
        #: Where the cloud finds the line; the platform's own name and port where it is None.
        self.line_port: Callable[[], int] | None = None

    # --- the engine

    def start(self, platform: Platform) -> None:
        """Begin."""
        if not platform.service_fqdn:
            raise PlatformRefused("the platform needs its name")
        self._platform = platform

    def stop(self) -> None:
        """End."""
        for stream in tuple(self._sessions):
            self.close(stream)
        self._platform = None

    def open(self, ask: MediaAsk) -> Opened:
        """Hold a session ready."""
        if self._platform is None:
            raise PlatformRefused("the platform is not started")
        if self._health == "overloaded":
            raise PlatformRefused("the platform is overloaded")
        if ask.direction == "inactive":
            raise PlatformRefused("a session must receive at least")
        self._last += 1
        session = _Session(self._last, ask)
        self._sessions[self._last] = session
        return Opened(stream=self._last, blob=json.dumps(self._blob(self._platform, session)))

    def close(self, stream: int) -> None:
        """Let a session go."""
        session = self._sessions.pop(stream, None)
        if session is not None and session.line is not None:
            session.line.close()

    def drain(self, into: Records) -> int:
        """Move frames that arrived, session by session."""
        moved = 0
        for session in self._sessions.values():
            if moved == len(into):
                break
            moved += session.waiting.frames.drain(into[moved:])
        return moved

    def events(self) -> list[EngineEvent]:
        """What happened."""
        happened, self._happened = self._happened, []
        for session in self._sessions.values():
            happened.extend(session.waiting.events)
            session.waiting.events.clear()
        return happened

    def video(self) -> list[ReceivedVideo]:
        """Pictures."""
        seen: list[ReceivedVideo] = []
        for session in self._sessions.values():
            seen.extend(session.waiting.video.values())
            session.waiting.video.clear()
        return seen

    def send(self, sent: Records) -> None:
        """Say these frames."""
        for record in sent:
            session = self._sessions.get(int(record["stream"]))
            if session is None:
                continue
            if session.line is None or not session.may_send:
                session.waiting.drops.sent += 1
            else:
                session.line.audio(int(record["timestamp"]), record["pcm"].tobytes())

    def send_tones(self, stream: int, tones: tuple[str, ...], gap_ms: int) -> None:
        """Press keys."""
        self._tell(stream, {"tones": list(tones), "gapMs": gap_ms})

    def send_video(self, stream: int, socket: int, frame: VideoFrame) -> None:
        """Show one picture."""
        session = self._sessions.get(stream)
        if session is not None and session.line is not None and socket in session.shows:
            session.line.video(socket, frame)

    def subscribe(self, stream: int, socket: int, resolution: str, source: int | None) -> None:
        """Receive video."""
        self._tell(stream, {"subscribe": resolution, "socket": socket, "source": source})

    def unsubscribe(self, stream: int, socket: int) -> None:
        """Receive none."""
        self._tell(stream, {"unsubscribe": True, "socket": socket})

    def quality(self, stream: int) -> dict[str, Any]:
        """Nothing is lost on a line that is played."""
        return {"audio": {"receivedFrames": self._sessions[stream].heard_frames, "packetLoss": 0.0}}

    def health(self) -> Health:
        """As it was set."""
        return self._health

    def drops(self, stream: int) -> Drops:
        """What a session lost."""
        session = self._sessions.get(stream)
        return session.waiting.drops if session is not None else Drops()

    # --- the platform's side

    def set_health(self, health: Health) -> None:
        """Be well, or not."""
        self._health = health
        self._happened.append(EngineEvent(stream=0, kind="health", data={"health": health}))

    def by_media_session(self, media_session_id: str) -> _Session | None:
        """For the line."""
        return next((s for s in self._sessions.values() if s.media_session_id == media_session_id), None)

    def session(self, stream: int) -> _Session:
        """The far side of a session, for what feeds it without a line."""
        return self._sessions[stream]

    def _tell(self, stream: int, event: dict[str, Any]) -> None:
        session = self._sessions.get(stream)
        if session is not None and session.line is not None:
            session.line.event(event)

    def _blob(self, platform: Platform, session: _Session) -> dict[str, Any]:
        port = platform.public_port if self.line_port is None else self.line_port()
        ask = session.ask

        def contexts(wanted: bool, count: int = 1) -> list[str]:
            return [str(uuid.uuid4()) for _ in range(count)] if wanted else []

        return {
            "mpUri": f"net.tcp://{platform.service_fqdn}:{port}/MediaProcessor",
            "audioRenderContexts": contexts(ask.direction != "send"),
            "videoRenderContexts": contexts(bool(ask.video), len(ask.video)),
            "audioSourceContexts": contexts(ask.direction != "receive"),
            "videoSourceContexts": contexts(any(v.direction in ("send", "both") for v in ask.video)),
            "vbssContexts": contexts(ask.screen is not None),
            "supportedAudioFormat": "Pcm16K",
            "unmixedAudio": ask.unmixed,
            "videoSinkEncodingFormats": [each.name for video in ask.video for each in video.formats],
            "mpMediaSessionId": session.media_session_id,
            "skypeMediaBotsVersion": VERSION,
            "callId": ask.session_id,
        }


class _Session:
    """One session, from both sides; `engine.line.FarSide`."""

    def __init__(self, stream: int, ask: MediaAsk) -> None:
        self.stream = stream
        self.ask = ask
        self.media_session_id = str(uuid.uuid4())
        self.waiting = Waiting()
        self.line: Line | None = None
        self.may_send = False
        self.heard_frames = 0
        sending = ("send", "both")
        shows = {number for number, video in enumerate(ask.video) if video.direction in sending}
        self.shows = shows | ({SCREEN} if ask.screen is not None and ask.screen.direction in sending else set())

    def connected(self, line: Line) -> None:
        """The cloud is there: sending may begin."""
        self.line = line
        self.happened({"sendStatus": True})

    def heard(self, timestamp: int, speakers: list[tuple[int, bytes]]) -> None:
        """Audio came."""
        self.heard_frames += 1
        for speaker, pcm in speakers:
            self.waiting.frames.put(self.stream, speaker, timestamp, pcm)

    def happened(self, event: dict[str, Any]) -> None:
        """An event came, in the words of the line."""
        told = _translated(event)
        if told is None:
            return
        kind, data = told
        if kind == "send_status":
            self.may_send = bool(data["active"]) and self.ask.direction != "receive"
        self.waiting.happened(EngineEvent(stream=self.stream, kind=kind, data=data))

    def seen(self, socket: int, source: int, frame: VideoFrame) -> None:
        """A picture came."""
        self.waiting.seen(ReceivedVideo(stream=self.stream, socket=socket, source=source, frame=frame))

    def lost(self) -> None:
        """The cloud is gone: nothing more comes, and sends are discarded."""
        self.line = None
        self.happened({"sendStatus": False})


def _translated(event: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """An event of the line as one of the engine's."""
    if "tone" in event:
        return "tone", {"tone": str(event["tone"])}
    if "dominantSpeaker" in event:
        return "dominant_speaker", {"speaker": event["dominantSpeaker"]}
    if "failure" in event:
        return "failure", {}
    if "sendStatus" in event:
        return "send_status", {"active": bool(event["sendStatus"])}
    for word, kind in (("videoReceiveStatus", "video_receive_status"), ("videoSendStatus", "video_send_status")):
        if word in event:
            return kind, {"active": bool(event[word]), "socket": int(event.get("socket", 0))}
    return None

"""The worker: sessions, and what is done for all of them every 20 ms.

One loop runs everything: the tick, the control API, uploads and WebSockets. A tick works on all streams at once and
waits for nothing; what may take time hangs on bounded queues behind it.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

import aiohttp
import numpy as np

from media_worker.audio import FRAME_S, TICKS_PER_S, Records, records
from media_worker.engine.interface import Engine, MediaAsk, PlatformRefused, VideoFrame
from media_worker.events import Event, Outbox
from media_worker.listening import Listening
from media_worker.pipeline.snapshots import jpeg
from media_worker.recording import Layout, Recording, Segment
from media_worker.session import Binding, Features, NotAllowed, Session, vars_of
from media_worker.staging import Staging
from media_worker.streams.stream import Stream, StreamRefused

#: Frames that one drain takes at most: a second of 200 streams.
DRAIN_FRAMES = 10_000
LOOK_EVERY_S = 1.0
#: A tick that comes late says at most so many frames at once, and lets the rest go.
MOST_AT_ONCE = 5

log = logging.getLogger("media_worker")


class Full(Exception):
    """No session more: at capacity, or the platform takes none."""


class Draining(Exception):
    """No session more: this worker is about to end."""


class Worker:
    """All sessions of one boot. `now`: Unix seconds."""

    def __init__(
        self,
        *,
        engine: Engine,
        staging: Staging,
        outbox: Outbox,
        now: Callable[[], float],
        http: aiohttp.ClientSession | None = None,
        worker_id: str = "worker_0",
        capacity: int = 25,
    ) -> None:
        self.engine = engine
        self.staging = staging
        self.outbox = outbox
        self.now = now
        #: Over which voice back ends are reached.
        self.http = http
        self.worker_id = worker_id
        self.capacity = capacity
        #: New with each start: sessions of an earlier boot are gone.
        self.boot_id = str(uuid.uuid4())
        self.draining = False
        self.sessions: dict[str, Session] = {}
        self._by_stream: dict[int, Session] = {}
        self._seqs: dict[str, int] = {}
        self._buffer = records(DRAIN_FRAMES)
        self._listening = Listening(self._by_stream, self.now)
        self._looked_at = 0.0
        self._closing: set[asyncio.Task[None]] = set()
        self.ticks = 0
        #: Ticks that came late by more than one frame.
        self.late_ticks = 0

    # --- sessions

    def create(
        self, ask: MediaAsk, *, call_ref: str, callback_url: str, features: Features, longest_s: float
    ) -> tuple[Session, bool]:
        """Hold a session ready; one of this id that is there is returned again (False: not new).

        Raises `Draining`, `Full`.
        """
        existing = self.sessions.get(ask.session_id)
        if existing is not None:
            return existing, False
        if self.draining:
            raise Draining("this worker takes no more sessions")
        if len(self.sessions) >= self.capacity or self.engine.health() != "normal":
            raise Full(f"{len(self.sessions)} of {self.capacity} sessions, the platform is {self.engine.health()}")
        try:
            opened = self.engine.open(ask)
        except PlatformRefused as refusal:
            raise Full(str(refusal)) from None
        now = self.now()
        session = Session(
            ask=ask,
            opened=opened,
            call_ref=call_ref,
            callback_url=callback_url,
            features=features,
            created_at=now,
            ends_at=now + longest_s,
            tell=lambda kind, data: self.tell(ask.session_id, callback_url, kind, data),
        )
        self.sessions[session.id] = session
        self._by_stream[opened.stream] = session
        return session, True

    def bind(self, session: Session, binding: Binding) -> None:
        """Say which call it became. Raises `NotAllowed`."""
        if not session.bind(binding, self.now()):
            raise NotAllowed("boundToAnother", "the session is bound to another call")

    async def close(self, session: Session, reason: str = "closed") -> None:
        """Let a session go: its recording is written first."""
        if session.id not in self.sessions:
            return
        failed = session.state == "failed"
        if not failed:
            session.state = "closing"
        session.player.clear()
        await self.close_stream(session)
        await self.stop_recording(session)
        del self.sessions[session.id]
        self._by_stream.pop(session.opened.stream, None)
        self._listening.close(session.opened.stream)
        self.engine.close(session.opened.stream)
        if not failed:
            session.state = "closed"
            session.tell("session.closed", {"reason": reason})
        self._seqs.pop(session.id, None)

    def tell(self, session_id: str, url: str, kind: str, data: dict[str, Any]) -> None:
        """Put an event of a session into the outbox."""
        seq = self._seqs.get(session_id, 0) + 1
        self._seqs[session_id] = seq
        self.outbox.add(url, Event(session_id=session_id, seq=seq, at=self.now(), kind=kind, data=data))

    # --- recording

    def start_recording(self, session: Session, layout: Layout, segment_minutes: int | None) -> None:
        """Record from now on. Raises `NotAllowed`; that it is allowed to is the caller's to know."""
        if session.recording is not None:
            raise NotAllowed("alreadyRecording", "the session is recorded already")
        if layout == "perSpeaker" and not session.ask.unmixed:
            raise NotAllowed("notUnmixed", "speakers are recorded apart only where the session receives them unmixed")
        session.recordings += 1

        def finished(segment: Segment) -> None:
            session.segments.append(segment)
            session.tell("recording.segment", vars_of(segment))

        session.recording = Recording(
            session_id=session.id,
            number=session.recordings,
            layout=layout,
            segment_minutes=segment_minutes,
            staging=self.staging,
            finished=finished,
        )

    async def stop_recording(self, session: Session) -> None:
        """Record no longer; returns when everything is written. Does nothing where nothing is recorded."""
        recording, session.recording = session.recording, None
        if recording is None:
            return
        self._listening.stop_recording(session.opened.stream, recording)
        await recording.close()

    # --- back ends and pictures
    def open_stream(self, session: Session, url: str, authorization: str | None, direction: str) -> None:
        """Connect a voice back end. Raises `StreamRefused`."""
        if session.stream is not None:
            raise StreamRefused("alreadyStreaming", "the session has a stream already")
        if self.http is None:
            raise StreamRefused("noStreams", "this worker streams to nobody")
        session.stream = Stream(
            url,
            http=self.http,
            authorization=authorization,
            direction=direction,
            correlation=session.id,
            said=session.player.feed,
            cleared=session.player.clear,
            tell=session.tell,
        )

    async def close_stream(self, session: Session) -> None:
        """Disconnect it; does nothing where there is none."""
        stream, session.stream = session.stream, None
        if stream is not None:
            await stream.close()

    async def snapshot(self, session: Session, socket: int) -> dict[str, Any]:
        """Keep the newest picture of a socket as a JPEG. Raises `NotAllowed`, `StagingFailed`."""
        picture = session.pictures.get(socket)
        if picture is None:
            raise NotAllowed("noPicture", "no picture came on this socket yet")
        session.snapshots += 1
        name = f"snapshots/{session.id}/{session.snapshots}.jpg"
        await self.staging.write(name, await asyncio.to_thread(jpeg, picture.frame), "image/jpeg", {})
        told = {"blob": name, "width": picture.frame.width, "height": picture.frame.height, "msi": picture.source}
        session.tell("snapshot.ready", told)
        return told

    def show(self, session: Session, socket: int, frame: VideoFrame) -> None:
        """Show a still image from now on, as often as its format says."""
        session.shown[socket] = (frame, self.now())

    def levels(self, session: Session) -> dict[str, float]:
        """How loud each speaker was last, in decibels of full scale, where voices are listened for."""
        return self._listening.levels(session.opened.stream)

    def drain(self) -> None:
        """Take no more sessions; those that are there are told so, once."""
        if not self.draining:
            self.draining = True
            for session in self.sessions.values():
                session.tell("worker.draining", {})

    # --- time
    async def run(self) -> None:
        """Tick every 20 ms, until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            late = max(0, int((loop.time() - due) / FRAME_S))
            self.tick(min(1 + late, MOST_AT_ONCE))
            self.late_ticks += late > 1
            due += FRAME_S * (1 + late)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def tick(self, frames_due: int = 1) -> None:
        """The work of 20 ms: take what came, say what is due."""
        self.ticks += 1
        now = self.now()
        for event in self.engine.events():
            if (session := self._by_stream.get(event.stream)) is not None:
                session.happened(event, now)
        for video in self.engine.video():
            if (session := self._by_stream.get(video.stream)) is not None:
                session.seen(video)
        count = self.engine.drain(self._buffer)
        if count:
            self._take(self._buffer[:count], now)
        for _ in range(frames_due):
            self._say(now)
        self._show(now)
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._look(now)

    def _take(self, frames: Records, now: float) -> None:
        streams, counts = np.unique(frames["stream"], return_counts=True)
        for stream, count in zip(streams.tolist(), counts.tolist(), strict=True):
            session = self._by_stream.get(stream)
            if session is not None:
                session.heard(count, now)
        self._listening.take(frames)

    def _say(self, now: float) -> None:
        said = [
            (session.opened.stream, frame)
            for session in self.sessions.values()
            if session.player.busy and session.may_send and (frame := session.player.next()) is not None
        ]
        if not said:
            return
        sent = records(len(said))
        sent["stream"] = [stream for stream, _ in said]
        sent["timestamp"] = int(now * TICKS_PER_S)
        sent["pcm"] = np.frombuffer(b"".join(frame for _, frame in said), "<i2").reshape(len(said), -1)
        self.engine.send(sent)
        for stream, _ in said:
            self._by_stream[stream].frames_out += 1

    def _show(self, now: float) -> None:
        for session in self.sessions.values():
            for socket, (frame, due) in session.shown.items():
                if now >= due:
                    self.engine.send_video(session.opened.stream, socket, frame)
                    session.shown[socket] = (frame, now + 1 / session.shown_format(socket).fps)

    def _look(self, now: float) -> None:
        for session in list(self.sessions.values()):
            reason = session.look(now)
            if reason is not None:
                session.fail(reason)
            if session.state == "failed":
                task = asyncio.get_running_loop().create_task(self.close(session))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

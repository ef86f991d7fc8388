"""The line between a stand-in platform and whoever plays the calling cloud.

The real cloud connects to the address in a blob's `mpUri`; so does the one that is played, over TCP. Each message is a
little-endian u32 (its length without these four bytes), a u8 (its kind) and its payload:

| kind | payload |
|---|---|
| 0 hello | JSON `{"mpMediaSessionId", "callId"}`; the first message, from the cloud; answered by a 0 `{"accepted"}` |
| 1 audio | i64 timestamp (100 ns), then for each speaker a u32 (media source id, 0 for the mix) and 640 bytes |
| 2 event | JSON; from the cloud `{"tone"}`, `{"dominantSpeaker"}`, `{"failure"}`, `{"sendStatus"}`, |
|         | `{"videoReceiveStatus", "socket"}`, `{"videoSendStatus", "socket"}`; to it `{"tones", "gapMs"}`, |
|         | `{"subscribe", "socket", "source"}`, `{"unsubscribe"}` |
| 3 video | u8 socket (255: the screen), u32 media source id, i64 timestamp, u16 width, u16 height, NV12 |
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from typing import Any, Protocol

from media_worker.audio import FRAME_BYTES
from media_worker.engine.interface import VideoFrame

HELLO, AUDIO, EVENT, VIDEO = range(4)
LARGEST = 16 * 1024 * 1024
_HEAD = struct.Struct("<IB")
_STAMP = struct.Struct("<q")
_SPEAKER = struct.Struct("<I")
_VIDEO = struct.Struct("<BIqHH")

log = logging.getLogger("media_worker.line")


class FarSide(Protocol):
    """One session, as the cloud reaches it."""

    def connected(self, line: Line) -> None:
        """The cloud is there."""
        ...

    def heard(self, timestamp: int, speakers: list[tuple[int, bytes]]) -> None:
        """Audio came: for each speaker 640 bytes."""
        ...

    def happened(self, event: dict[str, Any]) -> None:
        """An event came."""
        ...

    def seen(self, socket: int, source: int, frame: VideoFrame) -> None:
        """A picture came."""
        ...

    def lost(self) -> None:
        """The cloud is gone."""
        ...


class Sessions(Protocol):
    """Where sessions are looked up."""

    def by_media_session(self, media_session_id: str) -> FarSide | None:
        """The one with this id in its blob."""
        ...


class Line:
    """One connection to the cloud."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def audio(self, timestamp: int, pcm: bytes) -> None:
        """What the bot says."""
        self._write(AUDIO, _STAMP.pack(timestamp) + _SPEAKER.pack(0) + pcm)

    def event(self, event: dict[str, Any]) -> None:
        """What the bot does."""
        self._write(EVENT, json.dumps(event).encode())

    def video(self, socket: int, frame: VideoFrame) -> None:
        """What the bot shows."""
        head = _VIDEO.pack(socket, 0, frame.timestamp, frame.width, frame.height)
        self._write(VIDEO, head + frame.data)

    def accept(self, accepted: bool) -> None:
        """Answer the hello."""
        self._write(HELLO, json.dumps({"accepted": accepted}).encode())

    def close(self) -> None:
        """Hang up the line."""
        self._writer.close()

    def _write(self, kind: int, payload: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(_HEAD.pack(len(payload) + 1, kind) + payload)


class LineServer:
    """Listens for the cloud, on the port of a blob's `mpUri`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.port = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=LARGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more; connections end."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        far: FarSide | None = None
        try:
            line = Line(writer)
            far = await self._greet(reader, line)
            while far is not None:
                kind, payload = await _message(reader)
                _deliver(far, kind, payload)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        except (ValueError, struct.error) as failure:
            log.warning("the cloud that is played said something that is no message: %s", failure)
        finally:
            self._tasks.discard(task)
            if far is not None:
                far.lost()
            writer.close()

    async def _greet(self, reader: asyncio.StreamReader, line: Line) -> FarSide | None:
        kind, payload = await _message(reader)
        hello = json.loads(payload) if kind == HELLO else {}
        far = self._sessions.by_media_session(str(hello.get("mpMediaSessionId")))
        line.accept(far is not None)
        if far is not None:
            far.connected(line)
        return far


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    length, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    if not 1 <= length <= LARGEST:
        raise ValueError(f"a message of {length} bytes")
    return kind, await reader.readexactly(length - 1)


def _deliver(far: FarSide, kind: int, payload: bytes) -> None:
    if kind == AUDIO:
        (timestamp,) = _STAMP.unpack_from(payload)
        step = _SPEAKER.size + FRAME_BYTES
        rest = payload[_STAMP.size :]
        if not rest or len(rest) % step:
            raise ValueError(f"{len(rest)} bytes are no frames of audio")
        places = range(0, len(rest), step)
        far.heard(timestamp, [(_SPEAKER.unpack_from(rest, at)[0], rest[at + 4 : at + step]) for at in places])
    elif kind == EVENT:
        far.happened(json.loads(payload))
    elif kind == VIDEO:
        socket, source, timestamp, width, height = _VIDEO.unpack_from(payload)
        frame = VideoFrame(width=width, height=height, data=payload[_VIDEO.size :], timestamp=timestamp)
        far.seen(socket, source, frame)
    else:
        raise ValueError(f"a message of kind {kind}")

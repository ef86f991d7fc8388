"""The calling cloud's side of media that an application hosts: it connects to where the call's `blob` says.

The real cloud speaks to Microsoft's media library; the one that is played speaks to its stand-in over TCP. A message is
a little-endian u32 (the length of what follows), a u8 (its kind) and its payload. 0 hello: JSON. 1 audio: i64 timestamp
in 100 ns, then a u32 (media source id; 0 for the mix) and 640 bytes for each who speaks. 2 event: JSON. 3 video: u8
socket (255 is the screen), u32 media source id, i64 timestamp, u16 width, u16 height, a picture in NV12.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

FRAME_BYTES = 640
FRAME_TICKS = 200_000
SCREEN = 255
_HEAD = struct.Struct("<IB")
_VIDEO = struct.Struct("<BIqHH")


class NotAccepted(Exception):
    """The blob is of no session that is there."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What the bot showed."""

    socket: int
    width: int
    height: int
    data: bytes


class HostedMedia:
    """The media of one call, as everybody else in it hears, sees, says and shows it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        #: What the bot said, frame by frame; the keys it pressed, what it asked for, what it showed.
        self.heard: list[bytes] = []
        self.events: list[dict[str, Any]] = []
        self.seen: list[Picture] = []
        self._changed = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    @classmethod
    async def connect(cls, blob: str) -> HostedMedia:
        """Connect to a call's media, as the blob says. Raises `NotAccepted`, `OSError`."""
        config = json.loads(blob)
        address = urlsplit(config["mpUri"])
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        hello = {"mpMediaSessionId": config["mpMediaSessionId"], "callId": config["callId"]}
        writer.write(_packed(0, json.dumps(hello).encode()))
        _, answer = await _read(reader)
        if not json.loads(answer)["accepted"]:
            writer.close()
            raise NotAccepted("the blob is of no session of this worker")
        return cls(reader, writer)

    def speak(self, frame: int, speakers: Mapping[int, bytes]) -> None:
        """Let be heard in the 20 ms of this number what each says: 640 bytes by media source id, 0 for the mix."""
        said = b"".join(struct.pack("<I", source) + pcm for source, pcm in speakers.items())
        self._writer.write(_packed(1, struct.pack("<q", frame * FRAME_TICKS) + said))

    def press(self, tone: str) -> None:
        """Press a key."""
        self.tell({"tone": tone})

    def show(self, socket: int, source: int, width: int, height: int, nv12: bytes) -> None:
        """Show a picture."""
        self._writer.write(_packed(3, _VIDEO.pack(socket, source, 0, width, height) + nv12))

    def tell(self, event: dict[str, Any]) -> None:
        """Let the media library say this to the bot."""
        self._writer.write(_packed(2, json.dumps(event).encode()))

    async def until(self, condition: Any) -> None:
        """Wait until what the bot did fulfils a condition on this."""
        while not condition(self):
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """The call is over."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _listen(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, payload = await _read(self._reader)
                if kind == 1:
                    self.heard.append(payload[12:])
                elif kind == 2:
                    self.events.append(json.loads(payload))
                elif kind == 3:
                    socket, _, _, width, height = _VIDEO.unpack_from(payload)
                    picture = Picture(socket=socket, width=width, height=height, data=payload[_VIDEO.size :])
                    self.seen.append(picture)
                self._changed.set()


def _packed(kind: int, payload: bytes) -> bytes:
    return _HEAD.pack(len(payload) + 1, kind) + payload


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    length, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    return kind, await reader.readexactly(length - 1)

"""The WebSocket to one voice back end.

Frames wait for it in a bounded queue whose oldest go: a back end that does not keep up hears gaps, and nobody else
does. A connection that breaks is made again, with pauses, and begins with the metadata again; what waited meanwhile is
stale and let go. After `TRIES` in a row the session is told and stays without.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Awaitable, Callable

import aiohttp

from media_worker.streams import protocol

#: Messages that wait: two seconds of one speaker.
WAITING = 100
TRIES = 6
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 8.0
CONNECT_S = 5.0
#: One message of a back end holds a minute of sound at most.
LARGEST = 4 * 1024 * 1024

log = logging.getLogger("media_worker.streams")


class StreamRefused(Exception):
    """A stream cannot be opened now. `code` is for programs."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Stream:
    """One session's stream. `said` takes what the back end wants said, `cleared` that it be forgotten."""

    def __init__(
        self,
        url: str,
        *,
        http: aiohttp.ClientSession,
        authorization: str | None,
        direction: str,
        correlation: str,
        said: Callable[[bytes], None],
        cleared: Callable[[], None],
        tell: Callable[[str, dict[str, object]], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = url
        self._http = http
        self._headers = {"x-ms-call-correlation-id": correlation, "x-ms-call-connection-id": correlation}
        if authorization is not None:
            self._headers["Authorization"] = authorization
        self._hears = direction != "send"
        self._speaks = direction != "receive"
        self._said, self._cleared, self._tell, self._sleep = said, cleared, tell, sleep
        self._waiting: deque[str] = deque()
        self._wake = asyncio.Event()
        self.connected = asyncio.Event()
        #: Messages that a slow back end did not hear; messages of it that were none.
        self.dropped = 0
        self.nonsense = 0
        self._task = asyncio.get_running_loop().create_task(self._run())

    def send(self, message: str) -> None:
        """Let the back end hear this; never waits."""
        if not self._hears or not self.connected.is_set():
            return
        if len(self._waiting) == WAITING:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(message)
        self._wake.set()

    def to_json(self) -> dict[str, object]:
        """As the control API shows it."""
        return {"connected": self.connected.is_set(), "dropped": self.dropped, "nonsense": self.nonsense}

    async def close(self) -> None:
        """Hang up."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        pause, failures = FIRST_PAUSE_S, 0
        while failures < TRIES:
            try:
                await self._converse()
                pause, failures = FIRST_PAUSE_S, 1  # it was there, and hung up
            except (aiohttp.ClientError, OSError, TimeoutError) as failure:
                failures += 1
                log.warning("a back end cannot be reached: %s", type(failure).__name__)
            await self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        self._tell("stream.closed", {"reason": "the back end cannot be reached"})

    async def _converse(self) -> None:
        async with asyncio.timeout(CONNECT_S):
            socket = await self._http.ws_connect(self._url, headers=self._headers, max_msg_size=LARGEST, heartbeat=20)
        try:
            await socket.send_str(protocol.metadata(str(uuid.uuid4())))
            self._waiting.clear()
            self.connected.set()
            self._tell("stream.opened", {})
            sending = asyncio.get_running_loop().create_task(self._send(socket))
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._heard(message.data)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
        finally:
            self.connected.clear()
            await socket.close()

    async def _send(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            while self._waiting:
                await socket.send_str(self._waiting.popleft())
            self._wake.clear()
            await self._wake.wait()

    def _heard(self, text: str) -> None:
        try:
            message = protocol.read(text)
        except protocol.NotAMessage:
            self.nonsense += 1
            return
        if message.kind == "audio" and self._speaks:
            self._said(message.pcm)
        elif message.kind == "stop":
            self._cleared()

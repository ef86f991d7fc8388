"""A proxy in front of a storage service that is away for a while, or breaks off when a request was already heard."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from urllib.parse import urlsplit


class FaultProxy:
    """Passes TCP connections on to one address, and does harm to them.

    While `down`, whoever connects is dropped at once. `cut` is how likely an answer is lost on its way back.
    """

    def __init__(self, target: str, dice: random.Random, hits: Counter[str]) -> None:
        parts = urlsplit(target)
        assert parts.hostname and parts.port
        self._target = (parts.hostname, parts.port)
        self._dice = dice
        self._hits = hits
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self._down = False
        self.cut = 0.0

    async def start(self) -> int:
        """Listen on 127.0.0.1; returns the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    @property
    def down(self) -> bool:
        return self._down

    @down.setter
    def down(self, value: bool) -> None:
        self._down = value
        if value:
            for writer in self._open:
                writer.transport.abort()

    async def stop(self) -> None:
        """Drop everything."""
        self.down = True
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except OSError:
            return
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._down:
            self._hits["storage away"] += 1
            return
        there, back = await asyncio.open_connection(*self._target)
        self._open |= {writer, back}
        try:
            ways = (self._pass(reader, back, 0.0), self._pass(there, writer, 1.0))
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._open -= {writer, back}
            back.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cuts: float) -> None:
        while data := await reader.read(65_536):
            if self._dice.random() < cuts * self.cut:
                self._hits["answer of storage lost"] += 1
                return
            writer.write(data)
            await writer.drain()

"""Bounded queues between a platform and the worker: the oldest goes when one is full, and is counted."""

from __future__ import annotations

from collections import deque

from media_worker.audio import FRAMES_PER_S, Records, records
from media_worker.engine.interface import Drops, EngineEvent, ReceivedVideo

#: Frames of one session that wait: a second of mixed audio, a quarter of one with four speakers apart.
WAITING_FRAMES = 4 * FRAMES_PER_S
WAITING_EVENTS = 256


class FrameRing:
    """Frames of one session in the order in which they came."""

    def __init__(self, capacity: int = WAITING_FRAMES) -> None:
        self._ring = records(capacity)
        self._first = 0
        self._count = 0
        self.dropped = 0

    def __len__(self) -> int:
        return self._count

    def put(self, stream: int, speaker: int, timestamp: int, pcm: bytes) -> None:
        """Add one frame; where there is no room the oldest is dropped."""
        capacity = len(self._ring)
        if self._count == capacity:
            self._first = (self._first + 1) % capacity
            self._count -= 1
            self.dropped += 1
        place = self._ring[(self._first + self._count) % capacity]
        place["timestamp"], place["stream"], place["speaker"] = timestamp, stream, speaker
        place["pcm"] = memoryview(pcm).cast("h")
        self._count += 1

    def drain(self, into: Records) -> int:
        """Move as many as there is room for into the front of `into`."""
        capacity, moved = len(self._ring), min(self._count, len(into))
        straight = min(moved, capacity - self._first)
        into[:straight] = self._ring[self._first : self._first + straight]
        into[straight:moved] = self._ring[: moved - straight]
        self._first = (self._first + moved) % capacity
        self._count -= moved
        return moved


class Waiting:
    """What one session has that was not drained yet."""

    def __init__(self) -> None:
        self.frames = FrameRing()
        self.events: deque[EngineEvent] = deque()
        #: The newest picture of each socket: an older one is worth nothing.
        self.video: dict[int, ReceivedVideo] = {}
        self._drops = Drops()

    @property
    def drops(self) -> Drops:
        """What was thrown away so far."""
        self._drops.audio = self.frames.dropped
        return self._drops

    def happened(self, event: EngineEvent) -> None:
        """Add an event."""
        if len(self.events) == WAITING_EVENTS:
            self.events.popleft()
            self._drops.events += 1
        self.events.append(event)

    def seen(self, video: ReceivedVideo) -> None:
        """Add a picture."""
        if video.socket in self.video:
            self._drops.video += 1
        self.video[video.socket] = video

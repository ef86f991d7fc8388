"""What is recorded, in blocks of ten seconds, one row of memory for each lane that is recorded.

A frame's place is where its timestamp says, so that the tracks of all speakers lie on one timeline: a track begins with
the block in which its speaker is first heard, and where they say nothing afterwards there is silence. Frames that came
a little out of step follow one another; one that is late by more than `LATEST_FRAMES` is dropped and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_worker.audio import FRAME_BYTES, SAMPLES, TICKS_PER_FRAME
from media_worker.pipeline.lanes import Lanes_

BLOCK_FRAMES = 500
BLOCK_BYTES = BLOCK_FRAMES * FRAME_BYTES
LATEST_FRAMES = 5


@dataclass(frozen=True, kw_only=True)
class Block:
    """Ten seconds of one lane; fewer at the end of a recording."""

    lane: int
    #: Ten seconds each from the beginning of the recording, 0 the first; blocks of pure silence are left out.
    number: int
    pcm: bytes


class Tracks:
    """The lanes that are recorded."""

    def __init__(self, capacity: int) -> None:
        self._row = np.full(capacity, -1, np.intp)
        self._free: list[int] = []
        self._pcm = np.zeros((0, BLOCK_FRAMES, SAMPLES), np.int16)
        self._origin = np.zeros(0, np.int64)
        self._last = np.zeros(0, np.int64)
        self._block = np.zeros(0, np.int64)
        #: Frames that came too late for their place, by lane.
        self.late = np.zeros(capacity, np.int64)

    def start(self, lane: int, origin: int) -> None:
        """Record a lane from now on; `origin` is the timestamp of the beginning."""
        if self._row[lane] != -1:
            return
        if not self._free:
            self._grow()
        row = self._free.pop()
        self._row[lane] = row
        self._origin[row], self._last[row], self._block[row] = origin, -1, -1

    def stop(self, lane: int) -> Block | None:
        """Record a lane no longer; returns what was left of it, None where nothing was."""
        row = int(self._row[lane])
        if row == -1:
            return None
        self._row[lane] = -1
        number = int(self._block[row])
        filled = int(self._last[row]) + 1 - number * BLOCK_FRAMES if number >= 0 else 0
        left = self._pcm[row, :filled].tobytes()
        self._pcm[row] = 0
        self._free.append(row)
        return Block(lane=lane, number=number, pcm=left) if left else None

    def write(self, lanes: Lanes_, timestamps: NDArray[np.int64], pcm: NDArray[np.int16]) -> list[Block]:
        """Take one frame of each lane in `lanes`; returns the blocks that are full."""
        rows = self._row[lanes]
        if not (rows >= 0).all():
            recorded = np.flatnonzero(rows >= 0)
            if not len(recorded):
                return []
            lanes, rows, timestamps, pcm = lanes[recorded], rows[recorded], timestamps[recorded], pcm[recorded]
        by_time = (timestamps - self._origin[rows] + TICKS_PER_FRAME // 2) // TICKS_PER_FRAME
        following = self._last[rows] + 1
        late = following - by_time > LATEST_FRAMES
        if late.any():
            self.late[lanes[late]] += 1
            kept = ~late
            lanes, rows, by_time, following, pcm = lanes[kept], rows[kept], by_time[kept], following[kept], pcm[kept]
        places = np.maximum(by_time, following)
        numbers = places // BLOCK_FRAMES
        moved = np.flatnonzero(numbers != self._block[rows])
        full = [self._flush(int(lanes[at]), int(rows[at])) for at in moved if self._block[rows[at]] >= 0]
        self._block[rows[moved]] = numbers[moved]
        self._pcm[rows, places % BLOCK_FRAMES] = pcm
        self._last[rows] = places
        return full

    def _flush(self, lane: int, row: int) -> Block:
        """The block that is full; its row is silent again."""
        full = Block(lane=lane, number=int(self._block[row]), pcm=self._pcm[row].tobytes())
        self._pcm[row] = 0
        return full

    def _grow(self) -> None:
        before = len(self._pcm)
        after = max(4, 2 * before)
        grown = np.zeros((after, BLOCK_FRAMES, SAMPLES), np.int16)
        grown[:before] = self._pcm
        self._pcm = grown
        self._origin, self._last, self._block = (
            np.concatenate([each, np.zeros(after - before, np.int64)])
            for each in (self._origin, self._last, self._block)
        )
        self._free.extend(range(after - 1, before - 1, -1))

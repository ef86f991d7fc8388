"""Lanes: one for each speaker of each stream, so that a tick works on all of them at once.

Per frame, Python costs more than the work: eight streams are where one numpy call for all begins to win, and at a
hundred it is five times cheaper. So nothing here loops over frames; it loops over *rounds*, in each of which no lane
has more than one frame, and there is one round unless the worker was late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from media_worker.audio import Records

Lanes_ = NDArray[np.intp]
NO_LANE = -1


class Lanes:
    """Which lane a frame is on. `opened` is told of each new one: its lane, stream and speaker."""

    def __init__(self, capacity: int, opened: Callable[[int, int, int], None]) -> None:
        self.capacity = capacity
        self._opened = opened
        self._keys = np.empty(0, np.uint64)
        self._lanes = np.empty(0, np.intp)
        self._free = list(range(capacity - 1, -1, -1))
        #: Stream and speaker of each lane.
        self.stream = np.zeros(capacity, np.uint32)
        self.speaker = np.zeros(capacity, np.uint32)
        #: Frames of speakers for whom there was no lane left.
        self.refused = 0

    def of(self, frames: Records) -> Lanes_:
        """The lane of each frame; -1 where there is none left."""
        keys = (frames["stream"].astype(np.uint64) << np.uint64(32)) | frames["speaker"]
        places = np.searchsorted(self._keys, keys)
        if len(self._keys):
            known = self._keys[np.minimum(places, len(self._keys) - 1)] == keys
        else:
            known = np.zeros(len(keys), bool)
        if not known.all():
            for key in np.unique(keys[~known]):
                self._open(int(key))
            places = np.searchsorted(self._keys, keys)
        lanes = self._lanes[places]
        self.refused += int((lanes == NO_LANE).sum())
        return lanes

    def close(self, stream: int) -> list[int]:
        """Free the lanes of a stream; returns them."""
        mine = (self._keys >> np.uint64(32)) == stream
        closed = [int(lane) for lane in self._lanes[mine] if lane != NO_LANE]
        self._keys, self._lanes = self._keys[~mine], self._lanes[~mine]
        self._free.extend(closed)
        return closed

    def of_stream(self, stream: int) -> list[int]:
        """The lanes of a stream."""
        mine = (self._keys >> np.uint64(32)) == stream
        return [int(lane) for lane in self._lanes[mine] if lane != NO_LANE]

    def _open(self, key: int) -> None:
        lane = self._free.pop() if self._free else NO_LANE
        place = int(np.searchsorted(self._keys, np.uint64(key)))
        self._keys = np.insert(self._keys, place, np.uint64(key))
        self._lanes = np.insert(self._lanes, place, lane)
        if lane != NO_LANE:
            self.stream[lane], self.speaker[lane] = key >> 32, key & 0xFFFFFFFF
            self._opened(lane, key >> 32, key & 0xFFFFFFFF)


def rounds(lanes: Lanes_) -> Iterator[Lanes_]:
    """Indexes into `lanes`, in order of arrival, such that no lane comes twice in one of them."""
    order = np.argsort(lanes, kind="stable")
    ordered = lanes[order]
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    if first.all():
        yield np.arange(len(lanes))
        return
    starts = np.flatnonzero(first)
    nth = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.append(starts, len(ordered))))
    for number in range(int(nth.max()) + 1):
        yield order[nth == number]

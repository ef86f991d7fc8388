"""Who speaks: by level, for all lanes at once; only a beginning is also shown to WebRTC's detector.

That one is better and costs ten times as much, so it decides just whether something loud is speech. An end is 300 ms
below the level.
"""

from __future__ import annotations

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from media_worker.audio import RATE
from media_worker.pipeline.lanes import Lanes_

#: Mean square of -50 dB of full scale: quieter is nobody. Noise raises it, by its own floor.
_QUIET = np.float32((32768.0 * 10 ** (-50 / 20)) ** 2)
_ABOVE_FLOOR = np.float32(6.0)
_FLOOR_RISES = np.float32(1.005)
_BEGINS, _ENDS = 3, 15
_SURE_OF = 3


class Voices:
    """Which lanes speak, and how loud each is."""

    def __init__(self, capacity: int) -> None:
        self._floor = np.full(capacity, _QUIET, np.float32)
        self._loud = np.zeros(capacity, np.int64)
        self._quiet = np.zeros(capacity, np.int64)
        self._detectors: dict[int, webrtcvad.Vad] = {}
        self.speaking = np.zeros(capacity, bool)
        #: Mean square of the last frame.
        self.level = np.zeros(capacity, np.float32)

    def reset(self, lane: int) -> None:
        """Somebody new is on this lane."""
        self._floor[lane], self.level[lane], self.speaking[lane] = _QUIET, 0, False
        self._loud[lane] = self._quiet[lane] = 0
        self._detectors.pop(lane, None)

    def take(self, lanes: Lanes_, pcm: NDArray[np.int16], sound: NDArray[np.float32]) -> list[tuple[int, bool]]:
        """Hear one frame of each lane, as samples and as floats; returns lanes that begin (True) or end to speak."""
        level = np.einsum("ij,ij->i", sound, sound) / np.float32(sound.shape[1])
        self.level[lanes] = level
        floor = np.maximum(np.minimum(level, self._floor[lanes] * _FLOOR_RISES), np.float32(1.0))
        self._floor[lanes] = floor
        loud = level > np.clip(floor * _ABOVE_FLOOR, _QUIET, _QUIET * 100)
        run = (self._loud[lanes] + 1) * loud
        quiet = (self._quiet[lanes] + 1) * ~loud
        self._loud[lanes], self._quiet[lanes] = run, quiet
        speaking = self.speaking[lanes]
        changed = [
            (int(lanes[at]), True)
            for at in np.flatnonzero((run >= _BEGINS) & ~speaking)
            if self._is_speech(int(lanes[at]), pcm[at], int(run[at]))
        ]
        changed += [(int(lanes[at]), False) for at in np.flatnonzero((quiet >= _ENDS) & speaking)]
        for lane, speaks in changed:
            self.speaking[lane] = speaks
        return changed

    def _is_speech(self, lane: int, pcm: NDArray[np.int16], run: int) -> bool:
        """Ask WebRTC about every third frame of what has been loud for longer."""
        if run > 10 and run % _SURE_OF:
            return False
        detector = self._detectors.setdefault(lane, webrtcvad.Vad(1))
        return bool(detector.is_speech(pcm.tobytes(), RATE))


def decibels(level: float) -> float:
    """A mean square as decibels of full scale; -100 is silence."""
    return max(-100.0, 10 * float(np.log10(max(level, 1e-9) / 32768.0**2)))

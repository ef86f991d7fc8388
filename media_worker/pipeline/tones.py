"""Keys heard in the sound itself, next to the platform's own word of them.

In two windows of 20 ms for each frame, half overlapping and at half the rate, the energy at the eight frequencies is
one matrix product for all lanes. Where one row and one column carry most of the sound, the windows are looked at
closely: how much of the energy lies in the span of just these two, a little wide so that a tone may be off by 1.5 %.
Speech never lies there for long; a key is three windows in a row (30 ms of it at least), and over after three without.
Source: ITU-T Q.23 and Q.24.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_worker.pipeline.lanes import Lanes_

ROWS = (697.0, 770.0, 852.0, 941.0)
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = "123A456B789C*0#D"
_HALF_RATE = 8_000
_WINDOW = 160
_HOP = 80
#: Mean square of two samples' sum below which nothing is listened to: -45 dB of full scale, of a sine.
_QUIET = 4 * (32768.0 * 10 ** (-45 / 20)) ** 2 / 2
#: Shares of the energy: on a rough look at both tones; on a close one, in every window; in the best of a key's windows.
_ROUGH, _CLOSE, _BEST = 0.3, 0.7, 0.86
#: Column over row: from 14 dB quieter to 12 dB louder.
_TWIST = (10**-1.4, 10**1.2)
_BEGINS, _ENDS = 3, 3
_NONE = -1


class Tones:
    """Which key each lane hears."""

    def __init__(self, capacity: int) -> None:
        self._tail = np.zeros((capacity, _HOP), np.float32)
        self._candidate = np.full(capacity, _NONE, np.int8)
        self._run = np.zeros(capacity, np.int8)
        self._best = np.zeros(capacity, np.float32)
        self._key = np.full(capacity, _NONE, np.int8)
        self._missing = np.zeros(capacity, np.int8)
        #: Lanes of which the last window was of a key, or on which one is not over yet.
        self._busy = np.zeros(capacity, bool)
        # Least squares and not mere correlation: what a loud row leaks into the columns is not taken for one.
        self._amplitudes = np.linalg.pinv(_pairs((*ROWS, *COLUMNS))).T.astype(np.float32)
        self._spans = {
            (row, column): _span(ROWS[row], COLUMNS[column]).astype(np.float32)
            for row in range(4)
            for column in range(4)
        }

    def reset(self, lane: int) -> None:
        """Somebody new is on this lane."""
        self._tail[lane] = 0
        self._candidate[lane] = self._key[lane] = _NONE
        self._run[lane] = self._missing[lane] = 0
        self._busy[lane] = False

    def take(self, lanes: Lanes_, pcm: NDArray[np.float32]) -> list[tuple[int, str]]:
        """Hear one frame of each lane (n, 320); returns lanes on which a key has begun, and the key."""
        sound = np.empty((len(pcm), _HOP + _WINDOW), np.float32)
        sound[:, :_HOP] = self._tail[lanes]
        np.add(pcm[:, 0::2], pcm[:, 1::2], out=sound[:, _HOP:])
        self._tail[lanes] = sound[:, _WINDOW:]
        found, shares = self._classify(np.concatenate([sound[:, :_WINDOW], sound[:, _HOP:]]))
        count = len(lanes)
        first = self._step(lanes, found[:count], shares[:count])
        return first + self._step(lanes, found[count:], shares[count:])

    def _classify(self, windows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """The key that each window may be of, and the share of its energy that speaks for it."""
        found, shares = np.full(len(windows), _NONE, np.int8), np.zeros(len(windows), np.float32)
        energy = np.einsum("ij,ij->i", windows, windows)
        loud = np.flatnonzero(energy > _QUIET * _WINDOW)
        if not len(loud):
            return found, shares
        parts = (windows if len(loud) == len(windows) else windows[loud]) @ self._amplitudes
        power = (parts[:, :8] ** 2 + parts[:, 8:] ** 2) * np.float32(_WINDOW / 2)
        low, high = power[:, :4].max(1), power[:, 4:].max(1)
        likely = (low + high > _ROUGH * energy[loud]) & (high > _TWIST[0] * low) & (high < _TWIST[1] * low)
        for at in np.flatnonzero(likely):
            place = loud[at]
            row, column = int(power[at, :4].argmax()), int(power[at, 4:].argmax())
            span = self._spans[row, column]
            inside = span.T @ windows[place]
            share = float(inside @ inside) / float(energy[place])
            if share > _CLOSE:
                found[place], shares[place] = row * 4 + column, share
        return found, shares

    def _step(self, lanes: Lanes_, found: NDArray[np.int8], shares: NDArray[np.float32]) -> list[tuple[int, str]]:
        heard = found != _NONE
        if not (heard.any() or self._busy[lanes].any()):
            return []
        again = heard & (found == self._candidate[lanes])
        self._run[lanes] = np.where(again, np.minimum(self._run[lanes] + 1, 100), heard)
        self._best[lanes] = np.maximum(shares, np.where(again, self._best[lanes], 0))
        self._candidate[lanes] = found
        held = heard & (found == self._key[lanes])
        missing = np.where(held, 0, np.minimum(self._missing[lanes] + 1, 100))
        self._missing[lanes] = missing
        over = missing >= _ENDS
        self._key[lanes[over]] = _NONE
        sure = heard & (self._run[lanes] >= _BEGINS) & (self._best[lanes] > _BEST)
        begins = sure & (self._key[lanes] != found)
        self._key[lanes[begins]] = found[begins]
        self._missing[lanes[begins]] = 0
        self._busy[lanes] = heard | (self._key[lanes] != _NONE)
        return [(int(lanes[at]), KEYS[found[at]]) for at in np.flatnonzero(begins)]


def _pairs(frequencies: tuple[float, ...]) -> NDArray[np.float64]:
    """Cosines, then sines, as columns."""
    phases = 2 * np.pi * np.outer(np.arange(_WINDOW), np.array(frequencies)) / _HALF_RATE
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def _span(row: float, column: float) -> NDArray[np.float64]:
    """An orthonormal basis of the sounds that these two make, each one per cent off either way."""
    off = 0.01
    basis, _ = np.linalg.qr(_pairs((row * (1 - off), row * (1 + off), column * (1 - off), column * (1 + off))))
    return basis

"""The one audio format of calls: WAV, PCM, mono, 16 bit, 16 kHz. And who speaks when.

Source: https://learn.microsoft.com/graph/api/call-playprompt
"""

from __future__ import annotations

import functools
import io
import math
import wave
from array import array
from operator import mul

RATE_HZ = 16_000
BYTES_PER_S = 2 * RATE_HZ
_FRAME_S = 0.02
_FRAME_BYTES = int(BYTES_PER_S * _FRAME_S)
_FULL_SCALE = 32768.0

Interval = tuple[float, float]


class WrongFormat(ValueError):
    """Not a WAV file with 16 kHz mono 16-bit PCM; the message says what it is instead."""


def pcm_of(wav: bytes) -> bytes:
    """The samples of a WAV file, little-endian. Raises `WrongFormat`."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            shape = (file.getnchannels(), 8 * file.getsampwidth(), file.getframerate())
            if shape != (1, 16, RATE_HZ):
                raise WrongFormat(
                    f"{shape[0]} channel(s), {shape[1]} bit, {shape[2]} Hz; wanted 1, 16 bit, {RATE_HZ} Hz"
                )
            return file.readframes(file.getnframes())
    except (wave.Error, EOFError) as problem:
        raise WrongFormat(f"not a PCM WAV file: {problem}") from None


def wav_of(pcm: bytes) -> bytes:
    """A WAV file around samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(pcm)
    return file.getvalue()


def duration_s(pcm: bytes) -> float:
    """Playing time of samples."""
    return len(pcm) / BYTES_PER_S


@functools.lru_cache(maxsize=64)
def spoken(pcm: bytes, threshold_dbfs: float) -> tuple[Interval, ...]:
    """When, in seconds from the start, the samples are louder than the threshold; 20 ms at a time."""
    least_energy = (_FULL_SCALE * 10 ** (threshold_dbfs / 20)) ** 2
    intervals: list[Interval] = []
    for index in range(0, len(pcm), _FRAME_BYTES):
        frame = array("h", pcm[index : index + _FRAME_BYTES])
        if sum(map(mul, frame, frame)) < least_energy * len(frame):
            continue
        start, end = index / BYTES_PER_S, index / BYTES_PER_S + len(frame) / RATE_HZ
        if intervals and math.isclose(intervals[-1][1], start):
            intervals[-1] = (intervals[-1][0], end)
        else:
            intervals.append((start, end))
    return tuple(intervals)

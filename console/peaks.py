"""How a recording looks: made here, so that a page need not fetch and decode hours of sound to draw a line."""

from __future__ import annotations

import io
import itertools
import sys
import wave
from array import array
from typing import Any


class NotSound(ValueError):
    """Not a WAV file with 16-bit samples."""


def peaks(audio: bytes, count: int) -> dict[str, Any]:
    """`{"duration_s": float, "peaks": [0..1]}`: the loudest sample of each of `count` equal parts (1 or more).

    Of several channels, the louder. Fewer parts than asked when there are fewer samples. Raises `NotSound`.
    """
    try:
        with wave.open(io.BytesIO(audio)) as file:
            if file.getsampwidth() != 2:
                raise NotSound(f"{8 * file.getsampwidth()} bit, wanted 16")
            rate, channels = file.getframerate(), file.getnchannels()
            samples = array("h", file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as problem:
        raise NotSound(f"not a PCM WAV file: {problem}") from None
    if sys.byteorder == "big":
        samples.byteswap()
    parts = min(count, len(samples))
    bounds = [len(samples) * part // parts for part in range(parts + 1)] if parts else [0]
    loudest = [_loudest(samples[begin:end]) for begin, end in itertools.pairwise(bounds)]
    return {"duration_s": len(samples) / channels / rate, "peaks": loudest}


def _loudest(samples: array[int]) -> float:
    highest, lowest = max(samples), min(samples)
    return round(min(1.0, max(highest, -lowest) / 32767), 3)

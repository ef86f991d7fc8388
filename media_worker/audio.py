"""What audio is here, everywhere: 16 kHz, 16 bit, mono, in frames of 20 ms, as the media platform gives and takes it.

Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/real-time-media-concepts
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
SAMPLES = 320
FRAME_BYTES = 640
FRAME_S = 0.02
FRAMES_PER_S = 50
#: Timestamps are in units of 100 ns.
TICKS_PER_FRAME = 200_000
TICKS_PER_S = 10_000_000

#: One frame as it is drained from an engine: 656 bytes, the same in the C# shim and on a gateway's socket.
RECORD = np.dtype(
    [("timestamp", "<i8"), ("stream", "<u4"), ("speaker", "<u4"), ("pcm", "<i2", (SAMPLES,))],
)
#: The speaker of a frame in which all are mixed.
MIXED = 0
#: The media source id (MSI) that stands for nobody.
NOBODY = 0xFFFFFFFF

Records: TypeAlias = np.ndarray
Pcm: TypeAlias = NDArray[np.int16]


def records(count: int) -> Records:
    """Room for `count` frames."""
    return np.zeros(count, RECORD)


def frames(pcm: bytes) -> Pcm:
    """Samples as frames (n, 320); the last one is filled with silence."""
    missing = -len(pcm) % FRAME_BYTES
    return np.frombuffer(pcm + bytes(missing), "<i2").reshape(-1, SAMPLES)

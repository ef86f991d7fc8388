"""What a caller would notice in a prompt: too quiet, clipped, silent too long at its ends or in the middle.

Looked for when audio is made, and in the files that are checked in. All of a full scale of 32768; plain Python, so that
it runs wherever prompts do.
"""

from __future__ import annotations

import array
import itertools
import sys
from dataclasses import dataclass

from prompts import wav

SILENCE = 200  # -44 dBFS
FULL = 32_700  # samples at the end of the scale, several in a row, are cut off
CLIPPED_IN_A_ROW = 3
PEAK = (16_000, 31_000)  # -6.2 to -0.5 dBFS
LOUDNESS = (0.05, 0.25)  # of what is not silence: -26 to -12 dBFS
LEAD_MS, TAIL_MS = (20, 400), (40, 600)
LONGEST_PAUSE_MS = 1200


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How long a prompt may be."""

    least_ms: int = 500
    most_ms: int = 60_000


#: Of one word of a value, which stands between others.
WORD = Bounds(least_ms=200, most_ms=4_000)


def faults(audio: bytes, bounds: Bounds | None = None) -> list[str]:
    """Everything that is wrong with a WAV file; nothing when a caller hears what there is to hear."""
    bounds = bounds or Bounds()
    try:
        ms = wav.duration_ms(audio[: wav.HEADER_BYTES], len(audio))
    except wav.NotPlayable as failure:
        return [str(failure)]
    samples = array.array("h", audio[wav.HEADER_BYTES :])
    if sys.byteorder == "big":
        samples.byteswap()
    found: list[str] = []
    if not bounds.least_ms <= ms <= bounds.most_ms:
        found.append(f"it lasts {ms} ms, where {bounds.least_ms} to {bounds.most_ms} are wanted")
    loud = [at for at, sample in enumerate(samples) if abs(sample) > SILENCE]
    if not loud:
        return [*found, "it is silent"]
    return [*found, *_level(samples, loud), *_pauses(loud, len(samples))]


def _level(samples: array.array[int], loud: list[int]) -> list[str]:
    found: list[str] = []
    peak = max(map(abs, samples))
    if not PEAK[0] <= peak <= PEAK[1]:
        found.append(f"its loudest sample is {peak}, where {PEAK[0]} to {PEAK[1]} are wanted")
    clipped = (len(list(run)) for full, run in itertools.groupby(samples, lambda sample: abs(sample) >= FULL) if full)
    if any(length >= CLIPPED_IN_A_ROW for length in clipped):
        found.append("it is clipped")
    loudness = (sum(samples[at] ** 2 for at in loud) / len(loud)) ** 0.5 / 32768
    if not LOUDNESS[0] <= loudness <= LOUDNESS[1]:
        found.append(f"its loudness is {loudness:.3f} of the scale, where {LOUDNESS[0]} to {LOUDNESS[1]} are wanted")
    return found


def _pauses(loud: list[int], length: int) -> list[str]:
    per_ms = wav.RATE_HZ / 1000
    lead, tail = loud[0] / per_ms, (length - 1 - loud[-1]) / per_ms
    longest = max((after - before for before, after in itertools.pairwise(loud)), default=0) / per_ms
    bounds = (("begins", lead, LEAD_MS), ("ends", tail, TAIL_MS), ("pauses", longest, (0, LONGEST_PAUSE_MS)))
    return [
        f"it {what} with {ms:.0f} ms of silence, where {least} to {most} are wanted"
        for what, ms, (least, most) in bounds
        if not least <= ms <= most
    ]

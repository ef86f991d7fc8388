"""Speakers who come apart, mixed: added up, and held within 16 bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_worker.audio import MIXED, Records, records


def mixes(frames: Records, streams: NDArray[np.uint32]) -> Records:
    """For each of these streams one mixed frame for each time at which there are frames, in order of time."""
    chosen = frames[np.isin(frames["stream"], streams)]
    if not len(chosen):
        return records(0)
    order = np.lexsort((chosen["timestamp"], chosen["stream"]))
    chosen = chosen[order]
    first = np.ones(len(chosen), bool)
    first[1:] = (chosen["timestamp"][1:] != chosen["timestamp"][:-1]) | (chosen["stream"][1:] != chosen["stream"][:-1])
    starts = np.flatnonzero(first)
    mixed = records(len(starts))
    mixed["timestamp"], mixed["stream"] = chosen["timestamp"][starts], chosen["stream"][starts]
    mixed["speaker"] = MIXED
    total = np.add.reduceat(chosen["pcm"].astype(np.int32), starts, axis=0)
    mixed["pcm"] = np.clip(total, -32768, 32767)
    return mixed

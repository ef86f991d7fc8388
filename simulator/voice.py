"""The caller's side of the sound: what they say, and when a recording of it ends.

Nothing here polls: from what is known to be said, the end of a recording is computed ahead, and computed again when the
caller starts to say something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.audio import BYTES_PER_S, Interval, duration_s, spoken

EndReason = Literal["initial_silence", "max_silence", "max_duration"]


_LATE_S = 0.5


@dataclass(frozen=True, kw_only=True)
class _Speech:
    start: float
    pcm: bytes


class Voice:
    """What one caller says, on the clock's time."""

    def __init__(self) -> None:
        self._speeches: list[_Speech] = []

    def say(self, pcm: bytes, now: float) -> None:
        """From now on the caller says this; what they were saying breaks off."""
        self._speeches.append(_Speech(start=now, pcm=pcm))

    def go_on(self, pcm: bytes, now: float) -> None:
        """The caller says this right after what they said last: a piece of live speech, which comes early or late.

        After a pause longer than `_LATE_S` it begins now.
        """
        said = self._end()
        self._speeches.append(_Speech(start=said if said is not None and now - said <= _LATE_S else now, pcm=pcm))

    def _end(self) -> float | None:
        if not self._speeches:
            return None
        last = self._speeches[-1]
        return last.start + duration_s(last.pcm)

    def spoken(self, since: float, threshold_dbfs: float) -> list[Interval]:
        """When the caller is heard speaking from `since` on, as far as is known now."""
        found: list[Interval] = []
        for index, speech in enumerate(self._speeches):
            until = self._breaks_off(index)
            if until <= since:
                continue
            for start, end in spoken(speech.pcm, threshold_dbfs):
                begin, finish = max(speech.start + start, since), min(speech.start + end, until)
                if begin < finish:
                    found.append((begin, finish))
        return found

    def pcm(self, start: float, end: float) -> bytes:
        """The sound between two times; silence where nothing is said."""
        sound = bytearray(_bytes(end - start))
        for index, speech in enumerate(self._speeches):
            begin, finish = max(start, speech.start), min(end, self._breaks_off(index))
            if begin >= finish:
                continue
            piece = speech.pcm[_bytes(begin - speech.start) : _bytes(finish - speech.start)]
            at = _bytes(begin - start)
            sound[at : at + len(piece)] = piece
        return bytes(sound[: _bytes(end - start)])

    def _breaks_off(self, index: int) -> float:
        speech = self._speeches[index]
        end = speech.start + duration_s(speech.pcm)
        return min(end, self._speeches[index + 1].start) if index + 1 < len(self._speeches) else end


def recording_end(
    intervals: list[Interval], start: float, *, initial_silence_s: float, max_silence_s: float, max_duration_s: float
) -> tuple[float, EndReason]:
    """When a recording that starts to listen at `start` ends, and why, given when the caller speaks (in order).

    Nothing said within `initial_silence_s` ends it first; then a pause of `max_silence_s`; at last `max_duration_s`.
    """
    limit = start + max_duration_s
    if not intervals or intervals[0][0] >= start + initial_silence_s:
        silence: tuple[float, EndReason] = (start + initial_silence_s, "initial_silence")
    else:
        quiet_since = intervals[0][1]
        for begin, end in intervals[1:]:
            if begin - quiet_since >= max_silence_s:
                break
            quiet_since = end
        silence = (quiet_since + max_silence_s, "max_silence")
    return silence if silence[0] <= limit else (limit, "max_duration")


def _bytes(seconds: float) -> int:
    """Bytes of so much sound, never half a sample."""
    return 2 * round(seconds * BYTES_PER_S / 2)

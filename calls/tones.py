"""Puts a caller's keys in the order in which they were pressed, whatever order their notifications come in.

Graph numbers the tones of a call (`sequenceId`), but where the numbers start, how far apart they are and whether they
ever start again is not documented; captured calls begin with 1 and with 6. So nothing is assumed:

- A tone that follows the last one by 1, or by the smallest step seen so far, is applied at once.
- A tone that follows it by more leaves a visible gap. It is held for at most the window, in case what is missing is
  merely late; then it is applied, in ascending order, and the step it made is learned.
- The first tone of a call is applied at once when its number is 1. Otherwise it is held like one behind a gap: with
  a counter that begins at 6, a 7 that overtook the 6 looks exactly like a first tone. (The design says "the first at
  once"; holding it costs at most the window, once per call, and keeps the order right.)
- A number below the last one is late when it falls into a gap of the series: it is applied at once. Otherwise the
  counter has started again: what is held is applied, and a new series begins, by the rule for first tones.
- The same number with the same tone within 10 s is the same press, told twice. That is the inbox's rule too; of sealed
  tones it is the inbox's alone.

So nothing is lost and nothing applied twice, in any case; and the order is right whenever each notification is at most
a window late, but for two cases: a counter that begins below 1 with its first two tones out of order, and a counter's
restart told out of order with a number that continues the old series.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_SAME_PRESS_MS = 10_000
_REMEMBERED = 64

#: A tone: its character or, when it is sealed, the number of its notification.
Tone = str | int
Held = tuple[int, Tone, int]


@dataclass(kw_only=True, slots=True)
class ToneOrder:
    """The tones of one call. All of it is JSON; times are Unix milliseconds."""

    last: int | None = None
    stride: int | None = None
    series: list[int] = field(default_factory=list[int])
    recent: list[Held] = field(default_factory=list[Held])
    held: list[Held] = field(default_factory=list[Held])

    def arrive(self, sequence: int, tone: Tone, at_ms: int, window_ms: int) -> list[Tone]:
        """Take a tone; returns the tones that are now in their right order, oldest first."""
        if self._told_before(sequence, tone, at_ms):
            return []
        self.recent = [*self.recent[1 - _REMEMBERED :], (sequence, tone, at_ms)]
        applied: list[Tone] = []
        if self.last is not None and sequence <= self.last:
            if self.series[0] < sequence and sequence not in self.series:
                self.series = sorted([*self.series, sequence])[-_REMEMBERED:]
                return [tone]
            applied = self.flush()
            self.last, self.series = None, []
        self.held = sorted([*self.held, (sequence, tone, at_ms + window_ms)], key=lambda held: held[0])
        return applied + self._release()

    def expire(self, now_ms: int) -> list[Tone]:
        """Give up waiting for what is missing before the tones whose window is over."""
        applied: list[Tone] = []
        while any(until <= now_ms for _, _, until in self.held):
            applied.append(self._apply_first())
        return applied + self._release() if applied else applied

    def flush(self) -> list[Tone]:
        """Apply everything held, now."""
        return [self._apply_first() for _ in list(self.held)]

    @property
    def deadline_ms(self) -> int | None:
        """When `expire` has something to do."""
        return min((until for _, _, until in self.held), default=None)

    def to_json(self) -> dict[str, Any]:
        """Give the state."""
        return {
            "last": self.last,
            "stride": self.stride,
            "series": list(self.series),
            "recent": [list(each) for each in self.recent],
            "held": [list(each) for each in self.held],
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ToneOrder:
        """Read what `to_json` gave."""
        return cls(
            last=document["last"],
            stride=document["stride"],
            series=list(document["series"]),
            recent=[(each[0], each[1], each[2]) for each in document["recent"]],
            held=[(each[0], each[1], each[2]) for each in document["held"]],
        )

    def _told_before(self, sequence: int, tone: Tone, at_ms: int) -> bool:
        return any(
            known == sequence and key == tone and abs(at_ms - at) <= _SAME_PRESS_MS for known, key, at in self.recent
        )

    def _release(self) -> list[Tone]:
        applied: list[Tone] = []
        while self.held:
            first = self.held[0][0]
            if first != 1 if self.last is None else first - self.last not in (1, self.stride):
                break
            applied.append(self._apply_first())
        return applied

    def _apply_first(self) -> Tone:
        sequence, tone, _ = self.held.pop(0)
        if self.last is not None and sequence > self.last:
            step = sequence - self.last
            self.stride = step if self.stride is None else min(step, self.stride)
        self.last = sequence
        self.series = [*self.series, sequence][-_REMEMBERED:]
        return tone

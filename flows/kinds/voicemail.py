"""`voicemail`: a message of any length, though Graph records two minutes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.kinds.record import Record
from flows.nodes import FAILED, HANGUP, Frame, Leave, Outcome, Step
from flows.parameters import parameter
from flows.shapes import Duration

SEGMENT_MS = 120_000


@dataclass(frozen=True, kw_only=True)
class Voicemail(Record):
    """As `record`, but as long as `maxDuration`: when a recording is full the next one begins at once, without a beep.

    Each is a recording of its own, in order. Between two of them a fraction of a second may be lost: Graph takes one
    operation at a time.
    """

    KIND: ClassVar[str] = "voicemail"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("saved"), Outcome("empty", "saved"), FAILED, HANGUP)

    max_duration_ms: int = parameter(
        "maxDuration",
        Duration(1000, 1_800_000, whole_seconds=True, beyond="record-too-long"),
        "longest message",
        default=300_000,
    )

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody speaks."""
        return ("empty",)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Record after a consent that was heard, and on while recordings are full and there is time left."""
        recorded_ms = int(frame.kept.get("recorded_ms", 0))
        if not frame.kept["consented"]:
            step = super().resume(frame, result)
            return step if isinstance(step, Leave) else self._segment(0)
        if isinstance(result, acts.Recorded):
            recorded_ms += SEGMENT_MS
            frame.kept["recorded_ms"] = recorded_ms
            more = result.full and recorded_ms < self.max_duration_ms
            return self._segment(recorded_ms) if more else Leave("saved")
        if recorded_ms:  # what was said is kept, however the rest went
            return Leave("saved")
        return Leave("empty") if isinstance(result, acts.Silence) else super().resume(frame, result)

    def _segment(self, recorded_ms: int) -> acts.Record:
        first = recorded_ms == 0
        return acts.Record(
            prompts=self.prompt if first else (),
            max_duration_s=min(SEGMENT_MS, self.max_duration_ms - recorded_ms) // 1000,
            initial_silence_s=(self.initial_silence_ms if first else self.max_silence_ms) // 1000,
            max_silence_s=self.max_silence_ms // 1000,
            beep=self.beep and first,
            stop_keys=self.stop_keys,
            recording=self.recording,
        )

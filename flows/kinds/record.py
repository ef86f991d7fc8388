"""`record`: what the caller says, once the caller has heard that it is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows import acts
from flows.nodes import FAILED, HANGUP, Frame, Leave, Node, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.shapes import Duration, Flag, Items, Keys, PromptName, Word


@dataclass(frozen=True, kw_only=True)
class Record(Node):
    """Plays `consent`, then `prompt`, and records for at most 120 s, which is all that Graph records at once.

    The consent cannot be interrupted, and nothing is recorded unless it surely was played to its end.
    """

    KIND: ClassVar[str] = "record"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("saved"), Outcome("silence", "saved"), FAILED, HANGUP)
    NEXT: ClassVar[str | None] = "saved"
    TAKES_KEYS: ClassVar[bool] = True
    REACHES_PEOPLE: ClassVar[bool] = True
    RECORDS: ClassVar[bool] = True

    consent: tuple[str, ...] = parameter(
        "consent",
        Items(PromptName(), 1, 5),
        "what tells the caller that a recording is made and kept",
        missing="record-without-consent",
    )
    prompt: tuple[str, ...] = parameter("prompt", Items(PromptName(), 0, 1), "played right before", default=())
    max_duration_ms: int = parameter(
        "maxDuration",
        Duration(1000, 120_000, whole_seconds=True, beyond="record-too-long"),
        "longest recording",
        default=60_000,
    )
    initial_silence_ms: int = parameter(
        "initialSilence", Duration(1000, 120_000, whole_seconds=True), "silence that means nobody speaks", default=5_000
    )
    max_silence_ms: int = parameter(
        "maxSilence", Duration(1000, 120_000, whole_seconds=True), "silence that ends the recording", default=5_000
    )
    stop_keys: str = parameter("stopKeys", Keys(), "keys that end the recording", default="#")
    beep: bool = parameter("beep", Flag(), "a beep before the recording", default=True)
    recording: str = parameter(
        "recording",
        Word(("route", "off", "transient", "kept"), "recording mode"),
        "how it is kept: as the route says, or less than that",
        default="route",
    )

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody speaks."""
        return ("silence",)

    def enter(self, frame: Frame) -> Step:
        """Ask for consent first."""
        frame.kept["consented"] = False
        return acts.Play(prompts=self.consent)

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Record after a consent that was heard; then say how it went."""
        if not frame.kept["consented"]:
            if not isinstance(result, acts.Finished):
                return unexpected(result)
            if not result.certain:
                return Leave("failed")
            frame.kept["consented"] = True
            return acts.Record(
                prompts=self.prompt,
                max_duration_s=self.max_duration_ms // 1000,
                initial_silence_s=self.initial_silence_ms // 1000,
                max_silence_s=self.max_silence_ms // 1000,
                beep=self.beep,
                stop_keys=self.stop_keys,
                recording=self.recording,
            )
        if isinstance(result, acts.Recorded):
            return Leave("saved")
        return Leave("silence") if isinstance(result, acts.Silence) else unexpected(result)

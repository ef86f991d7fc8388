"""Requests about what a service-hosted call plays, records and hears.

Media must be active first: `established` alone is not enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graph.request import WithContext, check_member, check_seconds, without_none
from graph.resources import TONES
from graph.targets import BadRequest, MediaInfo
from graph.wire import JSON

_DIAL_CHARACTERS = frozenset("0123456789*#ABCDabcd")
_TONE_OF = {"*": "star", "#": "pound", **{digit: f"tone{digit}" for digit in "0123456789"}}


@dataclass(frozen=True, kw_only=True)
class PlayPrompt(WithContext):
    """Play 1 to 20 prompts one after the other, behind what plays already. 200 with a `playPromptOperation`.

    Source: https://learn.microsoft.com/graph/api/call-playprompt
    """

    prompts: tuple[MediaInfo, ...]

    action: ClassVar[str] = "playPrompt"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.prompts) <= 20:
            raise BadRequest("prompts", "must be 1 to 20")

    def body(self) -> JSON:
        """The wire form."""
        return {"prompts": [info.to_prompt() for info in self.prompts], **super().body()}


@dataclass(frozen=True, kw_only=True)
class RecordResponse(WithContext):
    """Record up to 120 s of what the caller says, after at most one prompt. 200 with a `recordOperation`.

    Source: https://learn.microsoft.com/graph/api/call-record
    """

    prompts: tuple[MediaInfo, ...] = ()
    #: Each 1 to 120 s. Silence before the first word fails the operation; silence after it ends the recording.
    max_duration_s: int
    initial_silence_s: int
    max_silence_s: int
    play_beep: bool = True
    #: Interrupts, and clears, what plays or records.
    barge_in_allowed: bool = False
    #: Dial characters (`#`, `1`, `*`) that end the recording, not Graph's tone names.
    stop_tones: tuple[str, ...] = ()

    action: ClassVar[str] = "recordResponse"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.prompts) > 1:
            raise BadRequest("prompts", "must be at most 1")
        for name in ("max_duration_s", "initial_silence_s", "max_silence_s"):
            check_seconds(name, getattr(self, name), 1, 120)
        if not set(self.stop_tones) <= _DIAL_CHARACTERS:
            raise BadRequest("stop_tones", "must be dial characters: 0 to 9, *, #, A to D")

    def body(self) -> JSON:
        """The wire form."""
        return {
            "prompts": [info.to_prompt() for info in self.prompts],
            "bargeInAllowed": self.barge_in_allowed,
            "initialSilenceTimeoutInSeconds": self.initial_silence_s,
            "maxSilenceTimeoutInSeconds": self.max_silence_s,
            "maxRecordDurationInSeconds": self.max_duration_s,
            "playBeep": self.play_beep,
            "stopTones": list(self.stop_tones),
            **super().body(),
        }


@dataclass(frozen=True, kw_only=True)
class SubscribeToTone(WithContext):
    """Ask to be told of key presses. 200 with a `subscribeToToneOperation`, normally completed.

    Source: https://learn.microsoft.com/graph/api/call-subscribetotone
    """

    action: ClassVar[str] = "subscribeToTone"


@dataclass(frozen=True, kw_only=True)
class CancelMediaProcessing(WithContext):
    """Stop what plays or records and empty the queue behind it: those operations fail with 400/8508. 200.

    Source: https://learn.microsoft.com/graph/api/call-cancelmediaprocessing
    """

    action: ClassVar[str] = "cancelMediaProcessing"


@dataclass(frozen=True, kw_only=True)
class SendDtmfTones(WithContext):
    """Press keys on the bot's side of the call. 200 with a `sendDtmfTonesOperation`, normally running.

    Its end says `completed` even where the keys were not sent: `completion_reason` tells.
    Source: https://learn.microsoft.com/graph/api/call-senddtmftones
    """

    #: Graph's names: `tone0` to `tone9`, `star`, `pound`, `a` to `d`, `flash`.
    tones: tuple[str, ...] = field(repr=False)
    #: Between two keys; None leaves it to Graph.
    delay_ms: int | None = None

    action: ClassVar[str] = "sendDtmfTones"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tones or not set(self.tones) <= set(TONES.values()):
            raise BadRequest("tones", "must be one or more of tone0 to tone9, star, pound, a to d, flash")
        if self.delay_ms is not None and not 0 <= self.delay_ms < 2**31:
            raise BadRequest("delay_ms", "must be 0 to 2147483647")

    @staticmethod
    def tones_of(keys: str) -> tuple[str, ...]:
        """Graph's names for dial characters: `("tone1", "pound")` for `1#`. Raises `BadRequest` for anything else."""
        if not keys or not set(keys) <= _DIAL_CHARACTERS:
            raise BadRequest("tones", "must be dial characters: 0 to 9, *, #, A to D")
        return tuple(_TONE_OF.get(key, key.lower()) for key in keys)

    def body(self) -> JSON:
        """The wire form."""
        return without_none({"tones": list(self.tones), "delayBetweenTonesMs": self.delay_ms, **super().body()})


@dataclass(frozen=True, kw_only=True)
class UpdateRecordingStatus(WithContext):
    """Say whether this call is being recorded. 200, normally completed. Policy-recording calls only.

    No media may be kept before `recording` was accepted, and none any more once `notRecording` is sent.
    Source: https://learn.microsoft.com/graph/api/call-updaterecordingstatus
    """

    #: `notRecording`, `recording` or `failed`.
    status: str

    action: ClassVar[str] = "updateRecordingStatus"
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_member("status", self.status, ("notRecording", "recording", "failed"))

    def body(self) -> JSON:
        """The wire form."""
        return {"status": self.status, **super().body()}

"""Requests about what a service-hosted call plays, records and hears.

Media must be active first: `established` alone is not enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graph.request import StartsOperation, check_client_context, check_seconds
from graph.targets import BadRequest, MediaInfo
from graph.wire import JSON

_DIAL_CHARACTERS = frozenset("0123456789*#ABCDabcd")


@dataclass(frozen=True, kw_only=True)
class PlayPrompt(StartsOperation):
    """Play 1 to 20 prompts one after the other, behind what plays already. 200 with a `playPromptOperation`.

    Source: https://learn.microsoft.com/graph/api/call-playprompt
    """

    prompts: tuple[MediaInfo, ...]
    client_context: str

    action: ClassVar[str] = "playPrompt"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.prompts) <= 20:
            raise BadRequest("prompts", "must be 1 to 20")
        check_client_context(self.client_context)

    def body(self) -> JSON:
        """The wire form."""
        return {"prompts": [info.to_prompt() for info in self.prompts], "clientContext": self.client_context}


@dataclass(frozen=True, kw_only=True)
class RecordResponse(StartsOperation):
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
    client_context: str

    action: ClassVar[str] = "recordResponse"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.prompts) > 1:
            raise BadRequest("prompts", "must be at most 1")
        for name in ("max_duration_s", "initial_silence_s", "max_silence_s"):
            check_seconds(name, getattr(self, name), 1, 120)
        if not set(self.stop_tones) <= _DIAL_CHARACTERS:
            raise BadRequest("stop_tones", "must be dial characters: 0 to 9, *, #, A to D")
        check_client_context(self.client_context)

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
            "clientContext": self.client_context,
        }


@dataclass(frozen=True, kw_only=True)
class SubscribeToTone(StartsOperation):
    """Ask to be told of key presses. 200 with a `subscribeToToneOperation`, normally completed.

    Source: https://learn.microsoft.com/graph/api/call-subscribetotone
    """

    client_context: str

    action: ClassVar[str] = "subscribeToTone"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_client_context(self.client_context)

    def body(self) -> JSON:
        """The wire form."""
        return {"clientContext": self.client_context}


@dataclass(frozen=True, kw_only=True)
class CancelMediaProcessing(StartsOperation):
    """Stop what plays or records and empty the queue behind it: those operations fail with 400/8508. 200.

    Source: https://learn.microsoft.com/graph/api/call-cancelmediaprocessing
    """

    client_context: str

    action: ClassVar[str] = "cancelMediaProcessing"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_client_context(self.client_context)

    def body(self) -> JSON:
        """The wire form."""
        return {"clientContext": self.client_context}

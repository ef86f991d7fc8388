"""What a call session asks for: one frozen dataclass per activity.

`activity` is the name of the activity to run and `to_json()` its input. Every command has a `step` of its own, which
comes back in `performed`, and carries the journal entries made since the command before it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What all commands have in common."""

    activity: ClassVar[str]

    instance_id: str
    call_id: str
    tenant_id: str
    step: int
    events: tuple[JSON, ...]

    def to_json(self) -> JSON:
        """Give the input of the activity."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerCall(Command):
    """Answer; `prefetch` are keys of prompts that Graph may fetch meanwhile."""

    activity: ClassVar[str] = "answer_call"
    modalities: tuple[str, ...]
    prefetch: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectCall(Command):
    """Refuse the call: `reason` is none, busy or forbidden."""

    activity: ClassVar[str] = "reject_call"
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RedirectCall(Command):
    """Send the unanswered call to `targets`, each `{"user" | "phone" | "application_instance": id}`."""

    activity: ClassVar[str] = "redirect_call"
    targets: tuple[JSON, ...]
    timeout_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscribeToTone(Command):
    """Ask for the caller's keys."""

    activity: ClassVar[str] = "subscribe_to_tone"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayPrompt(Command):
    """Play prompts, by their keys in the catalogue."""

    activity: ClassVar[str] = "play_prompt"
    prompts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordResponse(Command):
    """Record the caller after at most one prompt. `stop_tones` are dial characters, as Graph wants them here."""

    activity: ClassVar[str] = "record_response"
    prompts: tuple[str, ...]
    max_duration_s: int
    initial_silence_s: int
    max_silence_s: int
    beep: bool
    stop_tones: tuple[str, ...]
    barge_in: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelMediaProcessing(Command):
    """Stop what plays or records."""

    activity: ClassVar[str] = "cancel_media_processing"


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferCall(Command):
    """Transfer the caller, blind, to `{"user" | "phone" | "application_instance": id}`."""

    activity: ClassVar[str] = "transfer_call"
    target: JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepAlive(Command):
    """Tell Graph that the call is still wanted."""

    activity: ClassVar[str] = "keep_alive"


@dataclass(frozen=True, kw_only=True, slots=True)
class HangUp(Command):
    """End the call."""

    activity: ClassVar[str] = "hang_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseCall(Command):
    """Always the last: write the record. `summary` is what `CallSession.summary()` gives."""

    activity: ClassVar[str] = "close_call"
    outcome: str
    summary: JSON

"""What a call session is told, one frozen dataclass per kind, checked before any of it can change a state.

`calls.reading` makes them of the JSON that travels. Do not subclass these. Times are Unix milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


class IllegalEvent(ValueError):
    """What was told is no event: a field is missing or of the wrong type. The session is as it was before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """The call rings. It opens a session; told again, it says nothing new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallChanged:
    """Graph's call state; `state` and `audio` are None where the notification did not speak of them.

    `call_id` is there when this was the first word about a call that we placed.
    """

    state: str | None
    audio: bool | None
    code: int | None
    subcode: int | None
    call_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TonePressed:
    """A key by Graph's name (`tone5`, `star`) with the number by which Graph orders tones.

    Of a sealed tone `tone` is the number of its notification, and all that is known.
    """

    sequence: int
    tone: str | int
    at_ms: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key in its right order, as the flow knows it: `0`-`9`, `*`, `#`, `A`-`D`. Made by the session itself.

    Of a sealed one, the number of its notification (`calls.judging`).
    """

    key: str | int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The call is over, whoever ended it."""

    code: int | None
    subcode: int | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationEnded:
    """A media operation has ended. `context` is the client context it was started with, if it came back.

    `recording` is False when Graph says that there is nothing to fetch.
    """

    operation_id: str | None
    context: str | None
    completed: bool
    code: int | None
    subcode: int | None
    recording: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordingSettled:
    """What became of a recording: stored under `blob`, or lost for a reason."""

    operation_id: str | None
    saved: bool
    blob: str | None
    sha256: str | None
    size: int | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Performed:
    """The activity of a command has returned: with `ok`, or with the kind of its error."""

    step: int
    ok: Mapping[str, Any] | None
    error: Literal["gone", "refused", "not_reached", "unknown", "internal"] | None
    reason: str | None
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """An operator, or the orchestration whose leg the call is, wants something of it.

    What it is wanted of (numbers, people) stays in the inbox under `n`, for the activity to read.
    """

    action: str
    request: str
    n: int
    consult: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsultationNews:
    """How it went with the one who was asked to take the call; `call_id` is the leg to them, when they accepted."""

    status: Literal["accepted", "declined", "no_answer", "busy", "failed"]
    call_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterChanged:
    """How many are in the call, ourselves among them."""

    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TimedOut:
    """The time of `deadline_at` has come, and nothing older waits in the inbox."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """A notification that no call of this kind acts on (content sharing, unknown types)."""


Event = (
    Incoming
    | CallChanged
    | TonePressed
    | Key
    | Ended
    | OperationEnded
    | RecordingSettled
    | Performed
    | Control
    | ConsultationNews
    | RosterChanged
    | TimedOut
    | Other
)

"""What a call answers to the acts of a flow; `flows.acts` has the table of which answers which, and these names too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.functions import Value


@dataclass(frozen=True, slots=True)
class Answered:
    """The call is established and its audio active."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The unanswered call was rejected or redirected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """The prompts have ended. `certain` is False when no word of it came and the time is simply up."""

    certain: bool = True


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A key ended the prompts; it waits in the buffer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """Keys came: `digits` without the terminator; `how` the entry ended."""

    digits: str
    how: Literal["maximum", "terminator", "pause"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Keys came, and were judged where they can be read: `outcome` is what the node's `judge` said of them.

    `count` is how many, without the terminator; `token` stands for them in a variable.
    """

    count: int
    how: Literal["maximum", "terminator", "pause"]
    outcome: str | None
    token: str | None


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came before the time was up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """The caller was recorded; the recording is on its way to the store. `full`: it ended at its longest."""

    full: bool = False


@dataclass(frozen=True, slots=True)
class Transferred:
    """The call has gone to the target."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTransferred:
    """The call came back."""

    why: Literal["noAnswer", "declined", "failed"]


@dataclass(frozen=True, slots=True)
class Released:
    """Somebody let the call go on."""


@dataclass(frozen=True, slots=True)
class Reported:
    """Whoever had to know was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """The service or the function has answered, or has not; `values` of the variables that were to be read."""

    outcome: Literal["ok", "refused", "failed", "timeout"]
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """Where the caller stands, from 1; None when that is not known, or the place was given up."""

    position: int | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The gathering has begun."""


@dataclass(frozen=True, slots=True)
class Invited:
    """They are being called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """So many are in the call."""

    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """The act could not be done; `why` is a short word for the journal."""

    why: str


Result = (
    Answered
    | Declined
    | Finished
    | Interrupted
    | Collected
    | Judged
    | Silence
    | Recorded
    | Transferred
    | NotTransferred
    | Released
    | Reported
    | Fetched
    | Queued
    | Gathered
    | Invited
    | Counted
    | Failed
)

"""What a flow asks of a call (acts), and what the call answers (results).

The interpreter yields one act at a time; whoever drives the call carries it out and answers with one result. Acts are
plain data in milliseconds and prompt ids; neither side knows Microsoft Graph.

| act | possible results |
|---|---|
| `Answer` | `Answered`, `Failed` |
| `Reject`, `Redirect` | `Declined` (the call is over), `Failed` |
| `Play` | `Finished`, `Interrupted`, `Failed` |
| `Listen` | `Collected` or, of keys that nobody here may know, `Judged`; `Silence`, `Failed` |
| `Record` | `Recorded`, `Silence`, `Failed` |
| `Transfer` | `Transferred` (the call is over), `NotTransferred`, `Failed` |
| `Stay` | `Released`, `Silence` |
| `Report` | `Reported` |
| `Fetch` | `Fetched` |
| `Run` | `Fetched` |
| `Queue` | `Queued` |
| `Gather` | `Gathered`, `Failed` |
| `Invite` | `Invited`, `Failed` |
| `Count` | `Counted`, `Failed` |
| `HangUp` | none: the flow has ended |

At any act the caller may hang up; then no result comes and the driver calls `Interpreter.hung_up()`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from flows.errands import Count, Fetch, Gather, Invite, Queue, Run
from flows.results import (
    Answered,
    Collected,
    Counted,
    Declined,
    Failed,
    Fetched,
    Finished,
    Gathered,
    Interrupted,
    Invited,
    Judged,
    NotTransferred,
    Queued,
    Recorded,
    Released,
    Reported,
    Result,
    Silence,
    Transferred,
)
from flows.targets import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Have the call: accept the one that rings, or place the one that was asked for.

    Done when its audio is active and keys can be heard. `prefetch`: prompts worth fetching.
    """

    modalities: tuple[str, ...] = ("audio",)
    prefetch: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """Refuse the call before it is answered."""

    reason: str = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    """Send the unanswered call to others; the first to answer has it."""

    targets: tuple[Target, ...]
    timeout_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """Play prompts.

    `barge_in`: a key ends them, and stays for the next listener. `flush`: keys that wait already are forgotten first.
    """

    prompts: tuple[str, ...]
    barge_in: bool = False
    flush: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listen:
    """Play prompts, then take keys until `maximum`, a terminator, or a silence.

    With `barge_in` keys count while the prompts still play. `flush`: keys pressed before listening began are forgotten.
    """

    prompts: tuple[str, ...]
    barge_in: bool
    flush: bool
    maximum: int
    terminators: str
    first_digit_ms: int
    inter_digit_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Record the caller, after at most one prompt. `recording`: how it is kept; the route says, or less than that."""

    prompts: tuple[str, ...]
    max_duration_s: int
    initial_silence_s: int
    max_silence_s: int
    beep: bool
    stop_keys: str
    recording: str = "route"


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """Send the answered call on; within `timeout_ms` it has arrived or come back.

    `consult`: the target is called and asked first, while the caller hears `hold` over and over.
    """

    target: Target
    timeout_ms: int
    consult: bool = False
    hold: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """Stay on the line until somebody releases the call, or for `timeout_ms`. `hold` is heard over and over."""

    timeout_ms: int
    hold: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Tell the orchestration whose leg the call is how far it is; a call that is nobody's leg tells nobody."""

    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HangUp:
    """The flow has ended; hang up if the call still lives. `outcome`: how the call is to be remembered."""

    outcome: Literal["completed", "failed"] = "completed"


Act = (
    Answer
    | Reject
    | Redirect
    | Play
    | Listen
    | Record
    | Transfer
    | Stay
    | Report
    | Fetch
    | Run
    | Queue
    | Gather
    | Invite
    | Count
    | HangUp
)

_ACTS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *(Answer, Reject, Redirect, Play, Listen, Record, Transfer, Stay, Report),
        *(Fetch, Run, Queue, Gather, Invite, Count, HangUp),
    )
}


def act_to_json(act: Act) -> dict[str, Any]:
    """Give an act as JSON."""
    return {"act": type(act).__name__, **asdict(act)}


def act_from_json(document: dict[str, Any]) -> Act:
    """Read what `act_to_json` gave, before or after a passage through JSON text."""
    fields: dict[str, Any] = {name: _tuple(value) for name, value in document.items()}
    kind = _ACTS[fields.pop("act")]
    if "target" in fields:
        fields["target"] = Target(**fields["target"])
    if "targets" in fields:
        fields["targets"] = tuple(Target(**target) for target in fields["targets"])
    return kind(**fields)


def _tuple(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


__all__ = [
    "Act",
    "Answer",
    "Answered",
    "Collected",
    "Count",
    "Counted",
    "Declined",
    "Failed",
    "Fetch",
    "Fetched",
    "Finished",
    "Gather",
    "Gathered",
    "HangUp",
    "Interrupted",
    "Invite",
    "Invited",
    "Judged",
    "Listen",
    "NotTransferred",
    "Play",
    "Queue",
    "Queued",
    "Record",
    "Recorded",
    "Redirect",
    "Reject",
    "Released",
    "Report",
    "Reported",
    "Result",
    "Run",
    "Silence",
    "Stay",
    "Target",
    "Transfer",
    "Transferred",
    "act_from_json",
    "act_to_json",
]

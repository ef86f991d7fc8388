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

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from flows.functions import Value
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
class Fetch:
    """Ask a service: get `url`, or post `body` to it, while `hold` is heard.

    `into`: variable -> path of what is read. `secret`: the name of what `header` carries. `opens`: what callers have
    entered may be told.
    """

    url: str
    query: Mapping[str, Value] = field(default_factory=dict[str, Value])
    body: Mapping[str, Value] | None = None
    into: Mapping[str, str] = field(default_factory=dict[str, str])
    secret: str
    header: str
    timeout_ms: int
    hold: tuple[str, ...] = ()
    opens: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Call a function of the deployment's with `given`, while `hold` is heard; the rest is as in `Fetch`."""

    function: str
    given: Mapping[str, Value] = field(default_factory=dict[str, Value])
    into: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout_ms: int
    hold: tuple[str, ...] = ()
    opens: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Take or keep a place among those who wait at this node, for `kept_ms`; or give it up (`leave`)."""

    kept_ms: int = 0
    leave: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gather:
    """Begin to call `targets`, `at_once` at once, and to bring those who accept into `meeting`.

    `meeting`: as `POST /api/gatherings` takes it. Each rings `ring_s` and is called `tries` times `within_s`.
    """

    targets: tuple[Target, ...]
    meeting: Mapping[str, Any]
    at_once: int
    ring_s: int
    tries: int
    within_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Invite:
    """Have `targets` called into this call."""

    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Count who is in this call, ourselves among them."""


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

"""Asking a service, or a function of the deployment's own: one activity, with at most one round of what is on hold.

The orchestration does nothing else until the service has answered or its time is up, so neither does the session: what
comes meanwhile waits in the inbox. It could not be taken back either, so nothing but the call's own end comes between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, cast

from calls import media
from calls.call import Call
from calls.commands import Command
from calls.events import Performed
from calls.states import State
from flows import acts
from flows.acts import Result
from flows.sensitive import is_sensitive

JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchHttp(Command):
    """Get `url`, or post `body` to it; read what is at the paths of `into`.

    `opens`: the values of `body` may be tokens that stand for what the caller has entered, and are told opened.
    """

    activity: ClassVar[str] = "fetch_http"
    url: str
    query: JSON
    body: JSON | None
    into: JSON
    secret: str
    header: str
    timeout_ms: int
    opens: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFunction(Command):
    """Call `function` with `given`; read what is at the paths of `into`. `opens`: as above, of `given`."""

    activity: ClassVar[str] = "run_function"
    function: str
    given: JSON
    into: JSON
    timeout_ms: int
    opens: bool


def fetch(call: Call, act: acts.Fetch) -> None:
    """Ask."""
    call.enter(State.FETCHING)
    media.hold(call)
    call.issue(
        FetchHttp,
        url=act.url,
        query=dict(act.query),
        body=None if act.body is None else dict(act.body),
        into=dict(act.into),
        secret=act.secret,
        header=act.header,
        timeout_ms=act.timeout_ms,
        opens=act.opens and is_sensitive(call.flow),
    )


def run(call: Call, act: acts.Run) -> None:
    """Call the function."""
    call.enter(State.FETCHING)
    media.hold(call)
    call.issue(
        RunFunction,
        function=act.function,
        given=dict(act.given),
        into=dict(act.into),
        timeout_ms=act.timeout_ms,
        opens=act.opens and is_sensitive(call.flow),
    )


def fetched(call: Call, event: Performed) -> Result | None:
    """The service, or the function, has answered; whatever went wrong on our side, only the flow's act has failed."""
    if call.memory.state is not State.FETCHING:
        return None
    media.stop_holding(call)
    ok = event.ok or {}
    outcome = cast("Any", ok.get("outcome"))
    values = cast("JSON", ok.get("values") or {})
    if outcome not in ("ok", "refused", "timeout"):
        outcome, values = "failed", {}
    call.note("fetched", outcome=outcome, status=ok.get("code"), reason=ok.get("status"))
    return acts.Fetched(outcome=outcome, values=values)

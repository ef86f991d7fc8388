"""How a call ends that nobody answered: rejected, redirected, or by the fallback when nothing else can be done."""

from __future__ import annotations

from calls import commands, ending
from calls.call import Call
from calls.states import State
from flows import acts
from flows.acts import Result

FALLBACK_RINGS_S = 55


def reject(call: Call, act: acts.Reject) -> Result | None:
    """Refuse the call, if it is not too late."""
    if call.memory.established or call.memory.direction == "outgoing":
        return acts.Failed(why="answeredAlready")
    call.issue(commands.RejectCall, reason=act.reason)
    _declining(call, "rejected", ending.HANG_UP_MS)
    return None


def redirect(call: Call, act: acts.Redirect) -> Result | None:
    """Send the call elsewhere, if it is not too late."""
    if call.memory.established or call.memory.direction == "outgoing":
        return acts.Failed(why="answeredAlready")
    call.issue(
        commands.RedirectCall, targets=tuple(target.to_json() for target in act.targets), timeout_s=act.timeout_s
    )
    _declining(call, "redirected", act.timeout_s * 1000 + ending.HANG_UP_MS)
    return None


def _declining(call: Call, outcome: str, longest_ms: int) -> None:
    call.memory.outcome = outcome
    call.enter(State.DECLINING)
    call.set_deadline("hangUp", longest_ms)


def not_declined(call: Call, reason: str) -> Result | None:
    """Graph would not: the flow's next idea, or the session's."""
    call.memory.outcome = None
    call.drop_deadline("hangUp")
    if call.memory.declining is None:
        return acts.Failed(why=reason)
    return decline(call, reason)


def decline(call: Call, reason: str) -> None:
    """End a call that was never answered and that its flow cannot serve: the route's fallback, else reject."""
    memory = call.memory
    memory.outcome, memory.reason = "failed", memory.reason or reason
    if memory.established:  # answered after all, whatever Graph said to the answer
        ending.drop(call)
        return
    if memory.direction == "outgoing":  # a flow that wants something of a call that it has not had placed
        ending.never_connected(call)
        return
    fallback = call.pinned["route"].get("fallback")
    if memory.declining is None and fallback:
        memory.declining = "redirect"
        call.issue(commands.RedirectCall, targets=(fallback,), timeout_s=FALLBACK_RINGS_S)
    elif memory.declining in (None, "redirect"):
        memory.declining = "reject"
        call.issue(commands.RejectCall, reason="busy")
    else:
        memory.over = True
        ending.finish(call)
        return
    call.enter(State.DECLINING)
    call.set_deadline("hangUp", FALLBACK_RINGS_S * 1000 + ending.HANG_UP_MS)


def hang_up(call: Call, act: acts.HangUp) -> Result | None:
    """The flow has ended."""
    if call.memory.outcome is None:
        call.memory.outcome = act.outcome
    if call.memory.established:
        ending.drop(call)
    elif call.memory.direction == "outgoing":
        ending.never_connected(call)
    else:
        decline(call, "unanswered")
    return None

"""How a call begins and how it ends: answer, decline, hang up, close.

Handlers take the call and an event, and return a `Result` when the flow's act is done.
"""

from __future__ import annotations

from typing import Any

from calls import codes, commands, recordings
from calls.call import Call
from calls.events import CallChanged, Ended
from calls.states import State
from flows import acts
from flows.acts import Result

ESTABLISH_MS = 30_000
HANG_UP_MS = 10_000
FALLBACK_RINGS_S = 55
# The longest that a record waits, after the call, for Graph to say how its recordings ended, and for them to be stored:
# longer than `orchestrations.recording` goes on trying, so that none is called lost that is stored in the end.
RECORDINGS_MS = 30_000
STORING_MS = 150_000

_BEFORE_ESTABLISHED = {"incoming", "ringing", "establishing"}


# --- answering


def answer(call: Call, act: acts.Answer) -> Result | None:
    """Answer the call; Graph allows 15 s from the first ring."""
    prompts: dict[str, Any] = call.pinned["prompts"]
    prefetch = tuple(prompts[name]["key"] for name in act.prefetch if name in prompts)
    call.issue(commands.AnswerCall, modalities=act.modalities, prefetch=prefetch)
    call.enter(State.ANSWERING)
    call.set_deadline("establish", ESTABLISH_MS)
    return None


def observe(call: Call, event: CallChanged) -> None:
    """Keep what a call notification says. They overtake one another: never go back from established."""
    memory = call.memory
    if memory.established and event.state in _BEFORE_ESTABLISHED:
        return
    if event.state == "established" and not memory.established:
        memory.established = True
        memory.answered_ms = call.now_ms
        call.set_deadline("keepAlive", int(call.settings["keep_alive_s"] * 1000))
        call.set_deadline("maximumLength", int(call.settings["max_call_s"] * 1000))
    if event.audio is not None:
        memory.audio = event.audio


def while_answering(call: Call, event: CallChanged) -> Result | None:
    """Go on once the call is established and its audio active: earlier, prompts fail with 8501 or 8503."""
    observe(call, event)
    memory = call.memory
    if not (memory.established and memory.audio):
        return None
    call.drop_deadline("establish")
    if memory.subscribed or not call.flow.hears_keys:
        return acts.Answered()
    call.issue(commands.SubscribeToTone)
    call.enter(State.SUBSCRIBING)
    return None


def subscribed(call: Call) -> Result:
    """Keys will be told from now on; only now may anything be played that a key could interrupt."""
    call.memory.subscribed = True
    return acts.Answered()


# --- declining


def reject(call: Call, act: acts.Reject) -> Result | None:
    """Refuse the call, if it is not too late."""
    if call.memory.established:
        return acts.Failed(why="answeredAlready")
    call.issue(commands.RejectCall, reason=act.reason)
    _declining(call, "rejected", HANG_UP_MS)
    return None


def redirect(call: Call, act: acts.Redirect) -> Result | None:
    """Send the call elsewhere, if it is not too late."""
    if call.memory.established:
        return acts.Failed(why="answeredAlready")
    call.issue(
        commands.RedirectCall, targets=tuple(target.to_json() for target in act.targets), timeout_s=act.timeout_s
    )
    _declining(call, "redirected", act.timeout_s * 1000 + HANG_UP_MS)
    return None


def _declining(call: Call, outcome: str, longest_ms: int) -> None:
    call.memory.outcome = outcome
    call.enter(State.DECLINING)
    call.set_deadline("hangUp", longest_ms)


def declined(call: Call) -> Result | None:
    """A rejected or redirected call has ended, or should have: that is what was wanted."""
    call.memory.over = True
    if call.memory.declining is None and call.interpreter.node is not None:
        call.interpreter.end("done")
    finish(call)
    return None


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
        drop(call)
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
        finish(call)
        return
    call.enter(State.DECLINING)
    call.set_deadline("hangUp", FALLBACK_RINGS_S * 1000 + HANG_UP_MS)


# --- ending


def hang_up(call: Call, act: acts.HangUp) -> Result | None:
    """The flow has ended."""
    if call.memory.outcome is None:
        call.memory.outcome = act.outcome
    if not call.memory.established:
        decline(call, "unanswered")
        return None
    drop(call)
    return None


def give_up(call: Call, reason: str, outcome: str = "failed") -> None:
    """Hang up whatever the flow is at."""
    call.memory.outcome, call.memory.reason = outcome, reason
    call.note("gave_up", reason=reason)
    drop(call)


def drop(call: Call) -> None:
    """Hang up and wait, not for long, for Graph to say that it is so."""
    call.memory.deadlines.clear()
    call.operation = None  # its end is the call's now, and no answer to an act
    call.issue(commands.HangUp)
    call.enter(State.HANGING_UP)
    call.set_deadline("hangUp", HANG_UP_MS)


def ended(call: Call, event: Ended) -> None:
    """The call is over. In every state this is the end of it; what it means depends on what was going on."""
    memory = call.memory
    memory.code, memory.subcode = event.code, event.subcode
    memory.reason = memory.reason or event.reason
    over(call)


def over(call: Call, *, gone: bool = False) -> None:
    """The call is over, as Graph said or, when it is `gone`, as a 404 implies."""
    memory, state = call.memory, call.memory.state
    memory.over = True
    if state is State.DECLINING and not gone:
        declined(call)
        return
    if _went_through(call):
        memory.outcome = "transferred"
        if isinstance(call.act, acts.Transfer):
            call.interpreter.end("completed")
        else:  # later than anybody waited for; the flow had gone on
            call.interpreter.hung_up()
    elif state is not State.HANGING_UP:
        _caller_left(call)
    elif call.interpreter.node is not None:
        call.interpreter.hung_up()
    finish(call)


def _went_through(call: Call) -> bool:
    progress = call.memory.transfer
    if progress is None:
        return False
    through = call.memory.subcode == codes.TRANSFER_COMPLETED or (
        progress["state"] == "transferAccepted" and call.memory.code in (None, 0)
    )
    if through:
        progress["state"] = "completed"
    return through


def _caller_left(call: Call) -> None:
    memory = call.memory
    call.interpreter.hung_up()
    if not memory.established:
        memory.outcome = "abandoned"
    else:
        memory.outcome = "dropped" if codes.broke_down(memory.code) else "hung_up"


def finish(call: Call) -> None:
    """Close the call once nothing more can come that belongs into its record."""
    memory = call.memory
    memory.deadlines.clear()
    call.act, call.operation = None, None
    if memory.ended_ms is None:
        memory.ended_ms = call.now_ms
        call.note("ended", outcome=memory.outcome, code=memory.code, subcode=memory.subcode)
    if recordings.outstanding(call):
        call.enter(State.ENDING)
        call.set_deadline("recordings", RECORDINGS_MS)
    else:
        close(call)


def close(call: Call) -> None:
    """Ask for the record; the last command there is."""
    call.memory.deadlines.clear()
    call.enter(State.CLOSING)
    call.issue(commands.CloseCall, outcome=call.memory.outcome or "failed", summary=summary(call))


def summary(call: Call) -> dict[str, Any]:
    """What stays of the call. Times are Unix seconds."""
    memory, route = call.memory, call.pinned["route"]
    begun = memory.answered_ms
    ended_ms = memory.ended_ms
    return {
        "outcome": memory.outcome or "failed",
        "reason": memory.reason,
        "flow": call.flow.id,
        "hash": call.pinned["hash"],
        "locale": call.pinned["locale"],
        "route": route.get("name"),
        "customer": route.get("customer"),
        "caller": memory.caller,
        "called": memory.called,
        "started": memory.started_ms / 1000,
        "answered": None if begun is None else begun / 1000,
        "ended": None if ended_ms is None else ended_ms / 1000,
        "duration_s": 0.0 if begun is None or ended_ms is None else (ended_ms - begun) / 1000,
        "code": memory.code,
        "subcode": memory.subcode,
        "nodes": list(memory.path),
        "keys": memory.keys_pressed,
        "transfer": None if memory.transfer is None else {name: memory.transfer[name] for name in ("target", "state")},
        "recordings": recordings.listed(call),
    }

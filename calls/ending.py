"""How a call ends: hung up by us or over by Graph's word, then its record, once."""

from __future__ import annotations

from calls import codes, commands, recordings
from calls.call import Call
from calls.events import Performed
from calls.letting_go import let_go
from calls.states import State
from calls.summary import summary
from flows import acts
from flows.acts import Result

HANG_UP_MS = 10_000
# A hang-up that did not reach Graph, or whose outcome is not known, is asked for again: after ten seconds, then ever
# more seldom, and for so long. A caller must not be left on a line that nobody serves.
HANG_UP_FOR_MS, HANG_UP_PAUSE_MS = 900_000, 60_000
# The longest that a record waits, after the call, for Graph to say how its recordings ended, and for them to be stored:
# longer than `orchestrations.recording` goes on trying, so that none is called lost that is stored in the end.
RECORDINGS_MS = 30_000
STORING_MS = 150_000
# What a want of permission explains.
_EXPLAINED = ("failed", "refused")


def give_up(call: Call, reason: str | None, outcome: str = "failed") -> None:
    """Hang up whatever the flow is at."""
    call.memory.outcome, call.memory.reason = outcome, reason
    call.note("gave_up", reason=reason)
    drop(call)


def drop(call: Call) -> None:
    """Hang up and wait, not for long, for Graph to say that it is so."""
    call.memory.deadlines.clear()
    let_go(call)  # an operation's end is the call's now, and no answer to an act
    call.memory.hang_up_ms = call.now_ms
    call.enter(State.HANGING_UP)
    _hang_up(call)


def _hang_up(call: Call) -> None:
    call.memory.unheard = False
    call.issue(commands.HangUp)
    call.set_deadline("hangUp", HANG_UP_MS)


def hang_up_performed(call: Call, event: Performed) -> Result | None:
    """Where Graph may not have heard that we hang up, it is told again."""
    if call.memory.state is State.HANGING_UP and event.error in ("not_reached", "unknown"):
        call.memory.unheard = True
        elapsed_ms = call.now_ms - call.memory.hang_up_ms
        call.set_deadline("hangUp", min(max(elapsed_ms, HANG_UP_MS), HANG_UP_PAUSE_MS))
    return None


def hang_up_late(call: Call) -> Result | None:
    """Graph has not said that the call is over: it is, unless it was never told to end it."""
    if call.memory.unheard and call.now_ms < call.memory.hang_up_ms + HANG_UP_FOR_MS:
        _hang_up(call)
    else:
        over(call)
    return None


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
        _left(call)
    elif call.interpreter.node is not None:
        call.interpreter.hung_up()
    finish(call)


def declined(call: Call) -> Result | None:
    """A rejected or redirected call has ended, or should have: that is what was wanted."""
    call.memory.over = True
    if call.memory.declining is None and call.interpreter.node is not None:
        call.interpreter.end("done")
    finish(call)
    return None


def never_connected(call: Call) -> None:
    """A call that we were to place is over before it was one; why, the call's memory says."""
    memory = call.memory
    memory.over = True
    call.interpreter.hung_up()
    if memory.lost is not None:
        _as_lost(call)
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


def _left(call: Call) -> None:
    """The call is over, and not by us."""
    memory = call.memory
    call.interpreter.hung_up()
    if memory.moving and memory.established:
        memory.outcome = "moved"
    elif memory.established:
        memory.outcome = codes.over(memory.code, memory.subcode)
    elif memory.lost is not None:
        _as_lost(call)
    elif memory.direction == "incoming":
        memory.outcome = "abandoned"
    else:
        memory.outcome = codes.not_connected(memory.code, memory.subcode)


def _as_lost(call: Call) -> None:
    """There was a call, and it could not be joined again: what it was lost by is what it ended by."""
    memory = call.memory
    assert memory.lost is not None
    memory.outcome, memory.code, memory.subcode = (memory.lost[name] for name in ("outcome", "code", "subcode"))


def finish(call: Call) -> None:
    """Close the call once nothing more can come that belongs into its record."""
    memory = call.memory
    memory.deadlines.clear()
    call.act, call.operation = None, None
    if memory.missing is not None and memory.outcome in _EXPLAINED:
        memory.outcome, memory.reason = "permission_missing", memory.missing
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

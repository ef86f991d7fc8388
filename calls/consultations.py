"""Asking first: somebody is called and asked to take the caller, who hears music meanwhile and stays ours.

The second call is an orchestration of its own, which sends news into the inbox of this one. Only when the answer is
yes is the caller transferred, in place of that second call; until then nothing has happened that could go wrong.
"""

from __future__ import annotations

from calls import commands, media, transfers
from calls.call import Call, Progress
from calls.events import ConsultationNews
from calls.states import State

# How much longer than the target rings until the answer is in: it is asked, and presses a key.
ASKING_MS = 45_000
# How long the transfer itself may take, now that the target waits for it.
CONNECTING_MS = 60_000

_WHY: dict[str, transfers.Why] = {"declined": "declined", "busy": "declined", "no_answer": "noAnswer"}


def begin(call: Call, who: transfers.Who, timeout_ms: int) -> int:
    """Have the target called; returns the step."""
    transfers.note_begun(call, who, "consulting")
    step = call.issue(commands.StartConsultation, timeout_s=timeout_ms // 1000, **who)
    call.enter(State.CONSULTING)
    call.set_deadline("consult", timeout_ms + ASKING_MS)
    media.hold(call)
    return step


def news(call: Call, event: ConsultationNews) -> Progress:
    """The target has answered the question, or will not."""
    if event.status != "accepted":
        return not_taken(call, _WHY.get(event.status, "failed"))
    _end_asking(call)
    assert call.memory.transfer is not None
    transfers.send(call, call.memory.transfer["who"], CONNECTING_MS, replaces=event.call_id)
    return None


def not_taken(call: Call, why: transfers.Why) -> Progress:
    """The caller stays ours."""
    _end_asking(call)
    return transfers.not_transferred(call, why)


def late(call: Call) -> Progress:
    """No news: as if nobody had answered. An answer that comes later is nobody's any more."""
    return not_taken(call, "noAnswer")


def _end_asking(call: Call) -> None:
    call.drop_deadline("consult")
    media.stop_holding(call)

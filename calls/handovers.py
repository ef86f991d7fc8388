"""Who may have the caller sent on: the flow, by its act, and an operator, in the middle of whatever the flow is at."""

from __future__ import annotations

from calls import consultations, operators, transfers
from calls.call import Call, Progress
from calls.events import Control
from calls.states import State
from flows import acts

OPERATORS_TIMEOUT_MS = 60_000
_FREE = {State.PLAYING, State.INTERRUPTING, State.LISTENING, State.STAYING}


def by_flow(call: Call, act: acts.Transfer) -> Progress:
    """Send the caller on, or ask the target first. Of a group nobody can say which of them is the caller."""
    if call.memory.party != "peer":
        return acts.Failed(why="groupCall")
    begin = consultations.begin if act.consult else transfers.send
    begin(call, {"target": act.target.to_json()}, act.timeout_ms)
    return None


def by_operator(call: Call, event: Control) -> Progress:
    """The same, to whom and of whom the request says."""
    if not is_free(call):
        operators.answer(call, event, "refused", "busy")
        return None
    transfers.set_aside(call)
    begin = consultations.begin if event.consult else transfers.send
    operators.follow(call, event, begin(call, {"request_n": event.n}, OPERATORS_TIMEOUT_MS))
    return None


def is_free(call: Call) -> bool:
    """Whether the call is with its flow, and the flow at nothing that must not be cut off."""
    return call.memory.state in _FREE and not isinstance(call.act, acts.Transfer)

"""Waiting no longer for what belongs to the act at hand: the call is over or given away, or the act begins once more.

An answer that comes later finds nothing open, and says nothing: it must not make a flow go on that is somewhere else.
"""

from __future__ import annotations

from calls import judging
from calls.call import Call

_OF_THE_ACT = ("operation", "hold", "firstDigit", "interDigit", "stay")


def let_go(call: Call) -> None:
    """Forget the operation in flight, the question about keys, and who is to be told of a recording."""
    call.operation = None
    call.drop_deadline(*_OF_THE_ACT)
    let_go_of_answers(call)


def let_go_of_answers(call: Call) -> None:
    """Listen to no answer any more, of a question about keys or of a recording that is told of."""
    judging.forget(call)
    call.memory.telling = None

"""What each named deadline means when its time has come.

| name | set | bounds |
|---|---|---|
| `establish` | when answering | the wait for established with active audio |
| `operation` | with a prompt or recording | its length and a grace; after a barge-in the grace alone |
| `firstDigit`, `interDigit` | by the node that listens | silence |
| `toneReorder` | while tones are held | the hold (derived, see `calls.tones`) |
| `ring` | when placing a call | how long it may ring, or a meeting keep us in its lobby |
| `stay`, `hold` | when staying on the line | the stay; the pause between two rounds of what is heard |
| `alone` | when the last of the others has left | how long we stay behind |
| `consult` | when the target is asked first | the wait for its answer |
| `transfer`, `audio` | when transferring, and when it came back | the transfer; the return of the audio |
| `keepAlive`, `maximumLength` | when established | the pause between keepAlives; the call |
| `cutOff` | when the call seems to be over | the wait for Graph's word on it |
| `hangUp` | when hanging up or declining | the wait for Graph's word that the call is over, or to tell it again |
| `recordings` | when the call is over | the wait for what became of its recordings |

All are absolute, so no notification moves one that is not its own.
"""

from __future__ import annotations

from collections.abc import Callable

from calls import (
    commands,
    consultations,
    cut_off,
    ending,
    keys,
    media,
    placing,
    recordings,
    staying,
    transfers,
)
from calls.call import Call, Progress
from calls.states import State


def _establish(call: Call) -> Progress:
    ending.give_up(call, "notEstablished")
    return None


def _audio(call: Call) -> Progress:
    return transfers.not_transferred(call)


def _keep_alive(call: Call) -> Progress:
    call.issue(commands.KeepAlive)
    call.set_deadline("keepAlive", int(call.settings["keep_alive_s"] * 1000))
    return None


def _maximum_length(call: Call) -> Progress:
    ending.give_up(call, "maximumLength", "maximum_length")
    return None


def _hang_up(call: Call) -> Progress:
    if call.memory.state is State.DECLINING:
        return ending.declined(call)
    return ending.hang_up_late(call)


def _recordings(call: Call) -> Progress:
    for entry in recordings.outstanding(call):
        if entry["status"] == "recording":
            recordings.lose(call, entry, "Graph never said that it ended")
    left_ms = (call.memory.ended_ms or 0) + ending.STORING_MS - call.now_ms
    if recordings.outstanding(call) and left_ms > 0:
        call.set_deadline("recordings", left_ms)
        return None
    for entry in recordings.outstanding(call):
        recordings.lose(call, entry, "not stored in time")
    ending.close(call)
    return None


HANDLERS: dict[str, Callable[[Call], Progress]] = {
    "establish": _establish,
    "operation": media.operation_late,
    "firstDigit": keys.first_late,
    "interDigit": keys.next_late,
    "ring": placing.late,
    "stay": staying.late,
    "hold": media.hold,
    "alone": staying.still_alone,
    "consult": consultations.late,
    "transfer": transfers.late,
    "audio": _audio,
    "keepAlive": _keep_alive,
    "maximumLength": _maximum_length,
    "cutOff": cut_off.late,
    "hangUp": _hang_up,
    "recordings": _recordings,
}

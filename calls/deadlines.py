"""What each named deadline means when its time has come.

| name | set | bounds |
|---|---|---|
| `establish` | when answering | the wait for established with active audio |
| `operation` | with a prompt or recording | its length and a grace; after a barge-in the grace alone |
| `firstDigit`, `interDigit` | by the node that listens | silence |
| `toneReorder` | while tones are held | the hold (derived, see `calls.tones`) |
| `transfer`, `audio` | when transferring, and when it came back | the transfer; the return of the audio |
| `keepAlive`, `maximumLength` | when established | the pause between keepAlives; the call |
| `cutOff` | when the call seems to be over | the wait for Graph's word on it |
| `hangUp` | when hanging up or declining | the wait for Graph's word that the call is over |
| `recordings` | when the call is over | the wait for what became of its recordings |

All are absolute, so no notification moves one that is not its own.
"""

from __future__ import annotations

from collections.abc import Callable

from calls import commands, cut_off, lifetime, media, recordings, transfers
from calls.call import Call
from calls.states import State
from flows.acts import Result


def _establish(call: Call) -> Result | None:
    lifetime.give_up(call, "notEstablished")
    return None


def _audio(call: Call) -> Result | None:
    return transfers.not_transferred(call)


def _keep_alive(call: Call) -> Result | None:
    call.issue(commands.KeepAlive)
    call.set_deadline("keepAlive", int(call.settings["keep_alive_s"] * 1000))
    return None


def _maximum_length(call: Call) -> Result | None:
    lifetime.give_up(call, "maximumLength", "maximum_length")
    return None


def _hang_up(call: Call) -> Result | None:
    if call.memory.state is State.DECLINING:
        return lifetime.declined(call)
    lifetime.over(call)
    return None


def _recordings(call: Call) -> Result | None:
    for entry in recordings.outstanding(call):
        if entry["status"] == "recording":
            recordings.lose(call, entry, "Graph never said that it ended")
    left_ms = (call.memory.ended_ms or 0) + lifetime.STORING_MS - call.now_ms
    if recordings.outstanding(call) and left_ms > 0:
        call.set_deadline("recordings", left_ms)
        return None
    for entry in recordings.outstanding(call):
        recordings.lose(call, entry, "not stored in time")
    lifetime.close(call)
    return None


HANDLERS: dict[str, Callable[[Call], Result | None]] = {
    "establish": _establish,
    "operation": media.operation_late,
    "firstDigit": media.first_digit_late,
    "interDigit": media.next_digit_late,
    "transfer": transfers.late,
    "audio": _audio,
    "keepAlive": _keep_alive,
    "maximumLength": _maximum_length,
    "cutOff": cut_off.late,
    "hangUp": _hang_up,
    "recordings": _recordings,
}

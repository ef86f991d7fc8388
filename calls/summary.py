"""What stays of a call."""

from __future__ import annotations

from typing import Any

from calls import recordings
from calls.call import Call
from calls.states import State


def summary(call: Call) -> dict[str, Any]:
    """What stays of the call. Times are Unix seconds."""
    memory, route, leg = call.memory, call.pinned["route"], call.pinned.get("leg")
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
        "direction": memory.direction,
        "party": memory.party,
        "parent": leg["parent"] if leg else None,
        "rejoins": memory.rejoins,
        "caller": memory.caller,
        "called": memory.called,
        "started": memory.started_ms / 1000,
        "answer_ms": memory.answer_ms,
        "answered": None if begun is None else begun / 1000,
        "ended": None if ended_ms is None else ended_ms / 1000,
        "duration_s": 0.0 if begun is None or ended_ms is None else (ended_ms - begun) / 1000,
        "code": memory.code,
        "subcode": memory.subcode,
        "nodes": list(memory.path),
        "keys": memory.keys_pressed,
        "transfer": None if memory.transfer is None else {name: memory.transfer[name] for name in ("target", "state")},
        "recordings": recordings.listed(call),
        "meter": {"notifications": memory.notifications, "activities": _activities(call)},
    }


def _activities(call: Call) -> int:
    """One for each command, `close_call` that carries this among them, and `pin_flow` before the first."""
    return call.memory.step + (1 if call.memory.state is State.CLOSED else 2)

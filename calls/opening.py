"""What the session knows of a call the moment it begins."""

from __future__ import annotations

from typing import Any

from calls.call import Call
from calls.placing import LOBBY_MS

JSON = dict[str, Any]


def open_call(call: Call, digest: JSON) -> None:
    """Take what the digest says: of a call that rings, or of the request to place one."""
    call.memory.notifications = 1
    if digest["kind"] == "place":
        _to_place(call, digest)
    else:
        _incoming(call, digest)


def _incoming(call: Call, digest: JSON) -> None:
    memory = call.memory
    memory.caller, memory.called = str(digest.get("caller", "unknown")), str(digest.get("called", "unknown"))
    memory.party = "group" if digest.get("group") else "peer"
    memory.policy = digest.get("policy") is True
    call.interpreter.set_variable("caller", memory.caller)
    call.note("incoming", caller=memory.caller, called=memory.called, **_flow(call))


def _to_place(call: Call, digest: JSON) -> None:
    """The far end is whom we call: to the flow it is the caller."""
    memory = call.memory
    to: list[str] = digest.get("to") or []
    memory.direction = "outgoing"
    memory.party = "meeting" if digest.get("meeting") else "group" if len(to) > 1 else "peer"
    memory.caller, memory.called = "application", to[0] if to else "meeting"
    memory.ring_ms = LOBBY_MS if memory.party == "meeting" else int(digest["ring_for_s"] * 1000)
    call.interpreter.set_variable("caller", memory.called)
    call.note("asked_to_place", party=memory.party, called=memory.called, meeting=digest.get("meeting"), **_flow(call))


def _flow(call: Call) -> JSON:
    return {"flow": call.flow.id, "hash": call.pinned["hash"]}

"""What happens on calls, told as it happens, as server-sent events.

First `event: hello`, with every call there is; then `event: entry` for each transcript entry that is new or has
changed:

    hello: {"now": Unix seconds, "calls": [call]}
    entry: {"now": Unix seconds, "call": call, "index": its place in the transcript, "entry": entry}

A `call` is as the control plane lists it, with `began` (Unix seconds) and `names`, of the people in it by id. The
`entry` of a prompt has its `caption` where somebody knows what it says. Whoever falls behind gets the latest of each
entry, not every step of the way.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope, Send

from simulator.call import Call
from simulator.control import summary
from simulator.transcript import Entry

if TYPE_CHECKING:
    from simulator.simulator import Simulator

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


class News:
    """An ASGI endpoint that goes on until its reader leaves or the simulator closes."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell one reader."""
        del scope
        simulator, reader = self._simulator, _Reader(self._simulator, send)
        simulator.watchers.append(reader.see)
        telling = asyncio.ensure_future(reader.tell())
        try:
            await simulator.until_gone(receive)
        finally:
            simulator.watchers.remove(reader.see)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Reader:
    """What one reader has not been told yet."""

    def __init__(self, simulator: Simulator, send: Send) -> None:
        self._simulator = simulator
        self._send = send
        self._untold: dict[tuple[str, int], Entry] = {}
        self._woken = asyncio.Event()

    def see(self, call_id: str, entry: Entry) -> None:
        """Something happened, or what had happened has changed."""
        entries = self._simulator.call(call_id).transcript.entries
        index = next((at for at in range(len(entries) - 1, -1, -1) if entries[at] is entry), None)
        if index is not None:
            self._untold[call_id, index] = entry
            self._woken.set()

    async def tell(self) -> None:
        """Send what there is, and then what comes."""
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        calls = [shown(call) for call in self._simulator.calls.values()]
        await self._event("hello", calls=calls)
        while True:
            await self._woken.wait()
            self._woken.clear()
            untold, self._untold = self._untold, {}
            for (call_id, index), entry in untold.items():
                call = self._simulator.calls.get(call_id)
                if call is not None:
                    told = captioned(self._simulator, entry)
                    await self._event("entry", call=shown(call), index=index, entry=told)

    async def _event(self, event: str, **data: Any) -> None:
        text = json.dumps({"now": self._simulator.clock.now(), **data}, default=str)
        body = f"event: {event}\ndata: {text}\n\n".encode()
        await self._send({"type": "http.response.body", "body": body, "more_body": True})


def shown(call: Call) -> dict[str, Any]:
    """A call as the phone needs it."""
    people = [call.birth.caller, call.birth.called, *call.birth.targets, *(one.who for one in call.ringing)]
    entries = call.transcript.entries
    return {
        **summary(call),
        "began": entries[0]["at"] if entries else None,
        "names": {one.id: one.display_name for one in people if one.display_name},
    }


def captioned(simulator: Simulator, entry: Entry) -> Entry:
    """An entry with the words of its prompt."""
    caption = simulator.captions.get(entry["sha256"]) if entry["what"] == "prompt" else None
    return {**entry, "caption": caption} if caption else entry

"""An HTTP endpoint that works inside the clock and to which faults happen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.errors import GraphError
from simulator.faults import Failure
from simulator.ids import same_id

if TYPE_CHECKING:
    from simulator.simulator import Simulator

#: By this header a client on the simulator's own clock says who it is (`Clock.me`), so that virtual time can pass
#: while it waits for an answer that does not come.
SENDER = "x-clock-sender"
Act = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[Request, GraphError], Response]


class Disrupted:
    """An ASGI endpoint: `act` answers; when a fault says so, `refuse` does, or nobody."""

    def __init__(self, simulator: Simulator, action: str, act: Act, refuse: Refuse) -> None:
        self._simulator = simulator
        self._action = action
        self._act = act
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it hang, or drop it."""
        request = Request(scope, receive)
        call_id = request.path_params.get("call_id")
        failure = self._simulator.faults.for_request(self._action, same_id(call_id) if call_id else None)
        with self._simulator.clock:
            response = await (self._act(request) if failure is None else self._fail(request, failure))
            if response is not None:
                await response(scope, receive, send)
                return
        # Out of the clock's sight: nothing is done here any more.
        assert failure is not None
        if not failure.word.startswith("reset"):
            with self._simulator.clock.waited_for(request.headers.get(SENDER)):
                await self._simulator.until_gone(receive)
        await _drop_connection(scope, receive)

    async def _fail(self, request: Request, failure: Failure) -> Response | None:
        await request.body()
        self._note(request, failure)
        if failure.status is not None:
            return self._refuse(request, self._error(failure))
        if failure.word in ("drop", "reset"):
            return None
        if failure.delay_s:
            with self._simulator.clock.waited_for(request.headers.get(SENDER)):
                await self._simulator.clock.sleep(failure.delay_s)
        response = await self._act(request)
        if failure.word == "duplicate":
            response = await self._act(request)
        return None if failure.word in ("time_out_after_acting", "reset_after_acting") else response

    def _error(self, failure: Failure) -> GraphError:
        assert failure.status is not None
        again: float | str | None = failure.retry_after_s
        if failure.as_date and failure.retry_after_s is not None:
            again = formatdate(self._simulator.clock.now() + failure.retry_after_s, usegmt=True)
        return GraphError(failure.status, failure.code, "A fault was asked for.", retry_after=again)

    def _note(self, request: Request, failure: Failure) -> None:
        call = self._simulator.calls.get(same_id(request.path_params.get("call_id", "")))
        if call is not None:
            call.transcript.add("fault", action=self._action, fault=str(failure))


async def _drop_connection(scope: Scope, receive: Receive) -> None:
    """Close the socket under the request without a word; possible only on the simulator's own server."""
    transport = scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionResetError("a fault drops this connection")
    transport.abort()
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Return once the client of a request has gone; its body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass

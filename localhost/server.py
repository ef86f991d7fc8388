"""The host's HTTP side: the app's functions under /api, timers under /admin, durable webhooks and the SDK's RPC.

Bound to 127.0.0.1 and nothing else. The RPC path has no key, as in Azure; so that no web page in the developer's
browser can reach it, it refuses whatever carries an Origin or was not addressed to a loopback name.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import azure.functions as func
from aiohttp import web
from azure.functions.meta import Datum

from clock import Clock
from localhost.indexing import IndexedFunction
from localhost.links import RPC_PATH, WEBHOOK_PATH
from localhost.routes import RouteTable
from localhost.worker import FunctionFailed, Worker

log = logging.getLogger("localhost")

BODY_LIMIT = 100 * 1024 * 1024  # the limit of Azure Functions
_LOOPBACK_NAMES = {"127.0.0.1", "localhost"}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Doors:
    """What the server leads to."""

    worker: Worker
    routes: RouteTable
    client_json: Callable[[], str]
    durable: Answer
    fire_timer: Callable[[str], Awaitable[bool]]
    key: str


class Server:
    """One listening socket on the loopback interface."""

    def __init__(self, doors: Doors, clock: Clock, *, body_limit: int) -> None:
        self._doors = doors
        self._clock = clock
        self._in_hand: set[asyncio.Task[object]] = set()
        app = web.Application(client_max_size=body_limit, middlewares=[self._at_work])
        app.router.add_route("*", WEBHOOK_PATH + "/{tail:.*}", self._webhook)
        app.router.add_route("*", RPC_PATH + "/{tail:.*}", self._rpc)
        app.router.add_post("/admin/functions/{name}", self._admin)
        app.router.add_route("*", "/{tail:.*}", self._function)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        self.port = 0

    async def start(self, port: int) -> None:
        """Listen; port 0 takes a free one, `port` says which."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self, *, grace_s: float) -> None:
        """Accept nothing more; what is being answered has `grace_s` of real time to end."""
        for site in list(self._runner.sites):
            await site.stop()
        if self._in_hand and grace_s:
            await asyncio.wait(self._in_hand, timeout=grace_s)
        in_hand = set(self._in_hand)
        for task in in_hand:
            task.cancel()
        await asyncio.gather(*in_hand, return_exceptions=True)
        await self._runner.cleanup()

    @web.middleware
    async def _at_work(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._in_hand.add(task)
        try:
            with self._clock:
                return await handler(request)
        finally:
            self._in_hand.discard(task)

    # Doors --------------------------------------------------------------------------------------------------

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        return await self._doors.durable(request) if self._has_key(request) else web.Response(status=401)

    async def _rpc(self, request: web.Request) -> web.StreamResponse:
        name = urlsplit(f"//{request.headers.get('Host', '')}").hostname
        if "Origin" in request.headers or name not in _LOOPBACK_NAMES:
            return web.Response(status=403, text="The RPC endpoint serves the SDK of this host only.\n")
        return await self._doors.durable(request)

    async def _admin(self, request: web.Request) -> web.StreamResponse:
        if not self._has_key(request):
            return web.Response(status=401)
        return web.Response(status=202 if await self._doors.fire_timer(request.match_info["name"]) else 404)

    async def _function(self, request: web.Request) -> web.StreamResponse:
        found = self._doors.routes.find(request.method, request.rel_url.raw_path)
        if found is None:
            return web.Response(status=404)
        function, parameters = found
        if function.trigger.auth_level != func.AuthLevel.ANONYMOUS and not self._has_key(request):
            return web.Response(status=401)
        trigger = await _http_datum(request, parameters)
        try:
            result = await self._doors.worker.invoke(function, trigger, client_json=self._doors.client_json())
        except FunctionFailed as failure:
            return _failed(function, failure)
        return _response(result)

    def _has_key(self, request: web.Request) -> bool:
        offered = request.query.get("code") or request.headers.get("x-functions-key") or ""
        return hmac.compare_digest(offered.encode(), self._doors.key.encode())


async def _http_datum(request: web.Request, parameters: dict[str, str]) -> Datum:
    """The request as the host puts it into the worker's hands; repeated headers and parameters joined by commas."""

    def text(value: str) -> Datum:
        return Datum(type="string", value=value)

    def joined(values: list[str]) -> Datum:
        return text(",".join(values))

    return Datum(
        type="http",
        value={
            "method": text(request.method),
            "url": text(str(request.url)),
            "headers": {name.lower(): joined(request.headers.getall(name)) for name in request.headers},
            "query": {name: joined(request.query.getall(name)) for name in request.query},
            "params": {name: text(value) for name, value in parameters.items()},
            "body": Datum(type="bytes", value=await request.read()),
        },
    )


def _failed(function: IndexedFunction, failure: FunctionFailed) -> web.Response:
    log.error("Executed 'Functions.%s' (Failed)\n%s", function.name, failure.stack)
    return web.Response(status=500)


def _response(result: Datum | None) -> web.Response:
    if result is None or result.value is None:
        return web.Response(status=204)
    if result.type != "http":
        return web.Response(text=str(result.value))
    value = result.value
    response = web.Response(status=int(value["status_code"].value), body=value["body"].value)
    for name, header in value["headers"].items():
        response.headers[name] = header.value
    for cookie in value.get("cookies") or ():
        for morsel in cookie.values():
            response.headers.add("Set-Cookie", morsel.OutputString())
    return response

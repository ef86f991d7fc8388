"""The durable HTTP API, for the webhooks and for the SDK's loopback RPC: one set of operations, two doors.

Codes and bodies as in HttpApiHandler.cs of azure-functions-durable-extension (October 2024).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from localhost.engine import Engine, InstanceExists, InstanceGone, NoSuchInstance, status_of
from localhost.history import dumps, since_1970
from localhost.history_view import history_view
from localhost.links import Links

_UNTIL_POLLED_AGAIN = "5"  # seconds


class DurableApi:
    """Answers requests below /runtime/webhooks/durabletask and /durabletask."""

    def __init__(self, engine: Engine, links: Callable[[], Links]) -> None:
        self._engine = engine
        self._links = links

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Route one request; what the engine refuses becomes a status code."""
        parts = [part for part in request.match_info["tail"].split("/") if part]
        try:
            return await self._route(request, parts)
        except NoSuchInstance:
            return web.Response(status=404)
        except InstanceGone:
            return web.Response(status=410)
        except InstanceExists as error:
            kind = "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException"
            return _problem(500, "Something went wrong while processing your request", str(error), kind)
        except ValueError as error:
            kind = "System.ArgumentException"
            return _problem(400, "One or more of the arguments submitted is incorrect", str(error), kind)

    async def _route(self, request: web.Request, parts: list[str]) -> web.Response:
        match request.method, *parts:
            case "POST", "orchestrators", name:
                return await self._start(request, name, None)
            case "POST", "orchestrators", name, instance:
                return await self._start(request, name, instance)
            case "GET", "entities", name, key:
                return self._entity(name, key)
            case "POST", "entities", name, key:
                return await self._signal(request, name, key)
            case "POST", "instances", instance, verb, event if verb.lower() == "raiseevent":
                return await self._raise(request, instance, event)
            case method, "instances", *rest:
                return self._instances(request, method, rest)
            case _:
                return web.Response(status=404)

    def _instances(self, request: web.Request, method: str, rest: list[str]) -> web.Response:
        match method, *rest:
            case ("GET",):
                return self._list(request)
            case ("DELETE",):
                return self._purge_many(request)
            case "GET", instance:
                return self._status(request, instance)
            case "DELETE", instance:
                return self._purge(instance)
            case "POST", instance, operation:
                return self._operate(request, instance, operation.lower())
            case _:
                return web.Response(status=404)

    # Instances ----------------------------------------------------------------------------------------------

    async def _start(self, request: web.Request, name: str, instance: str | None) -> web.Response:
        value = await _json_body(request)
        text = None if value is None else dumps(value)
        started = self._engine.start_raw(name, instance, text, version=request.query.get("version", ""))
        links = self._links().management(started)
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
        return web.json_response(links, status=202, headers=headers)

    def _status(self, request: web.Request, instance: str) -> web.Response:
        row = self._engine.instance(instance)
        if row is None:
            return web.Response(status=404)
        status = status_of(row)
        if not _flag(request, "showInput", default=True):
            status["input"] = None
        if _flag(request, "showHistory"):
            outputs = _flag(request, "showHistoryOutput")
            status["historyEvents"] = history_view(self._engine.history(instance), outputs=outputs)
        if row.live:
            headers = {"Location": str(request.url), "Retry-After": _UNTIL_POLLED_AGAIN}
            return web.json_response(status, status=202, headers=headers)
        failed = row.status == "Failed" and _flag(request, "returnInternalServerErrorOnFailure")
        return web.json_response(status, status=500 if failed else 200)

    def _list(self, request: web.Request) -> web.Response:
        return web.json_response([status_of(row) for row in self._engine.instances(**_filter(request))])

    def _purge(self, instance: str) -> web.Response:
        if self._engine.instance(instance) is None:
            return web.Response(status=404)
        return web.json_response({"instancesDeleted": int(self._engine.purge(instance))})

    def _purge_many(self, request: web.Request) -> web.Response:
        deleted = sum(self._engine.purge(row.id) for row in self._engine.instances(**_filter(request)))
        return web.json_response({"instancesDeleted": deleted}) if deleted else web.Response(status=404)

    def _operate(self, request: web.Request, instance: str, operation: str) -> web.Response:
        reason = request.query.get("reason")
        match operation:
            case "terminate":
                self._engine.terminate(instance, reason)
            case "suspend":
                self._engine.suspend(instance, reason)
            case "resume":
                self._engine.resume(instance, reason)
            case "rewind":
                self._engine.rewind(instance, reason)
            case "restart":
                new_id = _flag(request, "restartWithNewInstanceId", default=True)
                started = self._engine.restart(instance, new_id=new_id)
                return web.json_response(self._links().management(started), status=202)
            case _:
                return web.Response(status=404)
        return web.Response(status=202)

    async def _raise(self, request: web.Request, instance: str, event: str) -> web.Response:
        row = self._engine.instance(instance)
        if row is None or not row.live:  # before the body is looked at, as the extension does
            return web.Response(status=404 if row is None else 410)
        if request.content_type != "application/json":
            return web.json_response({"Message": "Only application/json request content is supported"}, status=400)
        self._engine.raise_raw(instance, event, dumps(await _json_body(request)))
        return web.Response(status=202)

    # Entities -----------------------------------------------------------------------------------------------

    def _entity(self, name: str, key: str) -> web.Response:
        state = self._engine.entity(name, key)
        if state is None:
            return web.Response(status=404)
        return web.Response(text=state, content_type="application/json")

    async def _signal(self, request: web.Request, name: str, key: str) -> web.Response:
        value = await _json_body(request)
        text = None if value is None else dumps(value)
        self._engine.signal_entity(name, key, request.query.get("op", ""), text)
        return web.Response(status=202)


async def _json_body(request: web.Request) -> Any:
    """The body as JSON, None where it is empty. Raises ValueError where it is not JSON."""
    body = await request.read()
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The request body is not JSON: {error}") from None


def _flag(request: web.Request, name: str, *, default: bool = False) -> bool:
    return request.query.get(name, str(default)).lower() == "true"


def _filter(request: web.Request) -> dict[str, Any]:
    query = request.query
    return {
        "created_from": _time(query.get("createdTimeFrom")),
        "created_to": _time(query.get("createdTimeTo")),
        "statuses": frozenset(filter(None, query.get("runtimeStatus", "").split(","))),
        "prefix": query.get("instanceIdPrefix", ""),
    }


def _time(text: str | None) -> int | None:
    """Microseconds since 1970. Raises ValueError where it is not a time."""
    if not text:
        return None
    when = datetime.fromisoformat(text)
    return since_1970(when if when.tzinfo else when.replace(tzinfo=UTC))


def _problem(status: int, message: str, reason: str, kind: str) -> web.Response:
    body = {"Message": message, "ExceptionMessage": reason, "ExceptionType": kind, "StackTrace": ""}
    return web.json_response(body, status=status)

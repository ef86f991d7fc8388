"""Runs activities: the app's, and the host's own that makes durable http calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from azure.functions.meta import Datum

from localhost.context import HTTP_ACTIVITY
from localhost.history import Event, dumps
from localhost.history import EventType as T
from localhost.observed import ActivityBegins, ActivityRan
from localhost.store import ActivityRow
from localhost.task_hub import TaskHub
from localhost.worker import FunctionFailed, Worker

_HTTP_TIMEOUT = aiohttp.ClientTimeout(total=100)  # the default of .NET's HttpClient, which the extension uses


class ActivityRuns:
    """The activity dispatcher's work on one queued activity."""

    def __init__(self, hub: TaskHub, worker: Worker, client_json: Callable[[], str]) -> None:
        self._hub = hub
        self._worker = worker
        self._client_json = client_json

    async def run(self, row_id: int) -> None:
        """Execute it and send its result to the instance, in one transaction."""
        hub = self._hub
        row = hub.store.activity(row_id)
        if row is None:
            return
        if hub.knobs.redelivery_delay_s:
            until = hub.now() + round(hub.knobs.redelivery_delay_s * 1_000_000)
            with hub.transaction():
                hub.store.hide_activity(row_id, until)
        result = await self._executed(row)
        if hub.knobs.duplicate_activity(row.instance, row.name):
            result = await self._executed(row)
        with hub.transaction():
            hub.store.drop_activity(row_id)
            hub.send(row.instance, result, execution=row.execution)

    async def _executed(self, row: ActivityRow) -> Event:
        self._hub.observe(ActivityBegins(instance=row.instance, name=row.name))
        began = time.perf_counter()
        try:
            (argument,) = json.loads(row.input)
            result = await (_http(argument) if row.name == HTTP_ACTIVITY else self._call(row.name, argument))
            event = self._hub.event(T.TASK_COMPLETED, TaskScheduledId=row.task, Result=result)
        except FunctionFailed as failure:
            details = {"ClassName": "System.Exception", "Message": str(failure), "StackTraceString": failure.stack}
            event = self._hub.event(
                T.TASK_FAILED,
                TaskScheduledId=row.task,
                Reason=f"Activity function '{row.name}' failed: {failure}",
                Details=dumps(details),
            )
        failed = event["EventType"] == T.TASK_FAILED
        took = time.perf_counter() - began
        self._hub.observe(ActivityRan(instance=row.instance, name=row.name, failed=failed, took_s=took))
        return event

    async def _call(self, name: str, argument: Any) -> str | None:
        function = self._worker.find(name, "activity")
        if function is None:
            raise FunctionFailed(f" The function '{name}' doesn't exist or is not an activity function.", "")
        # A string argument is delivered as that string (the SDK has made JSON of it), anything else as its JSON.
        text = argument if isinstance(argument, str) else dumps(argument)
        answer = await self._worker.invoke(function, Datum(type="string", value=text), client_json=self._client_json())
        return None if answer is None or answer.value == "null" else answer.value


async def _http(request: dict[str, Any]) -> str:
    """The durable http activity: a DurableHttpResponse as JSON."""
    if request.get("tokenSource"):
        raise FunctionFailed(" call_http with a token source needs a managed identity: it works in Azure only.", "")
    try:
        async with (
            aiohttp.ClientSession(timeout=_HTTP_TIMEOUT) as session,
            session.request(
                request["method"], request["uri"], data=request.get("content"), headers=request.get("headers")
            ) as response,
        ):
            answer = {"statusCode": response.status, "headers": dict(response.headers)}
            return dumps({**answer, "content": await response.text()})
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise FunctionFailed.of(error) from error

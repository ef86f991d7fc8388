"""Runs entities: instances called `@name@key` whose messages are operations."""

from __future__ import annotations

import json
from typing import Any

from azure.functions.meta import Datum

from localhost.history import EventType as T
from localhost.history import dumps
from localhost.observed import EntityRan
from localhost.task_hub import TaskHub
from localhost.worker import FunctionFailed, Worker


class Entities:
    """The entity dispatcher's work on one entity."""

    def __init__(self, hub: TaskHub, worker: Worker) -> None:
        self._hub = hub
        self._worker = worker

    async def run(self, entity: str) -> None:
        """Hand the visible operations to the entity function as one batch; state and replies in one transaction."""
        hub = self._hub
        messages = hub.store.due_messages(entity, hub.now())
        if not messages:
            return
        requests: list[dict[str, Any]] = [json.loads(message.event["Input"]) for message in messages]
        before = hub.store.entity(entity)
        try:
            answer = await self._ask(entity, before, requests)
        except (FunctionFailed, ValueError) as error:
            failed = {"isError": True, "result": dumps(str(error))}
            answer = {"entityExists": before is not None, "entityState": before, "results": [failed] * len(requests)}
        with hub.transaction():
            hub.store.drop_messages([message.id for message in messages])
            hub.store.put_entity(entity, answer["entityState"], present=answer["entityExists"])
            for request, result in zip(requests, answer["results"], strict=True):
                self._reply(request, result)
        hub.observe(EntityRan(entity=entity, operations=len(requests)))

    async def _ask(self, entity: str, state: str | None, requests: list[dict[str, Any]]) -> dict[str, Any]:
        """The EntityState JSON of azure-functions-durable.

        Raises:
            FunctionFailed: the entity function raised outside any one operation.
            ValueError: there is no such entity, or it answered something else.
        """
        name, key = entity[1:].split("@", 1)
        function = self._worker.find(name, "entity")
        if function is None:
            raise ValueError(f"The function '{name}' doesn't exist, is disabled, or is not an entity function.")
        batch = [
            {"name": request["op"], "input": request.get("input"), "isSignal": bool(request.get("signal"))}
            for request in requests
        ]
        context = {"self": {"name": name, "key": key}, "exists": state is not None, "state": state, "batch": batch}
        answer = await self._worker.invoke(function, Datum(type="string", value=dumps(context)), client_json="")
        parsed = json.loads(answer.value) if answer is not None else {}
        if len(parsed.get("results", ())) != len(requests):
            raise ValueError(f"The entity function '{name}' did not answer every operation.")
        return parsed

    def _reply(self, request: dict[str, Any], result: dict[str, Any]) -> None:
        if request.get("signal"):
            return
        reply = {"result": result["result"], **({"exceptionType": "Error"} if result["isError"] else {})}
        raised = self._hub.event(T.EVENT_RAISED, Name=request["id"], Input=dumps(reply))
        self._hub.send(request["parent"], raised, execution=request.get("parentExecution"))

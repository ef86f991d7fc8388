"""What the product is held against: the least that does the same kind of thing in the same host.

Two functions that do nothing; and a bot as the SDK's documentation would have it, behind the product's own webhook and
store: one name for all events, an orchestrator that decides in place, activities that only send.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import timedelta
from typing import Any, cast

import azure.durable_functions as df
import azure.functions as func

import connections
from graph.callback_signature import callback_uri
from graph.requests import Answer, PlayPrompt, Request, SubscribeToTone
from triggers.callbacks import receive

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

#: Where this host is reached, and the prompt that is played: its key and its length; set by the benchmark.
base_url = ""
prompt_key = ""
prompt_length = timedelta()

JSON = dict[str, Any]
PATIENCE = timedelta(seconds=5)


@app.route(route="bare", methods=["POST"])
async def bare(req: func.HttpRequest) -> func.HttpResponse:
    """Nothing."""
    return func.HttpResponse(status_code=202)


@app.route(route="bound/{instance_id}/{signature}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def bound(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Nothing, under the webhook's route and with its binding."""
    return func.HttpResponse(status_code=202)


class _OneName:
    """A durable client that raises every event under one name, at the orchestrator below."""

    def __init__(self, client: df.DurableOrchestrationClient) -> None:
        self.get_status = client.get_status
        self._client = client

    async def start_new(self, name: str, instance_id: str, given: JSON) -> str:
        return await self._client.start_new("raw_orchestrator", instance_id, given)

    async def raise_event(self, instance_id: str, name: str, payload: JSON) -> None:
        await self._client.raise_event(instance_id, "notification", payload)


@app.route(route="callbacks", methods=["POST"])
@app.durable_client_input(client_name="client")
async def raw_notifications(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """The product's webhook."""
    return await receive(req, cast("Any", _OneName(client)), None)


@app.route(route="callbacks/{instance_id}/{signature}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def raw_call_notifications(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """The product's webhook of one call."""
    return await receive(req, cast("Any", _OneName(client)), req.route_params["instance_id"])


@app.orchestration_trigger(context_name="context")
def raw_orchestrator(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Answers, plays a menu, and plays it again at every key, until the caller hangs up or is silent for too long."""
    call = cast("JSON", context.get_input())["call"]
    yield context.call_activity("raw_answer", call)
    patience = PATIENCE
    while True:
        event = context.wait_for_external_event("notification")
        timer: Any = context.create_timer(context.current_utc_datetime + patience)
        if (yield context.task_any([event, timer])) == timer:
            return
        timer.cancel()
        digest = json.loads(cast("str", event.result))
        if digest["kind"] == "ended":
            return
        if digest.get("audio") == "active":
            yield context.call_activity("raw_subscribe", call)
        patience = PATIENCE
        if digest.get("audio") == "active" or digest["kind"] == "tone":
            yield context.call_activity("raw_play", call)
            patience = prompt_length + PATIENCE


@app.activity_trigger(input_name="given")
async def raw_answer(given: dict) -> dict:
    """Answer."""
    uri = callback_uri(base_url, given["instance_id"], connections.current().settings.callback_keys[0])
    return await _send(given, Answer(call_id=given["call_id"], callback_uri=uri, accepted_modalities=("audio",)))


@app.activity_trigger(input_name="given")
async def raw_subscribe(given: dict) -> dict:
    """Ask for keys."""
    return await _send(given, SubscribeToTone(call_id=given["call_id"], client_context=given["instance_id"]))


@app.activity_trigger(input_name="given")
async def raw_play(given: dict) -> dict:
    """Play the menu."""
    prompt = connections.current().media_info(prompt_key)
    context = given["instance_id"]
    return await _send(given, PlayPrompt(call_id=given["call_id"], prompts=(prompt,), client_context=context))


async def _send(given: JSON, request: Request) -> JSON:
    return await connections.current().graph.send(request, given["tenant_id"], budget_s=10.0) or {}

"""The calling webhook: Graph's notifications come in here.

202 once all that must survive is stored; 403, with one and the same body, for whatever is wrong with a token or a
signature; 204 for the legacy form, which Graph sends again in its own; 400 for what is neither; 413 over 1 MB; 503
when storage is away. Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
"""

from __future__ import annotations

import asyncio
import logging

import azure.durable_functions as df
import azure.functions as func

import connections
from graph.callback_signature import verify
from graph.notifications import NotNotifications, parse_notifications
from graph.webhook_tokens import TokenRefused

bp = df.Blueprint()
log = logging.getLogger("callwright.callbacks")

LARGEST_BODY = 1_000_000
# Graph is never left hanging: what is not stored by then is refused, so that it may come again.
PATIENCE_S = 5.0


@bp.route(route="callbacks", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def receive_notifications(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """The webhook registered with the bot: new calls, and what Graph has to say of one before it is answered."""
    return await receive(req, client, None)


@bp.route(route="callbacks/{instance_id}/{signature}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def receive_call_notifications(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """The callback URI of one call: a valid token alone cannot speak for another call."""
    return await receive(req, client, req.route_params["instance_id"])


async def receive(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, instance_id: str | None
) -> func.HttpResponse:
    """Check, store and hand over what came to the callback URI of `instance_id`, or to the registered URL (None)."""
    here = connections.current()
    try:
        claims = await here.webhook_tokens.validate(req.headers.get("Authorization"))
        if instance_id is not None:
            _check_signature(instance_id, req.route_params["signature"], here.settings.callback_keys)
    except TokenRefused as refusal:
        log.warning("a notification was refused: %s", refusal.cause)
        return func.HttpResponse("Forbidden", status_code=403)
    body = req.get_body()
    if len(body) > LARGEST_BODY:
        return func.HttpResponse("The body is larger than 1 MB", status_code=413)
    try:
        notifications = parse_notifications(body, req.headers.get("Content-Type"))
    except NotNotifications as refusal:
        if refusal.legacy:
            return func.HttpResponse(status_code=204)
        return func.HttpResponse(str(refusal), status_code=400)
    delivery = here.delivery(client)
    message_id = _message_id(req)
    try:
        async with asyncio.timeout(PATIENCE_S):
            for notification in notifications:
                await delivery.take(notification, claims.tid, instance_id, message_id)
    except Exception as failure:  # not stored: say so, and let it come again
        log.exception("a notification could not be taken in: %s", type(failure).__name__)
        return func.HttpResponse("Try again", status_code=503, headers={"Retry-After": "1"})
    return func.HttpResponse(status_code=202)


def _check_signature(instance_id: str, signature: str, keys: tuple[str, ...]) -> None:
    if not verify(instance_id, signature, keys):
        raise TokenRefused("the path signature is not this instance's")


def _message_id(req: func.HttpRequest) -> str | None:
    """Graph's id of this request: of the first sending, where it was sent again."""
    original = req.headers.get("X-Microsoft-Skype-Original-Message-ID")
    return original or req.headers.get("X-Microsoft-Skype-Message-ID")

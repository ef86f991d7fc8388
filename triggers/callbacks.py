"""The calling webhook: Graph's notifications come in here.

202 once all that must survive is stored (200 with a body where Graph asks whether a participant may join); a call that
cannot be stored is sent to its route's fallback; 403, with one and the same body, for whatever is wrong with a token or
a signature; 204 for the legacy form, which Graph sends again in its own; 400 for what is neither; 413 over 1 MB; 503
when storage is away. Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from connections.telemetry import about
from graph import joining
from graph.callback_signature import verify
from graph.notifications import (
    IncomingCall,
    Notification,
    NotNotifications,
    ParticipantJoining,
    parse_notifications,
)
from graph.webhook_tokens import TokenRefused
from inbox.delivery import Delivery
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.callbacks")

JSON = dict[str, Any]

LARGEST_BODY = 1_000_000
# Graph is never left hanging: what is not stored by then is refused, so that it may come again.
PATIENCE_S = 5.0
# Of these, how long a call that rings may take to be stored and started: the rest is for sending it elsewhere.
RING_PATIENCE_S = 3.5
RING_TRIES = 3
LOOK_S = 0.1


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
    taking = _Taking(here, here.delivery(client), claims.tid, instance_id, _message_id(req))
    about(instance=instance_id, message=_message_id(req), scenario=req.headers.get("X-Microsoft-Skype-Chain-ID"))
    try:
        async with asyncio.timeout(PATIENCE_S):
            answers = [await taking.take(notification) for notification in notifications]
    except Exception as failure:  # not stored: say so, and let it come again
        log.exception("a notification could not be taken in: %s", type(failure).__name__)
        return func.HttpResponse("Try again", status_code=503, headers={"Retry-After": "1"})
    body = next((answer for answer in answers if answer is not None), None)
    if body is not None:
        return func.HttpResponse(json.dumps(body), status_code=200, mimetype="application/json")
    return func.HttpResponse(status_code=202)


@dataclass(frozen=True)
class _Taking:
    """The notifications of one request, on their way in."""

    here: connections.Connections
    delivery: Delivery
    tenant_id: str
    instance_id: str | None
    message_id: str | None

    async def take(self, notification: Notification) -> JSON | None:
        """Take one; returns what Graph wants to hear about it, for most nothing."""
        if isinstance(notification, IncomingCall) and self.instance_id is None:
            await self._ring(notification)
            return None
        taken = await self._store(notification)
        if isinstance(notification, ParticipantJoining):
            return joining.accept() if taken else joining.reject()
        return None

    async def _store(self, notification: Notification) -> bool:
        return await self.delivery.take(notification, self.tenant_id, self.instance_id, self.message_id)

    async def _ring(self, call: IncomingCall) -> None:
        """A caller waits: a call that cannot be stored or started is sent to its fallback."""
        try:
            async with asyncio.timeout(RING_PATIENCE_S):
                for left in reversed(range(RING_TRIES)):
                    try:
                        await self._store(call)
                        return
                    except StorageUnavailable:
                        if not left:
                            raise
        except Exception:
            log.exception("a call cannot be taken in")
            if await self._is_served(call) or not await self.here.reception.turn_away(call, self.tenant_id):
                raise

    async def _is_served(self, call: IncomingCall) -> bool:
        """Whether it was answered or started all the same; then only a part of the bookkeeping is missing."""
        try:
            async with asyncio.timeout(LOOK_S):
                birth = await self.here.births.get(f"call-{call.call_id}")
        except (StorageUnavailable, TimeoutError):
            return False
        return birth is not None and (birth.started or birth.answer is not None)


def _check_signature(instance_id: str, signature: str, keys: tuple[str, ...]) -> None:
    if not verify(instance_id, signature, keys):
        raise TokenRefused("the path signature is not this instance's")


def _message_id(req: func.HttpRequest) -> str | None:
    """Graph's id of this request: of the first sending, where it was sent again."""
    original = req.headers.get("X-Microsoft-Skype-Original-Message-ID")
    return original or req.headers.get("X-Microsoft-Skype-Message-ID")

"""The calling webhook: Graph's notifications come in here.

202 once all that must survive is stored (200 with a body where Graph asks whether a participant may join); a call that
cannot be stored is sent to its route's fallback; 403, with one and the same body, for whatever is wrong with a token or
a signature; 204 for the legacy form, which Graph sends again in its own; 400 for what is neither; 413 over 1 MB; 503
when storage is away. Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
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
from inbox.incoming import PerhapsTheSameCall
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.callbacks")

JSON = dict[str, Any]

LARGEST_BODY = 1_000_000
# Graph is never left hanging: whatever is not taken by then is refused, so that it may come again. Every deadline of a
# request lies between its beginning and this one; what is left after the last goes into the response.
PATIENCE_S = 5.0
# When a call that rings has to be stored and started; after that it can only be sent elsewhere, until the second.
TAKEN_BY_S, TURNED_AWAY_BY_S, DONE_BY_S = 3.2, 4.5, 4.8
RING_TRIES = 3


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
    began = here.now()
    try:
        async with here.timeout(DONE_BY_S):
            return await _receive(req, client, instance_id, began)
    except TokenRefused as refusal:
        log.warning("a notification was refused: %s", refusal.cause)
        return func.HttpResponse("Forbidden", status_code=403)
    except Exception as failure:  # nobody can say that all of it is taken: let it come again
        log.exception("a notification could not be taken in: %s", type(failure).__name__)
        return func.HttpResponse("Try again", status_code=503, headers={"Retry-After": "1"})


async def _receive(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, instance_id: str | None, began: float
) -> func.HttpResponse:
    here = connections.current()
    claims = await here.webhook_tokens.validate(req.headers.get("Authorization"))
    if instance_id is not None:
        _check_signature(instance_id, req.route_params["signature"], here.settings.callback_keys)
    body = req.get_body()
    if len(body) > LARGEST_BODY:
        return func.HttpResponse("The body is larger than 1 MB", status_code=413)
    try:
        notifications = parse_notifications(body, req.headers.get("Content-Type"))
    except NotNotifications as refusal:
        if refusal.legacy:
            return func.HttpResponse(status_code=204)
        return func.HttpResponse(str(refusal), status_code=400)
    about(instance=instance_id, message=_message_id(req), scenario=req.headers.get("X-Microsoft-Skype-Chain-ID"))
    taking = _Taking(here, here.delivery(client), claims.tid, instance_id, _message_id(req), began)
    answer = await taking.take_all(notifications)
    if answer is not None:
        return func.HttpResponse(json.dumps(answer), status_code=200, mimetype="application/json")
    return func.HttpResponse(status_code=202)


@dataclass(frozen=True)
class _Taking:
    """The notifications of one request, on their way in."""

    here: connections.Connections
    delivery: Delivery
    tenant_id: str
    instance_id: str | None
    message_id: str | None
    #: When the request came, Unix seconds: all its deadlines follow from it.
    began: float

    async def take_all(self, notifications: Sequence[Notification]) -> JSON | None:
        """Take all, those of one call in their order; returns what Graph wants to hear, mostly nothing.

        No call waits for another: each has the whole time of the request. Raises what keeps one from being taken, once
        it is known what becomes of the others.
        """
        by_call: dict[str | None, list[Notification]] = {}
        for notification in notifications:
            by_call.setdefault(notification.call_id, []).append(notification)
        done = await self.here.together(*map(self._take_in_order, by_call.values()))
        for failure in done:
            if isinstance(failure, BaseException):
                raise failure
        return next((answer for answer in done if answer is not None), None)

    async def _take_in_order(self, notifications: list[Notification]) -> JSON | None:
        answers = [await self._take(notification) for notification in notifications]
        return next((answer for answer in answers if answer is not None), None)

    async def _take(self, notification: Notification) -> JSON | None:
        if isinstance(notification, IncomingCall) and self.instance_id is None:
            await self._ring(notification)
            return None
        taken = await self._store(notification)
        if isinstance(notification, ParticipantJoining):
            return joining.accept() if taken else joining.reject()
        return None

    async def _store(self, notification: Notification) -> bool:
        by = self.began + TAKEN_BY_S
        return await self.delivery.take(notification, self.tenant_id, self.instance_id, self.message_id, answer_by=by)

    async def _ring(self, call: IncomingCall) -> None:
        """A caller waits: a call that cannot be stored or started, and that nobody serves, is sent to its fallback."""
        try:
            async with self.here.timeout(self.began + TAKEN_BY_S - self.here.now()):
                await self._store_a_call(call)
        except PerhapsTheSameCall:
            raise
        except Exception:
            log.exception("a call cannot be taken in")
            by = self.began + TURNED_AWAY_BY_S
            if not await self.here.reception.turn_away(call, self.tenant_id, by):
                raise

    async def _store_a_call(self, call: IncomingCall) -> None:
        for left in reversed(range(RING_TRIES)):
            try:
                await self._store(call)
                return
            except StorageUnavailable:
                if not left:
                    raise


def _check_signature(instance_id: str, signature: str, keys: tuple[str, ...]) -> None:
    if not verify(instance_id, signature, keys):
        raise TokenRefused("the path signature is not this instance's")


def _message_id(req: func.HttpRequest) -> str | None:
    """Graph's id of this request: of the first sending, where it was sent again."""
    original = req.headers.get("X-Microsoft-Skype-Original-Message-ID")
    return original or req.headers.get("X-Microsoft-Skype-Message-ID")

"""Fix what a call keeps to its end, and begin its record."""

from __future__ import annotations

import logging
from typing import Any

import azure.durable_functions as df

import connections
from activities.keys import keys_are_safe
from activities.meetings import by_coordinates
from activities.patience import patiently
from graph.kinds import IncomingCall
from graph.meetings import Coordinates
from graph.notifications import parse_item
from inbox.errors import InboxError
from prompts.catalogue import PromptError
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]
# How long a call that rings waits for storage to say whom it is for; Graph waits 15 s for an answer.
ANNOUNCEMENT_S = 4.0
# How long a call that is to be placed does.
REQUEST_S = 60.0


@bp.activity_trigger(input_name="given")
async def pin_flow(given: dict) -> dict:
    """Choose the flow of a call, and fix it for the whole call: `{"ok": pinned}`. The record of the call begins here.

    `pinned` is `{"flow": the flow as `Flow.to_json` gives it, "hash", "locale", "route": {"name", "customer",
    "recording", "fallback": target | null}, "prompts": {prompt id: {"key", "ms"}}, "settings": {"tone_reorder_ms",
    "keep_alive_s", "max_call_s", "direct_invite"}}`, and of a call that we place `"leg": {"parent", "leg"} | null` and
    `"rejoin": bool` besides.

    A flow that cannot be read still pins one. Who calls is sent to the route's fallback, or hears an apology; who was
    to be called is not.
    """
    begin = _to_place if given["digest"]["kind"] == "place" else _incoming
    pinned, facts = await begin(given)
    if not await keys_are_safe(given["instance_id"], pinned):
        answering = given["digest"].get("answering", False)
        pinned = connections.current().library.degraded(answering=answering)
    begun = {
        "customer": pinned["route"].get("customer"),
        "route": pinned["route"].get("name"),
        "flow": pinned["flow"]["id"],
        "hash": pinned["hash"],
        "started": given["digest"]["at"],
        "recordings": [],
        **facts,
    }
    try:
        await connections.current().records.open(given["instance_id"], begun)
    except StorageUnavailable:  # closing records it all the same
        log.warning("the record of %s could not be begun", given["instance_id"])
    return {"ok": pinned}


async def _incoming(given: JSON) -> tuple[JSON, JSON]:
    library, digest = connections.current().library, given["digest"]
    announcement = await _first_item(given, ANNOUNCEMENT_S)
    answering, over = digest.get("answering", False), digest.get("over")
    if announcement:
        pinned = library.pin(announcement, given["tenant_id"], over=bool(over), answering=answering)
    else:
        pinned = library.degraded(answering=answering)
    facts = {"direction": "incoming", "caller": digest["caller"], "called": digest["called"], "over": over}
    facts["caller_hash"] = _caller_hash(announcement)
    call = (announcement or {}).get("resourceData")
    coordinates = Coordinates.of_call(call)
    if coordinates is not None and isinstance(call, dict):
        facts["meeting"] = by_coordinates(coordinates).record(call.get("myParticipantId"))
    return pinned, facts


async def _to_place(given: JSON) -> tuple[JSON, JSON]:
    from flows import FlowErrors  # late: an instance that only takes webhooks starts without flows

    library, digest = connections.current().library, given["digest"]
    request = await _first_item(given, REQUEST_S)
    try:
        pinned = library.pin_request(request) if request else library.nobody(None)
    except (FlowErrors, PromptError, OSError, UnicodeError) as failure:
        log.error("%s is not placed: %s", given["instance_id"], failure)
        pinned = library.nobody(request)
    called = list(map(_hash_of, (request or {}).get("to", ())))
    facts = {
        "direction": "outgoing",
        "caller": "application",
        "called": (digest["to"] or ["meeting"])[0],
        "parent": (request or {}).get("parent"),
        "consent": (request or {}).get("consent"),
        "caller_hash": called[0] if called else None,
        "other_hashes": called[1:],
    }
    return pinned, facts


def _caller_hash(announcement: JSON | None) -> str | None:
    """What the caller of a call that came in is found by."""
    notification = parse_item(announcement) if announcement else None
    if not isinstance(notification, IncomingCall):
        return None
    identity = notification.source.identity
    first = identity.identities[0] if identity.identities else None
    return None if first is None or not first.id else _hash_of({first.kind: first.id})


def _hash_of(target: JSON) -> str | None:
    return next((connections.current().caller_hash(kind, str(id)) for kind, id in target.items()), None)


async def _first_item(given: JSON, patience_s: float) -> JSON | None:
    """What the call began with; None when it cannot be read in time."""
    here = connections.current()
    instance_id, number = given["instance_id"], given["digest"]["n"]
    try:
        return await patiently(here.now() + patience_s, lambda: here.inbox.raw(instance_id, number))
    except InboxError as failure:  # sealed with a key that is no longer known, for instance
        log.error("what %s began with cannot be read: %s", instance_id, failure)
    except StorageUnavailable as failure:
        log.error("nobody knows what %s began with: %s", instance_id, failure)
    return None

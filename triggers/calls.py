"""What operators read: the calls of late, one call, and what happened in it. Everything is masked already."""

from __future__ import annotations

import json
import re

import azure.durable_functions as df
import azure.functions as func

import connections
from storage.errors import StorageUnavailable
from triggers.authorization import NotAllowed, problem, require_role

bp = df.Blueprint()

_INSTANCE_ID = re.compile(r"call-[0-9a-f]{32}")
LARGEST_PAGE = 200


@bp.route(route="calls", methods=["GET"])
async def list_calls(req: func.HttpRequest) -> func.HttpResponse:
    """`{"calls": [summary], "next": str | null}`, newest first; query: `customer`, `limit` (1..200), `after`."""
    try:
        await require_role(req, "Read")
        limit = _limit(req.params.get("limit"))
        page = await connections.current().records.list(
            customer=req.params.get("customer"), limit=limit, after=req.params.get("after")
        )
    except NotAllowed as refusal:
        return refusal.response
    except ValueError as wrong:
        return problem(400, "Bad query", str(wrong))
    except StorageUnavailable:
        return _away()
    return _json({"calls": page.calls, "next": page.next})


@bp.route(route="calls/{id}", methods=["GET"])
async def get_call(req: func.HttpRequest) -> func.HttpResponse:
    """The summary of one call; `id` is its instance id, `call-...`."""
    return await _one(req, events=False)


@bp.route(route="calls/{id}/events", methods=["GET"])
async def get_call_events(req: func.HttpRequest) -> func.HttpResponse:
    """`{"events": [entry]}`: what happened in a call, in order."""
    return await _one(req, events=True)


async def _one(req: func.HttpRequest, *, events: bool) -> func.HttpResponse:
    try:
        await require_role(req, "Read")
    except NotAllowed as refusal:
        return refusal.response
    instance_id = req.route_params["id"]
    records = connections.current().records
    try:
        call = await records.get(instance_id) if _INSTANCE_ID.fullmatch(instance_id) else None
        if call is None:
            return problem(404, "No such call", "There is no record of a call with this id.")
        return _json({"events": await records.events(instance_id)} if events else call)
    except StorageUnavailable:
        return _away()


def _limit(text: str | None) -> int:
    if text is None:
        return 50
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_PAGE):
        raise ValueError(f"limit is {text!r}: it must be a whole number from 1 to {LARGEST_PAGE}")
    return int(text)


def _json(body: object) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(body), mimetype="application/json")


def _away() -> func.HttpResponse:
    return problem(503, "Storage is away", "The records cannot be read at the moment; try again.")

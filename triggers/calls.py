"""What operators read: the calls of late, one call, what happened in it, who is in it, what was recorded.

Everything but a recording is masked.
"""

from __future__ import annotations

import re
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.routes import INSTANCE_ID, LARGEST_PAGE, USUAL_PAGE
from api.shapes import Wrong
from graph.ids import normalised
from graph.resources import Participant
from graph.roster import participants
from inbox.errors import InboxError
from records import masked, masked_phone
from records.records import State
from storage import BlobMissing
from triggers.authorization import Scope, require_role
from triggers.problems import Refused, answer, answered, problem, wrong_fields

bp = df.Blueprint()

JSON = dict[str, Any]

_INSTANCE_ID = re.compile(INSTANCE_ID)


@bp.route(route="calls", methods=["GET"])
async def list_calls(req: func.HttpRequest) -> func.HttpResponse:
    """`{"calls": [summary], "next": str | null}`, newest first; query: `customer`, `state`, `limit`, `after`."""
    return await answered(_list(req))


@bp.route(route="calls/{id}", methods=["GET"])
async def get_call(req: func.HttpRequest) -> func.HttpResponse:
    """The summary of one call; `id` is its instance id, `call-...`."""
    return await answered(_call(req))


@bp.route(route="calls/{id}/events", methods=["GET"])
async def get_call_events(req: func.HttpRequest) -> func.HttpResponse:
    """`{"events": [entry]}`: what happened in a call, in order."""
    return await answered(_events(req))


@bp.route(route="calls/{id}/participants", methods=["GET"])
async def get_participants(req: func.HttpRequest) -> func.HttpResponse:
    """`{"participants": [...]}`: who is in a live call, by the newest roster; empty where Graph sends none."""
    return await answered(_participants(req))


@bp.route(route="calls/{id}/recordings/{n}", methods=["GET"])
async def get_recording(req: func.HttpRequest) -> func.HttpResponse:
    """The WAV file of the n-th recording in the call's record, counted from 1."""
    return await answered(_recording(req))


async def call_within(scope: Scope, instance_id: str) -> JSON:
    """The summary of a call; raises `Refused` with 404 where there is none, or it is not for this caller to know."""
    call = None
    if _INSTANCE_ID.fullmatch(instance_id):
        call = await connections.current().records.get(instance_id) or await _begun(instance_id)
    if call is None or not scope.covers(call["customer"]):
        raise Refused(problem(404, "No such call", "There is no record of a call with this id."))
    return call


async def _begun(instance_id: str) -> JSON | None:
    """A call that was asked for and has no record yet: its orchestration opens that first of all."""
    here = connections.current()
    birth = await here.births.get(instance_id)
    try:
        asked = await here.inbox.raw(instance_id, 1) if birth is not None else None
    except InboxError:  # over, and its record was let go
        asked = None
    if birth is None or asked is None:
        return None
    known = {"customer": asked.get("customer"), "started": birth.claimed_at, "recordings": []}
    return {"id": instance_id, "state": "live", **known}


def call_is_over() -> Refused:
    """409."""
    return Refused(problem(409, "The call is over", "Nothing can be done to it any more; its record stays."))


async def _list(req: func.HttpRequest) -> func.HttpResponse:
    scope = await require_role(req, "Read")
    customer = scope.customer(req.params.get("customer"))
    limit = _limit(req.params.get("limit"))
    try:
        page = await connections.current().records.list(
            customer=customer, state=_state(req.params.get("state")), limit=limit, after=req.params.get("after")
        )
    except ValueError as wrong:
        raise wrong_fields([Wrong(field="after", detail=str(wrong))]) from None
    return answer({"calls": page.calls, "next": page.next})


async def _call(req: func.HttpRequest) -> func.HttpResponse:
    return answer(await call_within(await require_role(req, "Read"), req.route_params["id"]))


async def _events(req: func.HttpRequest) -> func.HttpResponse:
    call = await call_within(await require_role(req, "Read"), req.route_params["id"])
    return answer({"events": await connections.current().records.events(call["id"])})


async def _participants(req: func.HttpRequest) -> func.HttpResponse:
    call = await call_within(await require_role(req, "Read"), req.route_params["id"])
    if call["state"] != "live":
        raise call_is_over()
    try:
        roster = await connections.current().inbox.roster(call["id"])
    except InboxError:  # let go of this very moment
        raise call_is_over() from None
    present = participants((roster or {}).get("resourceData"))
    return answer({"participants": [_shown(each) for each in present if not each.removed]})


def _shown(one: Participant) -> JSON:
    identities = one.info.identity.identities
    first = identities[0] if identities else None
    name: str | None = None
    if first is not None and first.kind == "phone" and first.id:
        name = masked_phone(first.id)
    elif first is not None and first.display_name:
        name = masked({"display_name": first.display_name})["display_name"]
    return {
        "id": normalised(one.participant_id),
        "kind": one.info.identity.kind,
        "name": name,
        "muted": one.is_muted,
        "in_lobby": one.is_in_lobby,
    }


async def recording_of(scope: Scope, instance_id: str, number: str) -> bytes:
    """The WAV file of a call's recording; raises `Refused` with 404 where there is none, or no longer."""
    call = await call_within(scope, instance_id)
    here = connections.current()
    recording = next((each for each in call["recordings"] if str(each.get("n")) == number), {})
    blob, blobs = recording.get("blob"), here.transient if recording.get("mode") == "transient" else here.recordings
    try:
        audio = await blobs.read(blob) if blob else None
    except BlobMissing:
        audio = None
    if audio is None:
        raise Refused(problem(404, "No such recording", "The call has none of this number, or no longer."))
    return audio


async def _recording(req: func.HttpRequest) -> func.HttpResponse:
    instance_id, number = req.route_params["id"], req.route_params["n"]
    audio = await recording_of(await require_role(req, "Listen"), instance_id, number)
    name = f"{instance_id}-{number}.wav"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{name}"'}
    return func.HttpResponse(audio, headers=headers, mimetype="audio/wav")


def _state(text: str | None) -> State | None:
    if text not in (None, "live", "ended"):
        raise wrong_fields([Wrong(field="state", detail="must be live or ended")])
    return text


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL_PAGE
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_PAGE):
        raise wrong_fields([Wrong(field="limit", detail=f"must be a whole number from 1 to {LARGEST_PAGE}")])
    return int(text)

"""Place a call, or join a meeting, out of the request that its inbox keeps sealed."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import act_once, error, with_journal
from activities.dial_allow import NotToBeDialled, check_dialled
from activities.meetings import Joining, described, joining_of
from activities.requested import not_dialled
from graph.requests import BadRequest, CreateCall, Source, Target
from inbox import BoundElsewhere, InboxError
from storage import RowMissing
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.dialling")

JSON = dict[str, Any]
# Nobody waits on the line yet: a token, a meeting that is made, and Graph may take their time.
PLACE_BUDGET_S = 20.0
_GUESTS = uuid.UUID("f3f0c1a2-57ab-4b6c-9a55-0c6a1b0d2f10")


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def place_call(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Place the call that inbox item `request_n` asks for, once; in place of Graph call `former` if that was lost.

    Returns `{"ok": {"call_id", "state", ...}}`. An error of kind `unknown` says that Graph may have placed it: then its
    first notification names it.
    """
    prepared = await _prepared(given)
    if "error" in prepared:
        return await with_journal(given, prepared)
    request, joining = prepared["ok"]
    result = await act_once(given, request, budget_s=PLACE_BUDGET_S)
    if "ok" in result and result["ok"]["call_id"]:
        await _note_placed(given, result["ok"], joining, client)
    return result


async def _prepared(given: JSON) -> JSON:
    """`{"ok": (request, joining | None)}`, or an error that says that no call was placed."""
    here = connections.current()
    try:
        if given["former"]:
            await here.births.unbind(given["instance_id"], given["former"])
        asked = await here.inbox.raw(given["instance_id"], given["request_n"])
    except InboxError as failure:
        return error("refused", code="unreadable", message=str(failure))
    except StorageUnavailable as failure:
        return error("not_reached", message=str(failure))
    try:
        joining = None
        if "meeting" in asked:
            found = await joining_of(given, asked["meeting"])
            if "error" in found:
                return found
            joining = found["ok"]
        request = _request(given, asked, joining)
        check_dialled(*request.targets)
        return {"ok": (request, joining)}
    except NotToBeDialled as failure:
        return not_dialled(failure)
    except BadRequest as failure:
        return error("refused", code="badRequest", message=str(failure))


def _request(given: JSON, asked: JSON, joining: Joining | None) -> CreateCall:
    here = connections.current()
    targets = tuple(Target.from_json(each) for each in asked.get("to", ()))
    dials = any(target.kind == "phone" for target in targets)
    return CreateCall(
        callback_uri=here.callback_uri(given["instance_id"]),
        targets=targets,
        source=_source(given, asked),
        tenant_id=joining.tenant_id if joining else given["tenant_id"] if dials else None,
        modalities=tuple(asked.get("modalities") or given["modalities"]),
        prefetch=tuple(here.media_info(key) for key in given["prefetch"]),
        meeting=joining.meeting if joining else None,
        chat=joining.chat if joining else None,
    )


def _source(given: JSON, asked: JSON) -> Source | None:
    if "as_guest" in asked:
        guest = str(uuid.uuid5(_GUESTS, given["instance_id"]))
        return Source(kind="guest", id=guest, display_name=asked["as_guest"])
    if "from" in asked:
        caller = asked["from"]
        return Source(kind="application_instance", id=caller["application_instance"], display_name=caller.get("name"))
    return None


async def _note_placed(given: JSON, placed: JSON, joining: Joining | None, client: Any) -> None:
    """Whose call it is, and which meeting. Neither failing is the call's end: its notifications bind it too."""
    here = connections.current()
    call = {"instance_id": given["instance_id"], "call_id": placed["call_id"], "tenant_id": given["tenant_id"]}
    try:
        await here.delivery(client).bind(call)
        if joining is not None:
            known = await described(given, joining, placed["call_id"])
            await here.records.amend(given["instance_id"], {"meeting": known.record(placed["participant_id"])})
    except (BoundElsewhere, RowMissing) as refusal:
        log.error("what Graph placed does not fit its instance: %s", refusal)
    except StorageUnavailable:
        log.warning("which Graph call %s is could not be noted", given["instance_id"])

"""Transfer, keep alive, hang up; and the bot's own part in a group call: mute, share, show."""

from __future__ import annotations

import azure.durable_functions as df

import connections
from activities.acting import act, act_once, with_journal
from activities.requested import act_on, attempt, client_context
from graph.requests import (
    AddLargeGalleryView,
    ChangeScreenSharingRole,
    HangUp,
    KeepAlive,
    MuteSelf,
    Target,
    Transfer,
    Transferee,
    UnmuteSelf,
)
from storage.errors import StorageUnavailable

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def transfer_call(given: dict) -> dict:
    """Transfer the caller to `target`, or to whom inbox item `request_n` names. How it goes arrives as call states.

    In place of our own call `replaces` with the target, if there is one. Returns `{"ok": {"target": kind}}`.
    """
    kind = None

    def transfer(asked: dict) -> Transfer:
        nonlocal kind
        target = Target.from_json({**asked["target"], "replaces_call_id": given["replaces"]})
        kind = target.kind
        return Transfer(call_id=given["call_id"], target=target, transferee=_transferee(asked))

    if given["request_n"] is None:
        result = await attempt(given, lambda: transfer(given), once=True, counted=True)
    else:
        result = await act_on(given, transfer, once=True)
    return {**result, "ok": {**result["ok"], "target": kind}} if "ok" in result else result


def _transferee(asked: dict) -> Transferee | None:
    participant = asked.get("transferee")
    return None if participant is None else Transferee(participant_id=participant)


@bp.activity_trigger(input_name="given")
async def keep_alive(given: dict) -> dict:
    """Tell Graph that the call is still wanted; `gone` when it is over."""
    return await act(given, KeepAlive(call_id=given["call_id"]))


@bp.activity_trigger(input_name="given")
async def hang_up(given: dict) -> dict:
    """End the bot's leg of the call: `{"ok": {}}`, or an error.

    A call that is gone already is as good, and one that was never there.
    """
    call_id = given["call_id"] or await _bound(given["instance_id"])
    if not call_id:
        return await with_journal(given, {"ok": {}})
    result = await act(given, HangUp(call_id=call_id))
    if result.get("error", {}).get("kind") == "gone":
        del result["error"]
        return {"ok": {}, **result}
    return result


async def _bound(instance_id: str) -> str:
    """Graph's id of a call that we placed without hearing how that went, if Graph has told of it since."""
    try:
        birth = await connections.current().births.get(instance_id)
    except StorageUnavailable:
        return ""
    return birth.call_id if birth is not None else ""


@bp.activity_trigger(input_name="given")
async def mute_call(given: dict) -> dict:
    """Mute the bot: `{"ok": {"operation_id", "status", "code", "subcode"}}`, or an error."""
    return await act(given, MuteSelf(call_id=given["call_id"], client_context=client_context(given)))


@bp.activity_trigger(input_name="given")
async def unmute_call(given: dict) -> dict:
    """Unmute the bot; returns what `mute_call` does."""
    return await act(given, UnmuteSelf(call_id=given["call_id"], client_context=client_context(given)))


@bp.activity_trigger(input_name="given")
async def change_screen_sharing_role(given: dict) -> dict:
    """Share the bot's screen, or only watch. Graph refuses it where it hosts the media itself."""
    return await act_on(given, lambda asked: ChangeScreenSharingRole(call_id=given["call_id"], role=asked["role"]))


@bp.activity_trigger(input_name="given")
async def add_large_gallery_view(given: dict) -> dict:
    """Show everybody in one picture."""
    request = AddLargeGalleryView(call_id=given["call_id"], client_context=client_context(given))
    return await act_once(given, request)

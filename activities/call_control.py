"""Transfer, keep alive, hang up."""

from __future__ import annotations

import azure.durable_functions as df

from activities.acting import act, act_once
from graph.requests import HangUp, KeepAlive, Target, Transfer

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def transfer_call(given: dict) -> dict:
    """Transfer the caller to `target`, blind. How it goes arrives as call states."""
    return await act_once(given, Transfer(call_id=given["call_id"], target=Target.from_json(given["target"])))


@bp.activity_trigger(input_name="given")
async def keep_alive(given: dict) -> dict:
    """Tell Graph that the call is still wanted; `gone` when it is over."""
    return await act(given, KeepAlive(call_id=given["call_id"]))


@bp.activity_trigger(input_name="given")
async def hang_up(given: dict) -> dict:
    """End the bot's leg of the call; a call that is gone already is as good."""
    result = await act(given, HangUp(call_id=given["call_id"]))
    if result.get("error", {}).get("kind") == "gone":
        return {"ok": {}}
    return result

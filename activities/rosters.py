"""Tell an orchestration who is in its call."""

from __future__ import annotations

import azure.durable_functions as df

import connections
from inbox.errors import InboxClosed
from storage.errors import StorageUnavailable

bp = df.Blueprint()

RETRY_S = 2.0


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def tell_roster(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Tell `instance_id` how many are in its call: `{"ok": seconds until the next time | null}`."""
    try:
        nudge = await connections.current().delivery(client).tell_roster(given["instance_id"])
    except InboxClosed:  # the call is over
        return {"ok": None}
    except StorageUnavailable:
        return {"ok": RETRY_S}
    return {"ok": None if nudge is None else nudge.wait_s}

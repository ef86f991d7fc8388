"""Audio routing groups: who hears whom in a group call, apart from the main mix.

Participants go by Graph's ids for them, which mean nothing outside the call.
"""

from __future__ import annotations

import azure.durable_functions as df

from activities.acting import act
from activities.requested import attempt
from graph.requests import (
    CreateAudioRoutingGroup,
    DeleteAudioRoutingGroup,
    GetAudioRoutingGroup,
    ListAudioRoutingGroups,
    UpdateAudioRoutingGroup,
)

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def list_audio_routing_groups(given: dict) -> dict:
    """`{"ok": {"groups": [{"group_id", "mode", "sources", "receivers"}, ...]}}`."""
    return await act(given, ListAudioRoutingGroups(call_id=given["call_id"]))


@bp.activity_trigger(input_name="given")
async def get_audio_routing_group(given: dict) -> dict:
    """`{"ok": {"group_id", "mode", "sources", "receivers"}}` of the group `group_id`."""
    return await attempt(given, lambda: GetAudioRoutingGroup(call_id=given["call_id"], group_id=given["group_id"]))


@bp.activity_trigger(input_name="given")
async def create_audio_routing_group(given: dict) -> dict:
    """Let `sources` be heard by `receivers`; `mode` is `oneToOne` or `multicast`. Returns the group."""
    return await attempt(given, lambda: CreateAudioRoutingGroup(**_group(given)), once=True)


@bp.activity_trigger(input_name="given")
async def update_audio_routing_group(given: dict) -> dict:
    """Change who hears whom in the group `group_id`. Returns the group."""
    return await attempt(given, lambda: UpdateAudioRoutingGroup(**_group(given)))


@bp.activity_trigger(input_name="given")
async def delete_audio_routing_group(given: dict) -> dict:
    """Take the group `group_id` away."""
    return await attempt(given, lambda: DeleteAudioRoutingGroup(call_id=given["call_id"], group_id=given["group_id"]))


def _group(given: dict) -> dict:
    return {
        "call_id": given["call_id"],
        "group_id": given["group_id"],
        "mode": given["mode"],
        "sources": tuple(given["sources"]),
        "receivers": tuple(given["receivers"]),
    }

"""What a group call has besides its people: content that is shared, routes of audio, the large gallery.

Sources: https://learn.microsoft.com/graph/api/call-list-contentsharingsessions, contentsharingsession-get,
call-changescreensharingrole, call-list-audioroutinggroups, call-post-audioroutinggroups, audioroutinggroup-get,
audioroutinggroup-update, audioroutinggroup-delete, call-addlargegalleryview
"""

from __future__ import annotations

import uuid
from typing import Any

from simulator import sharing
from simulator.actions.asked import Answer, Asked, Body, operation_answer
from simulator.actions.participants import in_conversation
from simulator.call import Call
from simulator.errors import GraphError, conflict, invalid, not_established, not_service_hosted
from simulator.operations import Operation

_ROLES = ("viewer", "sharer")
#: Modes of audio routing groups, and what can name several participants in them.
#: Source: https://learn.microsoft.com/graph/api/resources/audioroutinggroup
_SEVERAL = {"oneToOne": frozenset[str](), "multicast": frozenset({"receivers"})}
_MOST_MEMBERS = 1000


def list_sharing_sessions(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/contentSharingSessions`."""
    value = [sharing.resource(session_id) for session_id in in_conversation(asked.call).sharing]
    return Answer(status=200, body={"@odata.context": _context(asked.call, "contentSharingSessions"), "value": value})


def get_sharing_session(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/contentSharingSessions/{id}`."""
    session_id = asked.path["session_id"].upper()
    if session_id not in in_conversation(asked.call).sharing:
        raise GraphError(404, "8522", "Content sharing session not found.")
    return Answer(status=200, body=sharing.resource(session_id))


def change_screen_sharing_role(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/changeScreenSharingRole`; only an application that hosts media has a screen."""
    call, role = asked.call, asked.body.word("role", _ROLES)
    conversation = in_conversation(call)
    if call.service_hosted:
        raise not_service_hosted()
    me = conversation.participants.get(call.my_participant_id)
    if me is None:
        raise not_established()
    session_id = sharing.session_of(conversation, me)
    if role == "sharer" and session_id is None:
        sharing.start(conversation, me)
    elif role == "viewer" and session_id is not None:
        sharing.stop(conversation, session_id)
    return Answer(status=202)


def add_large_gallery_view(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/addLargeGalleryView`."""
    call = asked.call
    operation = Operation(call, asked.body.client_context(), status="running")
    operation.kind = "addLargeGalleryViewOperation"
    in_conversation(call)
    call.operations.add(operation)
    completed = call.settings.result("completed")
    call.later(
        f"operation {operation.id}", call.settings.large_gallery_s, lambda: operation.conclude("completed", completed)
    )
    return operation_answer(operation, 202)


def list_routing_groups(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/audioRoutingGroups`."""
    value = list(in_conversation(asked.call).routing.values())
    return Answer(status=200, body={"@odata.context": _context(asked.call, "audioRoutingGroups"), "value": value})


def create_routing_group(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/audioRoutingGroups`."""
    group, groups = _group(asked.body), in_conversation(asked.call).routing
    if group["id"] in groups:
        raise conflict(f"There is an audio routing group {group['id']}.")
    groups[group["id"]] = group
    return Answer(status=201, body=group)


def get_routing_group(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/audioRoutingGroups/{id}`."""
    return Answer(status=200, body=_existing(asked))


def update_routing_group(asked: Asked) -> Answer:
    """`PATCH /communications/calls/{id}/audioRoutingGroups/{id}`."""
    group = _existing(asked)
    changed = _group(asked.body, group)
    in_conversation(asked.call).routing[group["id"]] = {**changed, "id": group["id"]}
    return Answer(status=200, body=_existing(asked))


def delete_routing_group(asked: Asked) -> Answer:
    """`DELETE /communications/calls/{id}/audioRoutingGroups/{id}`."""
    del in_conversation(asked.call).routing[_existing(asked)["id"]]
    return Answer(status=204)


def _existing(asked: Asked) -> dict[str, Any]:
    group = in_conversation(asked.call).routing.get(asked.path["group_id"])
    if group is None:
        raise GraphError(404, "8522", "Audio routing group not found.")
    return group


def _group(body: Body, old: dict[str, Any] | None = None) -> dict[str, Any]:
    """A group as the request wants it; what it does not say stays as it was."""
    given = {name: body.raw(name) for name in ("id", "routingMode", "sources", "receivers")}
    group = {**(old or {}), **{name: value for name, value in given.items() if value is not None}}
    group["routingMode"] = Body(group).word("routingMode", _SEVERAL)
    for name in ("sources", "receivers"):
        members = group.get(name)
        if not isinstance(members, list) or not 1 <= len(members) <= _MOST_MEMBERS:
            raise invalid(f"{name} must be a list of participants' ids.")
        if any(not isinstance(member, str) for member in members):
            raise invalid(f"{name} must hold participants' ids.")
        if len(members) > 1 and name not in _SEVERAL[group["routingMode"]]:
            raise invalid(f"{name} can hold one participant in the routing mode {group['routingMode']}.")
    group.setdefault("id", str(uuid.uuid4()))
    if not isinstance(group["id"], str):
        raise invalid("id must be a text.")
    return {"@odata.type": "#microsoft.graph.audioRoutingGroup", **group}


def _context(call: Call, name: str) -> str:
    return f"{call.exchange.base_url}/v1.0/$metadata#communications/calls('{call.id}')/{name}"

"""The rest of the table: what hangs on a call besides its participants, online meetings, and the undocumented."""

from __future__ import annotations

from simulator.actions import application, group_extras, lifetime, online_meetings
from simulator.permissions import (
    ACCESS_MEDIA,
    CALLING,
    INITIATE,
    INITIATE_GROUP,
    JOIN_GROUP,
    JOIN_GROUP_AS_GUEST,
    READ_MEETINGS,
    WRITE_MEETINGS,
)
from simulator.rows import (
    CALL,
    CALLS,
    CallRow,
    OfTenant,
    OnCall,
    Row,
    TenantRow,
    on_call,
    undocumented,
)

_OPERATION = f"{CALL}/operations/{{operation_id}}"
_SHARING = f"{CALL}/contentSharingSessions/{{session_id}}"
_ROUTING = f"{CALL}/audioRoutingGroups/{{group_id}}"
_IN_GROUP = (JOIN_GROUP_AS_GUEST, JOIN_GROUP, INITIATE_GROUP)
_SHARING_PERMISSIONS = (JOIN_GROUP_AS_GUEST, INITIATE, INITIATE_GROUP, JOIN_GROUP)


def _operation(action: str, path: str, handler: OnCall) -> CallRow:
    return CallRow(
        action=action, method="GET", path=path, handler=handler, permissions=CALLING, at_creation=True, page=None
    )


def _sharing(action: str, path: str, handler: OnCall, page: str) -> CallRow:
    return CallRow(
        action=action,
        method="GET",
        path=path,
        handler=handler,
        permissions=_SHARING_PERMISSIONS,
        page=page,
        global_only=True,
    )


def _routing(action: str, method: str, path: str, handler: OnCall, page: str) -> CallRow:
    return CallRow(
        action=action,
        method=method,
        path=path,
        handler=handler,
        permissions=(JOIN_GROUP, INITIATE_GROUP),
        page=page,
        global_only=True,
    )


def _meetings(root: str, of: str) -> tuple[TenantRow, ...]:
    """The same six requests below a user and below `/communications`; `of` ends their names."""
    one = f"{root}/{{meeting_id}}"
    rows: tuple[tuple[str, str, str, OfTenant, str], ...] = (
        ("listOnlineMeetings", "GET", root, online_meetings.find, "onlinemeeting-get"),
        ("createOnlineMeeting", "POST", root, online_meetings.create, "application-post-onlinemeetings"),
        (
            "createOrGetOnlineMeeting",
            "POST",
            f"{root}/createOrGet",
            online_meetings.create_or_get,
            "onlinemeeting-createorget",
        ),
        ("getOnlineMeeting", "GET", one, online_meetings.get, "onlinemeeting-get"),
        ("updateOnlineMeeting", "PATCH", one, online_meetings.update, "onlinemeeting-update"),
        ("deleteOnlineMeeting", "DELETE", one, online_meetings.delete, "onlinemeeting-delete"),
    )
    return tuple(
        TenantRow(
            action=action + of,
            method=method,
            path=path,
            handler=handler,
            permissions=(READ_MEETINGS, WRITE_MEETINGS) if method == "GET" else (WRITE_MEETINGS,),
            page=page,
            is_action=path.endswith("createOrGet"),
        )
        for action, method, path, handler, page in rows
    )


RESOURCE_ROWS: tuple[Row, ...] = (
    TenantRow(
        action="listCalls",
        method="GET",
        path=CALLS,
        handler=application.list_calls,
        permissions=CALLING,
        page=None,
    ),
    undocumented("updateCall", "PATCH", CALL),
    TenantRow(
        action="logTeleconferenceDeviceQuality",
        method="POST",
        path=f"{CALLS}/logTeleconferenceDeviceQuality",
        handler=application.log_device_quality,
        permissions=(ACCESS_MEDIA,),
        page="call-logteleconferencedevicequality",
        is_action=True,
    ),
    on_call("addLargeGalleryView", group_extras.add_large_gallery_view, *_IN_GROUP, global_only=True),
    undocumented("createParticipant", "POST", f"{CALL}/participants"),
    undocumented("updateParticipant", "PATCH", f"{CALL}/participants/{{participant_id}}"),
    _operation("listOperations", f"{CALL}/operations", lifetime.list_operations),
    _operation("getOperation", _OPERATION, lifetime.get_operation),
    undocumented("createOperation", "POST", f"{CALL}/operations"),
    undocumented("updateOperation", "PATCH", _OPERATION),
    undocumented("deleteOperation", "DELETE", _OPERATION),
    _sharing(
        "listContentSharingSessions",
        f"{CALL}/contentSharingSessions",
        group_extras.list_sharing_sessions,
        "call-list-contentsharingsessions",
    ),
    _sharing("getContentSharingSession", _SHARING, group_extras.get_sharing_session, "contentsharingsession-get"),
    undocumented("createContentSharingSession", "POST", f"{CALL}/contentSharingSessions"),
    undocumented("updateContentSharingSession", "PATCH", _SHARING),
    undocumented("deleteContentSharingSession", "DELETE", _SHARING),
    _routing(
        "listAudioRoutingGroups",
        "GET",
        f"{CALL}/audioRoutingGroups",
        group_extras.list_routing_groups,
        "call-list-audioroutinggroups",
    ),
    _routing(
        "createAudioRoutingGroup",
        "POST",
        f"{CALL}/audioRoutingGroups",
        group_extras.create_routing_group,
        "call-post-audioroutinggroups",
    ),
    _routing("getAudioRoutingGroup", "GET", _ROUTING, group_extras.get_routing_group, "audioroutinggroup-get"),
    _routing(
        "updateAudioRoutingGroup", "PATCH", _ROUTING, group_extras.update_routing_group, "audioroutinggroup-update"
    ),
    _routing(
        "deleteAudioRoutingGroup", "DELETE", _ROUTING, group_extras.delete_routing_group, "audioroutinggroup-delete"
    ),
    *_meetings("/users/{user_id}/onlineMeetings", ""),
    *_meetings("/communications/onlineMeetings", "OfNobody"),
)

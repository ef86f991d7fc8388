"""The table of what exists: every request of Graph's calling API, and what plays it.

To play an action: a handler in `simulator.actions`, named here. Permissions are those of the pages and of Graph's own
permission list, least first. Source: https://learn.microsoft.com/graph/api/resources/communications-api-overview
"""

from __future__ import annotations

from simulator.actions import (
    dtmf,
    group_extras,
    hold_music,
    incoming,
    invite,
    lifetime,
    media,
    outgoing,
    participants,
    recording_status,
    redirect,
    transfer,
)
from simulator.permissions import ACCESS_MEDIA, CALLING, INITIATE, INITIATE_GROUP, JOIN_GROUP, JOIN_GROUP_AS_GUEST
from simulator.resources import RESOURCE_ROWS
from simulator.rows import CALL, CALLS, CallRow, OnCall, Row, TenantRow, on_call

_PARTICIPANT = f"{CALL}/participants/{{participant_id}}"
_ANY = (INITIATE, ACCESS_MEDIA)
_JOINED = (JOIN_GROUP, JOIN_GROUP_AS_GUEST)
_HOLDING = (JOIN_GROUP_AS_GUEST, JOIN_GROUP)


def _call(action: str, method: str, path: str, handler: OnCall, page: str, *, at_creation: bool = True) -> CallRow:
    """A request about the call itself, or about its participants."""
    return CallRow(
        action=action,
        method=method,
        path=path,
        handler=handler,
        permissions=_ANY if at_creation else _JOINED,
        at_creation=at_creation,
        page=page,
    )


def _on_participant(action: str, name: str, handler: OnCall, *, at_creation: bool) -> CallRow:
    """Hold music is checked when the bot joins, with the least that joining takes; the rest each time."""
    return CallRow(
        action=action,
        method="POST",
        path=f"{_PARTICIPANT}/{name}",
        handler=handler,
        permissions=_HOLDING if at_creation else _JOINED,
        at_creation=at_creation,
        page=f"participant-{name.lower()}",
        is_action=True,
    )


ROWS: tuple[Row, ...] = (
    TenantRow(
        action="createCall",
        method="POST",
        path=CALLS,
        handler=outgoing.create_call,
        permissions=CALLING,  # which of them, the body decides
        page="application-post-calls",
    ),
    _call("getCall", "GET", CALL, lifetime.get_call, "call-get"),
    _call("hangUp", "DELETE", CALL, lifetime.hang_up, "call-delete"),
    on_call("answer", incoming.answer),  # none for a call from one person; a group's invitation needs some
    on_call("reject", incoming.reject),
    on_call("redirect", redirect.redirect, INITIATE),
    on_call("transfer", transfer.transfer, INITIATE),
    on_call("playPrompt", media.play_prompt, *_ANY, at_creation=True),
    on_call("recordResponse", media.record_response, ACCESS_MEDIA, page="call-record"),
    on_call("subscribeToTone", media.subscribe_to_tone, ACCESS_MEDIA),
    on_call("cancelMediaProcessing", media.cancel_media_processing, *_ANY, at_creation=True),
    on_call("keepAlive", lifetime.keep_alive, *_ANY, at_creation=True),
    on_call("mute", participants.mute, *_ANY, at_creation=True),
    on_call("unmute", participants.unmute, *_ANY, at_creation=True),
    on_call("sendDtmfTones", dtmf.send_dtmf_tones, ACCESS_MEDIA, global_only=True),
    on_call("changeScreenSharingRole", group_extras.change_screen_sharing_role, ACCESS_MEDIA),
    on_call("updateRecordingStatus", recording_status.update_recording_status, ACCESS_MEDIA, JOIN_GROUP),
    _call("listParticipants", "GET", f"{CALL}/participants", participants.list_participants, "call-list-participants"),
    _call("getParticipant", "GET", _PARTICIPANT, participants.get_participant, "participant-get", at_creation=False),
    _call(
        "removeParticipant",
        "DELETE",
        _PARTICIPANT,
        participants.remove_participant,
        "participant-delete",
        at_creation=False,
    ),
    CallRow(
        action="invite",
        method="POST",
        path=f"{CALL}/participants/invite",
        handler=invite.invite,
        permissions=(INITIATE_GROUP,),
        page="participant-invite",
        is_action=True,
    ),
    _on_participant("muteParticipant", "mute", participants.mute_participant, at_creation=False),
    _on_participant("startHoldMusic", "startHoldMusic", hold_music.start_hold_music, at_creation=True),
    _on_participant("stopHoldMusic", "stopHoldMusic", hold_music.stop_hold_music, at_creation=True),
    *RESOURCE_ROWS,
)

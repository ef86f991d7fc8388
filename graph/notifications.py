"""Notifications of the calling webhook, each as one typed value.

Tolerant of every form that Graph's reference, metadata and wire use. Once the body is an envelope of notifications,
nothing in it raises: what is not understood becomes an `UnknownNotification`.

Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from graph import envelope, wire
from graph.envelope import NotNotifications
from graph.identities import IdentitySet, ParticipantInfo
from graph.ids import normalised
from graph.kinds import (
    CallEnded,
    CallUpdated,
    Common,
    ContentSharingChanged,
    IncomingCall,
    Notification,
    ParticipantJoining,
    ParticipantLeft,
    RosterUpdated,
    TonePressed,
    UnknownNotification,
    Unreadable,
)
from graph.operations import OperationEnded, PlayPromptEnded, RecordEnded, read_operation
from graph.resources import (
    CALL_STATES,
    MODALITIES,
    CallRoute,
    IncomingContext,
    Participant,
    ResultInfo,
    ToneInfo,
    audio_state,
)
from graph.wire import JSON

__all__ = [
    "CallEnded",
    "CallUpdated",
    "ContentSharingChanged",
    "IncomingCall",
    "NotNotifications",
    "Notification",
    "OperationEnded",
    "ParticipantJoining",
    "ParticipantLeft",
    "PlayPromptEnded",
    "RecordEnded",
    "RosterUpdated",
    "TonePressed",
    "UnknownNotification",
    "parse_item",
    "parse_notifications",
]

_RESOURCE = re.compile(r"(?:^|/)calls/([^/?#]+)(?:/([^?#]*))?", re.IGNORECASE)
_CHANGES = wire.enum("created", "updated", "deleted")
_DELTA = "deltaparticipants"


def parse_notifications(body: bytes, content_type: str | None = None) -> tuple[Notification, ...]:
    """Read the body of a webhook request: both levels of batching, flattened, in their order.

    `content_type` is the request's header; its charset counts only where the bytes are not UTF-8.
    Raises `NotNotifications` for any other body, and for one beyond 100 notifications or 32 levels.
    """
    found: list[Notification] = []
    for index, item in enumerate(envelope.items(body, content_type)):
        for raw, position in _changes(item, index):
            found.append(parse_item(raw, position))
            if len(found) > envelope.MAX_ITEMS:
                raise NotNotifications(f"the body holds more than {envelope.MAX_ITEMS} changes")
    return tuple(found)


def parse_item(raw: JSON, position: tuple[int, int] = (0, 0)) -> Notification:
    """Read one item of a batch again, from the `raw` of the notification it became."""
    given = raw.get("resourceData")
    data = cast("JSON", given) if isinstance(given, dict) else {}
    call_id, segments = _place(raw, data)
    common = Common(
        position=position,
        call_id=call_id,
        change=wire.member(raw.get("changeType"), _CHANGES) or "",
        tenant_id=wire.text(data.get("tenantId")),
        raw=raw,
    )
    name = wire.type_name(data.get("@odata.type"))
    try:
        if not call_id:
            raise Unreadable("no call is named, or its names disagree")
        if not common["change"]:
            raise Unreadable("changeType is none of created, updated, deleted")
        return _reader(raw, name, segments)(common, data, segments)
    except Unreadable as why:
        return UnknownNotification(**common, type=name, reason=str(why))


def _changes(item: object, index: int) -> Iterator[tuple[JSON, tuple[int, int]]]:
    if not isinstance(item, dict):
        yield {"resourceData": item}, (index, 0)
        return
    raw = cast("JSON", item)
    data = raw.get("resourceData")
    if not isinstance(data, list) or not data or _is_roster(raw, cast("list[object]", data)):
        yield raw, (index, 0)
        return
    for inner, change in enumerate(cast("list[object]", data)):
        yield {**raw, "resourceData": change}, (index, inner)


def _is_roster(raw: JSON, data: list[object]) -> bool:
    """Whether the array is one list of participants, not a batch of changes (of delta rosters, for instance)."""
    _, segments = _place(raw, {})
    name = wire.type_name(wire.mapping(data[0]).get("@odata.type")) or ""
    return name.lower() == "participant" or (segments[:1] == ("participants",) and name.lower() != _DELTA)


def _place(raw: JSON, data: JSON) -> tuple[str, tuple[str, ...]]:
    """The normalised call id ("" when there is none, or two) and the path below the call.

    `resourceUrl` is always there by the metadata, `resource` repeats it under another prefix, `@odata.id` is in
    some resources only.
    """
    ids: set[str | None] = set()
    segments: tuple[str, ...] | None = None
    for address in (raw.get("resourceUrl"), raw.get("resource"), data.get("@odata.id")):
        found = _RESOURCE.search(address) if isinstance(address, str) else None
        if found is None:
            continue
        ids.add(normalised(found[1]))
        if segments is None:
            head, *rest = (found[2] or "").strip("/").split("/")
            segments = (head.lower(), *rest) if head else ()
    if not segments and wire.type_name(data.get("@odata.type")) == "call" and "id" in data:
        ids.add(normalised(data["id"]))
    call_id = ids.pop() if len(ids) == 1 else None
    return call_id or "", segments or ()


Reader = Callable[[Common, JSON, tuple[str, ...]], Notification]


def _reader(raw: JSON, name: str | None, segments: tuple[str, ...]) -> Reader:
    """How to read a resource: by its own type where that says enough, else by the path it came for."""
    kind = (name or "").lower()
    reader = _BY_TYPE.get(kind)
    if reader is None and segments:
        reader = _BY_PATH.get(segments[0])
    elif reader is None and kind in ("", "call"):
        reader = _read_call
    elif reader is None and kind.endswith("operation"):
        reader = read_operation
    if reader is None:
        raise Unreadable("the type of resource is not known")
    if "resourceData" in raw and not isinstance(raw["resourceData"], dict | list | None):
        raise Unreadable("resourceData is no object")
    return reader


def _read_call(common: Common, data: JSON, segments: tuple[str, ...]) -> Notification:
    state = wire.member(data.get("state"), CALL_STATES)
    if common["change"] == "deleted" or state == "terminated":
        return CallEnded(
            **common,
            result=ResultInfo.parse(data.get("resultInfo")),
            termination_reason=wire.text(data.get("terminationReason")),
            answered_by=IdentitySet.parse(wire.mapping(data.get("answeredBy")).get("identity")),
        )
    if not data:
        raise Unreadable("the call's resourceData is missing")
    if common["change"] == "created" and state in ("incoming", None):
        return _incoming(common, data)
    if data.get("toneInfo") is not None:
        tone_info = ToneInfo.parse(data["toneInfo"])
        if tone_info is None:
            raise Unreadable("the tone is not known, or has no sequence id")
        return TonePressed(**common, state=state, tone_info=tone_info)
    return CallUpdated(
        **common,
        state=state,
        audio=audio_state(data),
        result=ResultInfo.parse(data.get("resultInfo")),
        chat_info=_object(data, "chatInfo"),
        meeting_info=_object(data, "meetingInfo"),
    )


def _incoming(common: Common, data: JSON) -> IncomingCall:
    modalities = (wire.member(value, MODALITIES) for value in wire.sequence(data.get("requestedModalities")))
    metadata = wire.mapping(data.get("applicationMetadata"))
    return IncomingCall(
        **common,
        call_chain_id=normalised(data.get("callChainId")),
        source=ParticipantInfo.parse(data.get("source")),
        targets=tuple(ParticipantInfo.parse(target) for target in wire.sequence(data.get("targets"))),
        requested_modalities=tuple(modality for modality in modalities if modality),
        my_participant_id=wire.text(data.get("myParticipantId")),
        call_routes=tuple(CallRoute.parse(route) for route in wire.sequence(data.get("callRoutes"))),
        incoming_context=IncomingContext.parse(data.get("incomingContext")),
        chat_info=_object(data, "chatInfo"),
        meeting_info=_object(data, "meetingInfo"),
        bot_data=_object(metadata, "botData"),
    )


def _read_roster(common: Common, data: JSON, segments: tuple[str, ...]) -> RosterUpdated:
    given: object = common["raw"].get("resourceData")
    name = (wire.type_name(data.get("@odata.type")) or "").lower()
    delta = name == _DELTA
    if delta:
        given = data.get("participants")
    elif name == "participant":
        given = [data]
    if len(segments) > 1 or not isinstance(given, list):
        raise Unreadable("the roster is no list of participants")
    participants = tuple(Participant.parse(value) for value in cast("list[object]", given))
    return RosterUpdated(
        **common,
        participants=participants,
        delta=delta,
        # A participant's own number says when that one last changed: where somebody left, the highest of them falls.
        sequence_number=wire.integer(data.get("sequenceNumber")) if delta else None,
    )


def _read_content_sharing(common: Common, data: JSON, segments: tuple[str, ...]) -> ContentSharingChanged:
    session_id = normalised(segments[1]) if len(segments) > 1 else normalised(data.get("id"))
    return ContentSharingChanged(**common, session_id=session_id)


def _read_joining(common: Common, data: JSON, segments: tuple[str, ...]) -> ParticipantJoining:
    call = wire.mapping(data.get("call"))
    return ParticipantJoining(
        **common,
        source=ParticipantInfo.parse(call.get("source")),
        incoming_context=IncomingContext.parse(call.get("incomingContext")),
    )


def _read_left(common: Common, data: JSON, segments: tuple[str, ...]) -> ParticipantLeft:
    return ParticipantLeft(
        **common,
        participant_id=normalised(data.get("participantId")),
        result=ResultInfo.parse(wire.mapping(data.get("call")).get("resultInfo")),
    )


def _object(data: Mapping[str, object], name: str) -> JSON | None:
    value = data.get(name)
    return cast("JSON", value) if isinstance(value, dict) and value else None


_BY_TYPE: dict[str, Reader] = {
    "participantjoiningnotification": _read_joining,
    "participantleftnotification": _read_left,
    _DELTA: _read_roster,
    "participant": _read_roster,
    "contentsharingsession": _read_content_sharing,
}
_BY_PATH: dict[str, Reader] = {
    "participants": _read_roster,
    "operations": read_operation,
    "contentsharingsessions": _read_content_sharing,
}

"""Every operation of Graph's calling API: an example of each that succeeds, and bodies that must not.

The list, and what is wrong with a wrong body, come from the OpenAPI document; what must be the case before an operation
can succeed is a scene, played on a simulator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

METHODS = ("get", "post", "patch", "put", "delete")
BOB = "0c1f5b00-5555-4a2b-9c3d-000000000b0b"
CAROL = "0c1f5b00-5555-4a2b-9c3d-00000000ca01"
OWNER = "0c1f5b00-5555-4a2b-9c3d-0000000000a0"
GUID = "0c1f5b00-9999-4a2b-9c3d-00000000000f"
NOBODY = "0c1f5b00-dead-4a2b-9c3d-00000000dead"
SERVICE_HOSTED = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
MEDIA_QUALITY = {"@odata.type": "#microsoft.graph.teleconferenceDeviceAudioQuality", "channelIndex": 1}
DOCUMENT = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
PEOPLE = [{"identity": {"user": {"id": BOB}}}]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    #: As in the document: `/communications/calls/{call-id}/answer`.
    path: str
    #: Schema of the request body, None where it takes none.
    schema: Mapping[str, Any] | None
    #: The metadata declares it and no page describes it.
    undocumented: bool
    #: Statuses of success, and the schemas of their answers, where they have one.
    statuses: tuple[int, ...]
    answers: tuple[str, ...]

    @property
    def on_call(self) -> bool:
        """Whether it is about one call."""
        return "{call-id}" in self.path

    @property
    def is_action(self) -> bool:
        """Whether the path ends with an action's name, not with a resource's."""
        return "_" in self.id

    def filled(self, place: Mapping[str, str]) -> str:
        """The path with the ids of a place."""
        return re.sub(r"{([^}]*)}", lambda name: place[name[1]], self.path)


def operations() -> Iterator[Operation]:
    """All of them."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(method, path, item[method])


def _operation(method: str, path: str, declared: Mapping[str, Any]) -> Operation:
    content = declared.get("requestBody", {}).get("content")
    return Operation(
        id=declared["operationId"],
        method=method.upper(),
        path=path,
        schema=None if content is None else content["application/json"]["schema"],
        undocumented=bool(declared.get("x-undocumented")),
        statuses=tuple(int(status) for status in declared["responses"] if status.isdigit()),
        answers=tuple(
            answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            for status, answer in declared["responses"].items()
            if status.isdigit() and "content" in answer
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Example:
    """A request that succeeds after its scene."""

    #: A method of `graph_stage.Stage`.
    scene: str = "up"
    #: `$name` stands for what the place has under that name.
    body: Any = None
    query: str = ""

    def written(self, place: Mapping[str, str]) -> Any:
        """The body, with what the place has."""
        text = json.dumps(self.body)
        for name, value in place.items():
            text = text.replace(f'"${name}"', json.dumps(value))
        return json.loads(text)


CONTEXT = {"clientContext": "step 1"}
PROMPT = {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": "$prompt", "resourceId": "hello"}}
GROUP = {"routingMode": "oneToOne", "sources": ["$participant-id"], "receivers": ["$me"]}
MEETING = {
    "subject": "Bridge",
    "startDateTime": "2030-01-01T10:00:00Z",
    "endDateTime": "2030-01-01T11:00:00Z",
    "lobbyBypassSettings": {"scope": "everyone"},
}
UNDOCUMENTED = Example(scene="meeting", body={})

EXAMPLES: dict[str, Example] = {
    "listCalls": Example(),
    "createCall": Example(
        scene="nothing",
        body={
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": "$callback",
            "requestedModalities": ["audio"],
            "mediaConfig": SERVICE_HOSTED,
            "targets": PEOPLE,
            "tenantId": "$tenant",
        },
    ),
    "calls_logTeleconferenceDeviceQuality": Example(
        scene="nothing",
        body={
            "quality": {
                "callChainId": GUID,
                "mediaLegId": GUID,
                "participantId": GUID,
                "deviceName": "Room 7",
                "deviceDescription": "A room system",
                "mediaQualityList": [MEDIA_QUALITY],
            }
        },
    ),
    "getCall": Example(),
    "updateCall": UNDOCUMENTED,
    "deleteCall": Example(),
    "call_addLargeGalleryView": Example(scene="meeting", body=CONTEXT),
    "call_answer": Example(
        scene="ringing",
        body={"callbackUri": "$callback", "mediaConfig": SERVICE_HOSTED, "acceptedModalities": ["audio"]},
    ),
    "list_calls.audioRoutingGroups": Example(scene="routed"),
    "create_calls.audioRoutingGroups": Example(scene="meeting", body=GROUP),
    "get_calls.audioRoutingGroups": Example(scene="routed"),
    "update_calls.audioRoutingGroups": Example(scene="routed", body={**GROUP, "routingMode": "multicast"}),
    "delete_calls.audioRoutingGroups": Example(scene="routed"),
    "call_cancelMediaProcessing": Example(body=CONTEXT),
    "call_changeScreenSharingRole": Example(scene="app_hosted", body={"role": "sharer"}),
    "list_calls.contentSharingSessions": Example(scene="sharing"),
    "create_calls.contentSharingSessions": UNDOCUMENTED,
    "get_calls.contentSharingSessions": Example(scene="sharing"),
    "update_calls.contentSharingSessions": Example(scene="sharing", body={}),
    "delete_calls.contentSharingSessions": Example(scene="sharing"),
    "call_keepAlive": Example(),
    "call_mute": Example(scene="meeting", body=CONTEXT),
    "list_calls.operations": Example(scene="played"),
    "create_calls.operations": UNDOCUMENTED,
    "get_calls.operations": Example(scene="played"),
    "update_calls.operations": Example(scene="played", body={}),
    "delete_calls.operations": Example(scene="played"),
    "list_calls.participants": Example(scene="meeting"),
    "create_calls.participants": UNDOCUMENTED,
    "participants_invite": Example(scene="meeting", body={"participants": PEOPLE, **CONTEXT}),
    "get_calls.participants": Example(scene="meeting"),
    "update_calls.participants": UNDOCUMENTED,
    "delete_calls.participants": Example(scene="meeting"),
    "participant_mute": Example(scene="meeting", body=CONTEXT),
    "participant_startHoldMusic": Example(scene="meeting", body={"customPrompt": PROMPT, **CONTEXT}),
    "participant_stopHoldMusic": Example(scene="held", body=CONTEXT),
    "call_playPrompt": Example(body={"prompts": [PROMPT], **CONTEXT}),
    "call_recordResponse": Example(
        body={
            "prompts": [PROMPT],
            "bargeInAllowed": True,
            "initialSilenceTimeoutInSeconds": 5,
            "maxSilenceTimeoutInSeconds": 2,
            "maxRecordDurationInSeconds": 10,
            "playBeep": True,
            "stopTones": ["#"],
            **CONTEXT,
        }
    ),
    "call_redirect": Example(scene="ringing", body={"targets": PEOPLE, "timeout": 60, "callbackUri": "$callback"}),
    "call_reject": Example(scene="ringing", body={"reason": "busy", "callbackUri": "$callback"}),
    "call_sendDtmfTones": Example(body={"tones": ["tone1", "pound"], "delayBetweenTonesMs": 100, **CONTEXT}),
    "call_subscribeToTone": Example(body=CONTEXT),
    "call_transfer": Example(body={"transferTarget": PEOPLE[0]}),
    "call_unmute": Example(scene="meeting", body=CONTEXT),
    "call_updateRecordingStatus": Example(scene="policy", body={"status": "recording", **CONTEXT}),
    "list_communications.onlineMeetings": Example(
        scene="calendar", query="?$filter=VideoTeleconferenceId%20eq%20'{video-id}'"
    ),
    "create_communications.onlineMeetings": Example(scene="nothing", body=MEETING),
    "communications.onlineMeetings_createOrGet": Example(scene="nothing", body={"externalId": "incident 7", **MEETING}),
    "get_communications.onlineMeetings": Example(scene="calendar"),
    "update_communications.onlineMeetings": Example(scene="calendar", body={"subject": "Other"}),
    "delete_communications.onlineMeetings": Example(scene="calendar"),
    "list_users.onlineMeetings": Example(
        scene="calendar", query="?$filter=joinMeetingIdSettings%2FjoinMeetingId%20eq%20'{join-id}'"
    ),
    "create_users.onlineMeetings": Example(scene="nothing", body=MEETING),
    "users.onlineMeetings_createOrGet": Example(scene="nothing", body={"externalId": "incident 7", **MEETING}),
    "get_users.onlineMeetings": Example(scene="calendar"),
    "update_users.onlineMeetings": Example(scene="calendar", body={"subject": "Other"}),
    "delete_users.onlineMeetings": Example(scene="calendar"),
}


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A body that must be refused: the example's, with one field changed against the schema."""

    field: str
    why: str
    #: What to put there; `MISSING` for nothing.
    value: Any

    def __str__(self) -> str:
        return f"{self.field} {self.why}"

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body, made wrong."""
        rest = {name: value for name, value in body.items() if name != self.field}
        return rest if self.value is MISSING else {**rest, self.field: self.value}


MISSING = object()


def wrong_bodies(operation: Operation) -> Iterator[Wrong]:
    """Each field of the body wrong in turn, in every way that its schema rules out."""
    example = EXAMPLES[operation.id].body
    if operation.schema is None or operation.undocumented:
        return
    properties, inline = _properties(operation.schema), "$ref" not in operation.schema
    for name, schema in properties.items():
        if name.startswith("@") or not (inline or name in example):  # open resources have more than anybody reads
            continue
        if name in operation.schema.get("required", ()):
            yield Wrong(field=name, why="is missing", value=MISSING)
        for why, value in _wrong_values(_resolved(schema), example.get(name)):
            yield Wrong(field=name, why=why, value=value)


def _wrong_values(schema: Mapping[str, Any], example: Any) -> Iterator[tuple[str, Any]]:
    kind = schema.get("type")
    if "enum" in schema:
        yield "is no member", "nonsense"
    elif kind == "string":
        yield "is no text", 7
        if "maxLength" in schema:
            yield "is too long", "x" * (schema["maxLength"] + 1)
    elif kind == "integer":
        yield "is no number", "x"
        yield from (("is too small", schema["minimum"] - 1) for _ in range("minimum" in schema))
        yield from (("is too large", schema["maximum"] + 1) for _ in range("maximum" in schema))
    elif kind == "boolean":
        yield "is no boolean", "x"
    elif kind == "array":
        yield "is no list", "x"
        yield "holds nothing of its kind", [7]
        yield from (("is empty", []) for _ in range(schema.get("minItems", 0)))
        if "maxItems" in schema and example:
            yield "is too long", example * (schema["maxItems"] // len(example) + 1)
    else:
        yield "is no object", "x"


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a schema and of what it is made of."""
    schema = _resolved(schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _properties(part)
    return found


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without the reference, or the list of one, that stands for it."""
    while "$ref" in schema or len(schema.get("allOf", ())) == 1:
        if "$ref" in schema:
            schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = schema["allOf"][0]
    return schema

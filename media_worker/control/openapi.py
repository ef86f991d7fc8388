"""The control API as an OpenAPI document."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

_TEXT: JSON = {"type": "string"}
_FLAG: JSON = {"type": "boolean"}


def _whole(least: int, most: int) -> JSON:
    return {"type": "integer", "minimum": least, "maximum": most}


def _object(required: tuple[str, ...] = (), **properties: JSON) -> JSON:
    shape: JSON = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**shape, "required": list(required)} if required else shape


_DIRECTION: JSON = {"enum": ["receive", "send", "both"]}
_VIDEO = _object(direction=_DIRECTION, formats={"type": "array", "items": _TEXT, "maxItems": 40})
_SOCKET: JSON = {"type": "string", "description": "`screen`, or the number of a video socket from 0 on"}
_PERSON = _object(("msi", "participantId"), msi=_whole(0, 2**32 - 2), participantId=_TEXT)

#: What each request holds, by method and path.
BODIES: dict[tuple[str, str], JSON] = {
    ("post", "/v1/sessions"): _object(
        ("sessionId", "callRef", "callbackUrl"),
        sessionId=_TEXT,
        callRef=_TEXT,
        callbackUrl=_TEXT,
        audio=_object(direction=_DIRECTION, format={"enum": ["pcm16k"]}, unmixed=_FLAG),
        video={"type": "array", "items": _VIDEO, "maxItems": 10},
        screen=_VIDEO,
        features=_object(inBandTones=_FLAG, voiceActivity=_FLAG, dominantSpeaker=_FLAG),
        limits=_object(maxMinutes=_whole(1, 1440)),
    ),
    ("post", "/v1/sessions/{session}:bind"): _object(("graphCallId", "tenantId"), graphCallId=_TEXT, tenantId=_TEXT),
    ("put", "/v1/sessions/{session}/roster"): _object(
        participants={"type": "array", "items": _PERSON, "maxItems": 1000}
    ),
    ("post", "/v1/sessions/{session}/playback"): _object(
        inline={"type": "string", "contentEncoding": "base64"}, url=_TEXT, loop=_FLAG, bargeIn=_FLAG
    ),
    ("post", "/v1/sessions/{session}/dtmf"): _object(("tones",), tones=_TEXT, gapMs=_whole(-1, 5000)),
    ("post", "/v1/sessions/{session}/recording:start"): _object(
        ("statusConfirmedAt",),
        statusConfirmedAt={"type": "number", "description": "Unix seconds at which updateRecordingStatus succeeded"},
        layout={"enum": ["mixed", "perSpeaker"]},
        container={"enum": ["wav"]},
        format={"enum": ["pcm16k"]},
        segmentMinutes=_whole(1, 1440),
    ),
    ("post", "/v1/sessions/{session}/streams"): _object(
        ("url",), url=_TEXT, authorization=_TEXT, codec={"enum": ["pcm16k"]}, direction=_DIRECTION
    ),
    ("post", "/v1/sessions/{session}/video/subscriptions"): _object(
        ("socket",), socket=_SOCKET, resolution=_TEXT, msi=_whole(0, 2**32 - 2)
    ),
    ("post", "/v1/sessions/{session}/snapshots"): _object(("socket",), socket=_SOCKET),
    ("post", "/v1/sessions/{session}/pictures"): _object(
        ("socket", "image"), socket=_SOCKET, image={"type": "string", "contentEncoding": "base64"}
    ),
    ("post", "/v1/recordings:recover"): _object(("sessionId",), sessionId=_TEXT),
}
#: What each route does and how it answers when all is well.
ROUTES: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = {
    ("post", "/v1/sessions"): ("Hold a session ready", (201, 200)),
    ("get", "/v1/sessions/{session}"): ("State and counters", (200,)),
    ("delete", "/v1/sessions/{session}"): ("Let it go, its recording written", (204,)),
    ("post", "/v1/sessions/{session}:bind"): ("Say which call it became", (200,)),
    ("put", "/v1/sessions/{session}/roster"): ("Say who is who", (204,)),
    ("post", "/v1/sessions/{session}/playback"): ("Play a WAV", (202,)),
    ("delete", "/v1/sessions/{session}/playback"): ("Fall silent", (204,)),
    ("post", "/v1/sessions/{session}/dtmf"): ("Press keys", (202,)),
    ("post", "/v1/sessions/{session}/recording:start"): ("Record", (202,)),
    ("post", "/v1/sessions/{session}/recording:stop"): ("Record no longer, all written", (200,)),
    ("post", "/v1/sessions/{session}/streams"): ("Connect a voice back end", (202,)),
    ("delete", "/v1/sessions/{session}/streams"): ("Disconnect it", (204,)),
    ("post", "/v1/sessions/{session}/video/subscriptions"): ("Receive somebody's video", (202,)),
    ("delete", "/v1/sessions/{session}/video/subscriptions/{socket}"): ("Receive it no longer", (204,)),
    ("post", "/v1/sessions/{session}/snapshots"): ("Keep the newest picture as a JPEG", (201,)),
    ("post", "/v1/sessions/{session}/pictures"): ("Show a still image", (202,)),
    ("delete", "/v1/sessions/{session}/pictures/{socket}"): ("Show it no longer", (204,)),
    ("get", "/v1/sessions/{session}/qoe"): ("Quality of experience, every 30 s at most", (200,)),
    ("post", "/v1/recordings:recover"): ("Commit what a lost worker had staged", (200,)),
    ("post", "/v1/drain"): ("Take no more sessions", (202,)),
    ("get", "/health"): ("For the scale set's health extension", (200,)),
    ("get", "/metrics"): ("Counters in Prometheus' form", (200,)),
    ("get", "/openapi.json"): ("This document", (200,)),
}


def document() -> JSON:
    """OpenAPI 3.1."""
    paths: dict[str, JSON] = {}
    for (method, path), (summary, statuses) in ROUTES.items():
        secured = path.startswith("/v1/")
        operation: JSON = {
            "summary": summary,
            "responses": {str(status): {"description": summary} for status in statuses},
        }
        names = [part for part in ("session", "socket") if f"{{{part}}}" in path]
        if names:
            operation["parameters"] = [{"name": n, "in": "path", "required": True, "schema": _TEXT} for n in names]
        body = BODIES.get((method, path))
        if body is not None:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        if secured:
            operation["security"] = [{"entra": []}]
            for status, why in _REFUSALS.items():
                operation["responses"][status] = {"description": why}
        paths.setdefault(path, {})[method] = operation
    bearer = {"type": "http", "scheme": "bearer", "description": "Entra token with the role Media.Control"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Media worker", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"entra": bearer}},
    }


_REFUSALS = {
    "400": "A field is wrong; `error.field` names it",
    "401": "No valid token",
    "403": "Another tenant or application, or not the role",
    "404": "There is no such session",
    "409": "Not now; `error.code` says why",
    "429": "At capacity, or the platform takes none",
    "503": "Draining, or storage is away",
}

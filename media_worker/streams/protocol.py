"""The JSON messages of Azure Communication Services' audio streaming, so that back ends written for it work unchanged.

Source: https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/audio-streaming-quickstart
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from media_worker.audio import FRAME_BYTES, RATE


class NotAMessage(ValueError):
    """A back end sent something that the protocol does not have."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a back end sends: sound to be said, or the wish that what it sent be forgotten."""

    kind: Literal["audio", "stop", "other"]
    pcm: bytes = b""


def metadata(subscription_id: str) -> str:
    """The first message of a stream."""
    about = {"encoding": "PCM", "sampleRate": RATE, "channels": 1, "length": FRAME_BYTES}
    return json.dumps({"kind": "AudioMetadata", "audioMetadata": {"subscriptionId": subscription_id, **about}})


def audio(pcm: bytes, *, at: float, participant: str | None) -> str:
    """A frame that was heard; `at` is Unix seconds, `participant` None where all are mixed."""
    data: dict[str, Any] = {"timestamp": _iso(at), "data": base64.b64encode(pcm).decode(), "silent": not any(pcm)}
    if participant is not None:
        data["participantRawID"] = participant
    return json.dumps({"kind": "AudioData", "audioData": data})


def tone(digit: str, *, at: float) -> str:
    """A key that was pressed."""
    return json.dumps({"kind": "DtmfData", "dtmfData": {"timestamp": _iso(at), "data": digit}})


def read(text: str) -> Said:
    """What a back end sent; its fields may be in either case. Raises `NotAMessage`."""
    try:
        message: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise NotAMessage("no JSON") from None
    if not isinstance(message, dict):
        raise NotAMessage("no object")
    fields = {str(name).lower(): value for name, value in message.items()}
    kind = str(fields.get("kind")).lower()
    if kind == "stopaudio":
        return Said(kind="stop")
    if kind != "audiodata":
        return Said(kind="other")
    data = fields.get("audiodata")
    inner = {str(name).lower(): value for name, value in data.items()} if isinstance(data, dict) else {}
    try:
        pcm = base64.b64decode(str(inner.get("data")), validate=True)
    except binascii.Error:
        raise NotAMessage("the sound is no base64") from None
    if not pcm or len(pcm) % 2:
        raise NotAMessage("the sound is no 16 bit samples")
    return Said(kind="audio", pcm=pcm)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""What the control API is asked for, read from JSON. Everything raises `FieldWrong`, which names the field."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from media_worker import wav
from media_worker.audio import Pcm, frames
from media_worker.control.fields import Fields, FieldWrong
from media_worker.engine.interface import SCREEN, Direction, MediaAsk, VideoAsk
from media_worker.formats import RESOLUTIONS, NoSuchFormat, VideoFormat, check_main, check_screen, named
from media_worker.recording import Layout
from media_worker.session import Binding, Features

ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"
TONES = r"[0-9*#A-D]+"
MOST_MINUTES = 24 * 60
LARGEST_INLINE = 8 * 1024 * 1024
#: A confirmation of the future is none; clocks may differ by so much.
CLOCKS_DIFFER_S = 60.0


@dataclass(frozen=True, kw_only=True)
class CreateSession:
    """`POST /v1/sessions`."""

    ask: MediaAsk
    call_ref: str
    callback_url: str
    features: Features
    longest_s: float

    @classmethod
    def of(cls, body: object, allowed_callback: Callable[[str], bool]) -> CreateSession:
        """Read it; `allowed_callback` says to where events may go."""
        fields = Fields(body)
        session_id = fields.text("sessionId", pattern=ID, longest=128)
        call_ref = fields.text("callRef", pattern=ID, longest=128)
        callback_url = fields.text("callbackUrl", longest=512)
        if not allowed_callback(callback_url):
            raise fields.wrong("callbackUrl", "is not an address of the function app")
        audio = fields.object("audio")
        direction = cast("Direction", audio.choice("direction", ("receive", "send", "both"), "both"))
        audio.choice("format", ("pcm16k",), "pcm16k")
        unmixed = audio.flag("unmixed", False)
        audio.done()
        video = tuple(_video(each, check_main) for each in fields.objects("video", 10))
        screen = fields.maybe_object("screen")
        features = _features(fields.object("features"))
        limits = fields.object("limits")
        minutes = limits.whole("maxMinutes", 1, MOST_MINUTES, MOST_MINUTES)
        limits.done()
        ask = MediaAsk(
            session_id=session_id,
            direction=direction,
            unmixed=unmixed,
            video=video,
            screen=None if screen is None else _video(screen, check_screen),
        )
        fields.done()
        return cls(ask=ask, call_ref=call_ref, callback_url=callback_url, features=features, longest_s=minutes * 60.0)


def _features(fields: Fields) -> Features:
    features = Features(
        in_band_tones=fields.flag("inBandTones", False),
        voice_activity=fields.flag("voiceActivity", False),
        dominant_speaker=fields.flag("dominantSpeaker", False),
    )
    fields.done()
    return features


def _video(fields: Fields, check: Callable[[tuple[VideoFormat, ...]], None]) -> VideoAsk:
    direction = cast("Direction", fields.choice("direction", ("receive", "send", "both"), "receive"))
    try:
        formats = named(fields.texts("formats", 40))
        if direction != "receive":
            check(formats)
    except NoSuchFormat as wrong:
        raise fields.wrong("formats", str(wrong)) from None
    fields.done()
    return VideoAsk(direction=direction, formats=formats)


def binding(body: object) -> Binding:
    """`POST ...:bind`."""
    fields = Fields(body)
    found = Binding(
        graph_call_id=fields.text("graphCallId", pattern=ID, longest=128),
        tenant_id=fields.text("tenantId", pattern=ID, longest=64),
    )
    fields.done()
    return found


def roster(body: object) -> dict[int, dict[str, Any]]:
    """`PUT .../roster`: who is heard and seen under which media source id."""
    fields = Fields(body)
    people: dict[int, dict[str, Any]] = {}
    for each in fields.objects("participants", 1000):
        source = each.whole("msi", 0, 2**32 - 2)
        people[source] = {"participantId": each.text("participantId", pattern=ID, longest=128)}
        each.done()
    fields.done()
    return people


@dataclass(frozen=True, kw_only=True)
class Play:
    """`POST .../playback`: samples, or where they are."""

    pcm: Pcm | None
    url: str | None
    loop: bool
    barge_in: bool

    @classmethod
    def of(cls, body: object, allowed_url: Callable[[str], bool]) -> Play:
        """Read it."""
        fields = Fields(body)
        loop, barge_in = fields.flag("loop", False), fields.flag("bargeIn", False)
        if fields.has("inline") == fields.has("url"):
            raise fields.wrong("url", "is required, or inline, and not both")
        url = fields.text("url", longest=1024) if fields.has("url") else None
        if url is not None and not allowed_url(url):
            raise fields.wrong("url", "is not an address of the function app's prompts")
        pcm = None if url is not None else decoded(_binary(fields, "inline"), "inline")
        fields.done()
        return cls(pcm=pcm, url=url, loop=loop, barge_in=barge_in)


def decoded(sound: bytes, field: str) -> Pcm:
    """The frames of a WAV."""
    try:
        found = frames(wav.samples(sound))
    except wav.NotWav as wrong:
        raise FieldWrong(field, str(wrong)) from None
    if not len(found):
        raise FieldWrong(field, "is empty")
    return found


def _binary(fields: Fields, name: str) -> bytes:
    text = fields.text(name, longest=LARGEST_INLINE)
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise fields.wrong(name, "must be base64") from None


def dtmf(body: object) -> tuple[tuple[str, ...], int]:
    """`POST .../dtmf`: keys, and the pause between them (-1: the platform chooses)."""
    fields = Fields(body)
    tones = fields.text("tones", pattern=TONES, longest=16)
    gap_ms = fields.whole("gapMs", -1, 5000, -1)
    fields.done()
    return tuple(tones), gap_ms


@dataclass(frozen=True, kw_only=True)
class Record:
    """`POST .../recording:start`."""

    layout: Layout
    segment_minutes: int | None

    @classmethod
    def of(cls, body: object, *, created_at: float, now: float) -> Record:
        """Read it. Without a confirmed `updateRecordingStatus` nothing is recorded.

        Source: https://learn.microsoft.com/graph/api/call-updaterecordingstatus
        """
        fields = Fields(body)
        confirmed_at = fields.number("statusConfirmedAt", 0, 2**40)
        if not created_at - CLOCKS_DIFFER_S <= confirmed_at <= now + CLOCKS_DIFFER_S:
            raise fields.wrong("statusConfirmedAt", "must be when updateRecordingStatus succeeded on this call")
        layout = cast("Layout", fields.choice("layout", ("mixed", "perSpeaker"), "mixed"))
        fields.choice("container", ("wav",), "wav")
        fields.choice("format", ("pcm16k",), "pcm16k")
        minutes = fields.whole("segmentMinutes", 1, MOST_MINUTES) if fields.has("segmentMinutes") else None
        fields.done()
        return cls(layout=layout, segment_minutes=minutes)


def socket_of(word: str, ask: MediaAsk) -> int:
    """The number of a socket, out of its word in a path or body: `screen`, or `0` and on."""
    if word == "screen" and ask.screen is not None:
        return SCREEN
    if word.isdigit() and int(word) < len(ask.video):
        return int(word)
    raise FieldWrong("socket", f"must be screen, or a number below {len(ask.video)}, of a socket that the session has")


@dataclass(frozen=True, kw_only=True)
class Subscribe:
    """`POST .../video/subscriptions`."""

    socket: int
    resolution: str
    source: int | None

    @classmethod
    def of(cls, body: object, ask: MediaAsk) -> Subscribe:
        """Read it."""
        fields = Fields(body)
        socket = socket_of(fields.text("socket", longest=8), ask)
        resolution = fields.choice("resolution", tuple(RESOLUTIONS), "HD720p")
        source = fields.whole("msi", 0, 2**32 - 2) if fields.has("msi") else None
        fields.done()
        return cls(socket=socket, resolution=resolution, source=source)


def snapshot(body: object, ask: MediaAsk) -> int:
    """`POST .../snapshots`: the socket of which a picture is taken."""
    fields = Fields(body)
    socket = socket_of(fields.text("socket", longest=8), ask)
    fields.done()
    return socket


def picture(body: object, ask: MediaAsk) -> tuple[int, bytes]:
    """`POST .../pictures`: a socket, and a still image (PNG or JPEG) to show on it."""
    fields = Fields(body)
    socket = socket_of(fields.text("socket", longest=8), ask)
    image = _binary(fields, "image")
    fields.done()
    return socket, image


@dataclass(frozen=True, kw_only=True)
class OpenStream:
    """`POST .../streams`: the WebSocket of a voice back end."""

    url: str
    authorization: str | None
    direction: str

    @classmethod
    def of(cls, body: object, allowed_url: Callable[[str], bool]) -> OpenStream:
        """Read it."""
        fields = Fields(body)
        url = fields.text("url", longest=1024)
        if not allowed_url(url):
            raise fields.wrong("url", "must be wss, to a host that this worker may stream to")
        authorization = fields.text("authorization", longest=4096) if fields.has("authorization") else None
        fields.choice("codec", ("pcm16k",), "pcm16k")
        direction = fields.choice("direction", ("receive", "send", "both"), "both")
        fields.done()
        return cls(url=url, authorization=authorization, direction=direction)


def recovery(body: object) -> str:
    """`POST /v1/recordings:recover`: the session whose worker is gone."""
    fields = Fields(body)
    session_id = fields.text("sessionId", pattern=ID, longest=128)
    fields.done()
    return session_id

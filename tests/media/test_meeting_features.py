"""What a bot hears, sees, says and shows in a meeting; and what is left when its worker dies."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator

import numpy as np
import pytest
from aiohttp import WSMsgType, web
from PIL import Image

from media_worker.pipeline.snapshots import nv12
from media_worker.recording import recover
from media_worker.streams.stream import WAITING
from media_worker.wav import header, samples
from simulator.media_platform import SCREEN, HostedMedia

SHARING = {"direction": "both", "formats": ["NV12_1280x720_1_875Fps"]}
BOUND = {"graphCallId": "g", "tenantId": "t"}


async def joined(bench, **more) -> HostedMedia:
    cloud = await HostedMedia.connect(await bench.create("s-1", **more))
    await bench.ask("POST", "/v1/sessions/s-1:bind", BOUND)
    await bench.until(lambda: bench.worker.sessions["s-1"].may_send)
    return cloud


def picture() -> np.ndarray:
    across = np.linspace(0, 255, 1280, dtype=np.uint8)
    return np.dstack([np.tile(across, (720, 1)), np.full((720, 1280), 90, np.uint8), np.tile(across[::-1], (720, 1))])


async def test_a_key_heard_by_the_platform_and_in_the_sound_is_one_and_stops_what_is_played(bench) -> None:
    cloud = await joined(bench, features={"inBandTones": True})
    sound = base64.b64encode(header(640 * 100) + bytes(640 * 100)).decode()
    await bench.ask("POST", "/v1/sessions/s-1/playback", {"inline": sound, "bargeIn": True})
    bench.worker.tick()
    t = np.arange(3200) / 16000
    tone = (6000 * (np.sin(2 * np.pi * 770 * t) + np.sin(2 * np.pi * 1336 * t))).astype("<i2").reshape(-1, 320)
    for number, frame in enumerate(tone):
        cloud.speak(number, {0: frame.tobytes()})
    cloud.press("5")
    await bench.until(lambda: bench.worker.sessions["s-1"].frames_in == 10)
    await bench.worker.outbox.emptied()
    assert [event["tone"] for event in bench.functions.of("media.tone")] == ["5"]
    assert bench.functions.of("playback.finished")[0]["how"] == "barge_in"
    await cloud.close()


async def test_the_screen_that_is_shared_is_the_snapshot_that_is_kept(bench) -> None:
    cloud = await joined(bench, screen=SHARING)
    shown = picture()
    cloud.show(SCREEN, 11, 1280, 720, nv12(shown).data)
    await bench.until(lambda: bool(bench.worker.sessions["s-1"].pictures))
    assert bench.worker.sessions["s-1"].pictures[SCREEN].frame.data == nv12(shown).data
    status, told = await bench.ask("POST", "/v1/sessions/s-1/snapshots", {"socket": "screen"})
    assert (status, told["width"], told["msi"]) == (201, 1280, 11)
    kept = np.asarray(Image.open(io.BytesIO(bench.staging.blobs[told["blob"]])).convert("RGB"))
    assert np.abs(kept.astype(int) - shown).mean() < 4
    await cloud.close()


async def test_an_image_that_the_bot_shares_is_seen_at_its_rate(bench, clock) -> None:
    cloud = await joined(bench, screen=SHARING)
    png = io.BytesIO()
    Image.fromarray(picture()).save(png, "PNG")
    body = {"socket": "screen", "image": base64.b64encode(png.getvalue()).decode()}
    assert (await bench.ask("POST", "/v1/sessions/s-1/pictures", body))[0] == 202
    for _ in range(50):
        bench.worker.tick()
        await clock.advance(0.04)
    await cloud.until(lambda media: len(media.seen) == 4)  # 1.875 a second
    assert cloud.seen[0].data == nv12(picture()).data
    await cloud.close()


class Echo:
    """A voice back end for Azure Communication Services that says what it hears."""

    def __init__(self) -> None:
        self.hellos: list[dict] = []
        self.heard = 0
        self.hang_up = False
        self.clear = False
        self.read = asyncio.Event()
        self.read.set()
        self.url = ""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            told = json.loads(message.data)
            if told["kind"] == "AudioMetadata":
                self.hellos.append(told["audioMetadata"])
                continue
            self.heard += 1
            await socket.send_json({"Kind": "AudioData", "AudioData": {"Data": told["audioData"]["data"]}})
            if self.clear:
                await socket.send_json({"Kind": "StopAudio", "AudioData": None, "StopAudio": {}})
            if self.hang_up:
                self.hang_up = False
                break
        return socket


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    made, app = Echo(), web.Application()
    app.router.add_get("/audio", made.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/audio"
    yield made
    await runner.cleanup()


async def test_an_echo_returns_every_frame_in_order(bench, echo: Echo) -> None:
    cloud = await joined(bench)
    assert (await bench.ask("POST", "/v1/sessions/s-1/streams", {"url": echo.url}))[0] == 202
    assert (await bench.ask("POST", "/v1/sessions/s-1/streams", {"url": echo.url}))[0] == 409
    session = bench.worker.sessions["s-1"]
    await session.stream.connected.wait()
    said = [np.full(320, number, "<i2").tobytes() for number in range(200)]
    for number, frame in enumerate(said):
        cloud.speak(number, {0: frame})
        await bench.until(lambda: len(cloud.heard) > number)  # noqa: B023
    assert cloud.heard == said
    about = {key: value for key, value in echo.hellos[0].items() if key != "subscriptionId"}
    assert about == {"encoding": "PCM", "sampleRate": 16000, "channels": 1, "length": 640}
    assert (await bench.ask("DELETE", "/v1/sessions/s-1"))[0] == 204
    await cloud.close()


async def test_a_back_end_that_hangs_up_is_called_again_and_one_that_clears_is_silent(bench, echo: Echo) -> None:
    cloud = await joined(bench)
    await bench.ask("POST", "/v1/sessions/s-1/streams", {"url": echo.url})
    session = bench.worker.sessions["s-1"]
    await session.stream.connected.wait()
    echo.hang_up = True
    cloud.speak(0, {0: bytes(640)})
    await bench.until(lambda: len(echo.hellos) == 2 and session.stream.connected.is_set())
    session.player.clear()
    session.may_send, echo.clear, echo.heard = False, True, 0
    cloud.speak(1, {0: bytes(640)})
    await bench.until(lambda: echo.heard == 1 and not session.player.busy)
    for _ in range(2 * WAITING):  # a back end that does not keep up loses the oldest
        session.stream.send("{}")
    assert session.stream.dropped == WAITING
    await cloud.close()


async def test_what_a_dead_worker_had_staged_another_makes_whole_to_the_last_ten_seconds(bench) -> None:
    cloud = await joined(bench)
    await bench.ask("POST", "/v1/sessions/s-1/recording:start", {"statusConfirmedAt": bench.now()})
    said = np.random.default_rng(2).integers(-9000, 9000, (1300, 320), dtype=np.int16)
    for number, frame in enumerate(said):
        cloud.speak(number, {0: frame.tobytes()})
        if number % 100 == 99:
            await bench.until(lambda: bench.worker.sessions["s-1"].frames_in == number + 1)  # noqa: B023
    name = "recordings/s-1/1/mixed.0.wav"
    await bench.until(lambda: len(bench.staging.waiting.get(name, {})) == 2)
    recording, bench.worker.sessions["s-1"].recording = bench.worker.sessions["s-1"].recording, None
    recording.abandon()
    [segment] = await recover(bench.staging, "s-1")
    assert (segment.seconds, segment.track) == (20.0, "mixed")
    assert samples(bench.staging.blobs[name]) == said[:1000].tobytes()
    assert await recover(bench.staging, "s-1") == []
    await cloud.close()


async def test_speakers_apart_are_mixed_where_a_mix_is_recorded(bench) -> None:
    cloud = await joined(bench, audio={"unmixed": True})
    await bench.ask("POST", "/v1/sessions/s-1/recording:start", {"statusConfirmedAt": bench.now(), "layout": "mixed"})
    loud, quiet = np.full(320, 30_000, "<i2"), np.full(320, 5_000, "<i2")
    for number in range(10):
        cloud.speak(number, {11: loud.tobytes(), 12: quiet.tobytes()})
    await bench.until(lambda: bench.worker.sessions["s-1"].frames_in == 20)
    await bench.ask("POST", "/v1/sessions/s-1/recording:stop", {})
    assert set(np.frombuffer(samples(bench.staging.blobs["recordings/s-1/1/mixed.0.wav"]), "<i2")) == {32767}
    await cloud.close()


async def test_speech_is_told_when_it_begins_and_ends_and_noise_is_not(bench) -> None:
    cloud = await joined(bench, features={"voiceActivity": True})
    t = np.arange(16000) / 16000
    vowel = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 25)) * 3000
    silent = np.zeros(16000)
    for number, frame in enumerate(np.concatenate([silent, vowel, silent]).astype("<i2").reshape(-1, 320)):
        cloud.speak(number, {0: frame.tobytes()})
        await bench.until(lambda: bench.worker.sessions["s-1"].frames_in == number + 1)  # noqa: B023
    await bench.worker.outbox.emptied()
    assert (len(bench.functions.of("vad.start")), len(bench.functions.of("vad.stop"))) == (1, 1)
    await cloud.close()

"""The media worker: what a tick costs against copying the frames, the keys that it hears, the way through an echo."""

from __future__ import annotations

import asyncio
import json
import statistics
import time

import aiohttp
import numpy as np
from aiohttp import web

from benchmarks.measuring import Figure, Result, progress
from media_worker.audio import Records, records
from media_worker.engine.interface import MediaAsk, Platform
from media_worker.engine.standin import StandIn
from media_worker.events import Event, Outbox
from media_worker.listening import Listening
from media_worker.pipeline.tones import COLUMNS, KEYS, ROWS
from media_worker.recording import Recording
from media_worker.session import Features, Session
from media_worker.staging import MemoryStaging
from media_worker.worker import Worker

STREAMS, TICKS, ROUNDS = 100, 250, 15
ECHOES = 300


async def run() -> Result:
    """Measure."""
    progress(" ticks")
    ratio = [await _tick_over_copy(number) for number in range(ROUNDS)]
    progress(" echo")
    echo = await _echo()
    mid, low, high = _quartiles(ratio)
    figures = [
        Figure(name="tick of 100 streams / copying their frames", value=mid, unit="x", low=low, high=high, target=8.0),
        Figure(name="echo, median", value=statistics.median(echo), unit="ms", low=min(echo), high=max(echo)),
        Figure(name="echo, p95", value=statistics.quantiles(echo, n=20)[18], unit="ms", low=min(echo), high=max(echo)),
    ]
    counts = {"keys pressed, heard": (_pressed(), await _heard())}
    notes = (
        "A tick is: keys, voices and recording, of each of 100 speakers. CPU time, in turns with the copying.",
        "The echo is without the ticks of 20 ms: from a frame's arrival to its being ready to be said.",
        "200 streams through the C# shim: tests/unit/media_worker/test_coreclr.py holds them under 3 ms each a second.",
    )
    return Result(title="media worker", figures=figures, counts=counts, notes=notes)


def _quartiles(samples: list[float]) -> tuple[float, float, float]:
    low, mid, high = statistics.quantiles(samples, n=4)
    return mid, low, high


def _sound(seed: int) -> np.ndarray:
    """Speech-like noise: half the time loud."""
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.integers(0, 2, (TICKS // 25, STREAMS)), 25, axis=0)[..., None]
    return (rng.normal(0, 1, (TICKS, STREAMS, 320)) * (50 + 3000 * loud)).astype(np.int16)


def _sessions(staging: MemoryStaging, told: list[str]) -> dict[int, Session]:
    engine, found = StandIn(), {}
    engine.start(Platform(application_id="bench"))
    for number in range(STREAMS):
        ask = MediaAsk(session_id=f"s{number}")
        session = Session(
            ask=ask,
            opened=engine.open(ask),
            call_ref="c",
            callback_url="",
            features=Features(in_band_tones=True, voice_activity=True),
            created_at=0.0,
            ends_at=1e12,
            tell=lambda kind, data: told.append(str(data.get("tone"))) if kind == "media.tone" else None,
        )
        session.recording = Recording(
            session_id=ask.session_id,
            number=1,
            layout="mixed",
            segment_minutes=None,
            staging=staging,
            finished=lambda segment: None,
        )
        found[session.opened.stream] = session
    return found


def _ticks(sound: np.ndarray, streams: list[int]) -> list[Records]:
    ticks = []
    for number, frames in enumerate(sound):
        tick = records(STREAMS)
        tick["timestamp"], tick["stream"], tick["pcm"] = number * 200_000, streams, frames
        ticks.append(tick)
    return ticks


async def _tick_over_copy(seed: int) -> float:
    sessions = _sessions(MemoryStaging(), [])
    ticks = _ticks(_sound(seed), list(sessions))
    virtual = iter(np.arange(0, 1e6, 0.02))
    listening = Listening(sessions, lambda: float(next(virtual)))
    listening.take(ticks[0])
    began = time.process_time()
    for tick in ticks[1:]:
        listening.take(tick)
    worked = time.process_time() - began
    kept = [bytearray(640) for _ in range(STREAMS)]
    views = [[memoryview(tick[at]["pcm"].tobytes()) for at in range(STREAMS)] for tick in ticks[1:]]
    began = time.process_time()
    for frames in views:
        for at in range(STREAMS):
            kept[at][:] = frames[at]
    copied = time.process_time() - began
    for session in sessions.values():
        assert session.recording is not None
        session.recording.abandon()
    await asyncio.sleep(0)
    return worked / copied


def _pressed() -> int:
    return STREAMS * len(KEYS)


async def _heard() -> int:
    """Every key, pressed on every stream through noise, each stream a little later; how many are heard rightly."""
    told: list[str] = []
    sessions = _sessions(MemoryStaging(), told)
    rng, t = np.random.default_rng(5), np.arange(1600) / 16_000
    lines = []
    for stream in range(STREAMS):
        keys = []
        for at in range(len(KEYS)):
            low, high = ROWS[at // 4], COLUMNS[at % 4]
            tone = 3000 * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t + stream))
            keys += [np.zeros(6400), tone]
        line = np.concatenate([np.zeros(stream * 3), *keys, np.zeros(3200)])
        lines.append((line + rng.normal(0, 300, len(line)))[: len(KEYS) * 8000 + 3200])
    length = min(map(len, lines)) // 320 * 320
    sound = np.stack([line[:length] for line in lines]).reshape(STREAMS, -1, 320).transpose(1, 0, 2).astype(np.int16)
    virtual = iter(np.arange(0, 1e6, 0.4))  # so that no press counts as the one before
    listening = Listening(sessions, lambda: float(next(virtual)))
    for tick in _ticks(sound, list(sessions)):
        listening.take(tick)
    for session in sessions.values():
        assert session.recording is not None
        session.recording.abandon()
    await asyncio.sleep(0)
    assert sorted(told) == sorted(KEYS * STREAMS), "a key was missed, or one heard that was not pressed"
    return len(told)


async def _nowhere(url: str, events: list[Event]) -> None:
    return None


async def _echo() -> list[float]:
    """Milliseconds from a frame's arrival to the same frame being ready to be said, one at a time."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            told = json.loads(message.data)
            if told["kind"] == "AudioData":
                await socket.send_json({"Kind": "AudioData", "AudioData": {"Data": told["audioData"]["data"]}})
        return socket

    app = web.Application()
    app.add_routes([web.get("/", serve)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    engine = StandIn()
    engine.start(Platform(application_id="bench"))
    taken = []
    async with aiohttp.ClientSession() as http:
        worker = Worker(engine=engine, staging=MemoryStaging(), outbox=Outbox(_nowhere), now=time.time, http=http)
        ask = MediaAsk(session_id="echo")
        session, _ = worker.create(ask, call_ref="c", callback_url="", features=Features(), longest_s=3600)
        worker.open_stream(session, f"ws://127.0.0.1:{runner.addresses[0][1]}/", None, "both")
        assert session.stream is not None
        await session.stream.connected.wait()
        for number in range(ECHOES):
            engine.session(session.opened.stream).heard(number * 200_000, [(0, bytes(640))])
            began = time.perf_counter()
            worker.tick()
            while not session.player.busy:  # noqa: ASYNC110 - an event would be one more turn of the loop
                await asyncio.sleep(0)
            taken.append((time.perf_counter() - began) * 1000)
            session.player.clear()
        await worker.close(session)
    await runner.cleanup()
    return taken

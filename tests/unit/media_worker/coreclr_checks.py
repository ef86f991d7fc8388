"""Drives the engine over CoreCLR and prints what it found as JSON; `test_coreclr.py` says what that should be."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from pathlib import Path

import dotnetcore2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3]))

from media_worker.audio import records
from media_worker.engine.coreclr import CoreClr, load
from media_worker.engine.interface import SCREEN, MediaAsk, Platform, PlatformRefused, VideoAsk, VideoFrame
from media_worker.engine.signatures import signatures
from media_worker.formats import screen_formats

folder = Path(sys.argv[1])
config = folder / "runtimeconfig.json"
framework = {"name": "Microsoft.NETCore.App", "version": "3.1.0"}
options = {"configProperties": {"System.Globalization.Invariant": True}, "framework": framework}
config.write_text(json.dumps({"runtimeOptions": options}))
dotnet = Path(dotnetcore2.__file__).parent / "bin"
media = load(folder, runtime_config=config, dotnet_root=dotnet)
from StandIn import Cloud  # noqa: E402
from System import Array, Byte, IntPtr, UInt32  # noqa: E402

found: dict[str, object] = {}
found["signatures"] = signatures(media)
engine = CoreClr(media)
engine.start(Platform(application_id="app", certificate_thumbprint="AB" * 20))
screen = VideoAsk(direction="both", formats=screen_formats(1280, 720))
opened = engine.open(MediaAsk(session_id="s", unmixed=True, screen=screen))
session = json.loads(opened.blob)["mpMediaSessionId"]


def hear(name: str, number: int, speakers: list[int], pcm: np.ndarray) -> None:
    data = pcm.astype("<i2").tobytes()
    kept = ctypes.create_string_buffer(data, len(data))
    Cloud.Hear(name, number, Array[UInt32](speakers), IntPtr(ctypes.addressof(kept)))


buffer = records(10_000)
hear(session, 5, [11, 12], np.repeat([7, 8], 320))
count = engine.drain(buffer)
found["speakers"] = [[int(each["speaker"]), int(each["pcm"][0])] for each in buffer[:count]]
found["whole"] = bool((buffer[:count]["pcm"] == buffer[:count]["pcm"][:, :1]).all())
found["live_buffers"] = int(Cloud.LiveBuffers)
for tone in ("Tone5", "Pound", "A"):
    Cloud.Tone(session, tone)
for speaker in (11, 0xFFFFFFFF):
    Cloud.Dominant(session, speaker)
Cloud.Fail(session)
events = engine.events()
found["tones"] = [each.data["tone"] for each in events if each.kind == "tone"]
found["dominant"] = [each.data["speaker"] for each in events if each.kind == "dominant_speaker"]
found["failures"] = sum(each.kind == "failure" for each in events)
said = records(3)
said["stream"] = opened.stream
said["pcm"] = np.array([1, 2, 3], np.int16)[:, None]
engine.send(said[:1])
found["discarded"] = engine.drops(opened.stream).sent
Cloud.SendStatus(session, True)
engine.send(said)
found["sent"] = [int.from_bytes(bytes(Cloud.Sent(session))[:2], "little") for _ in range(3)]
engine.send_tones(opened.stream, ("1", "*", "B"), 100)
found["keys"] = list(Cloud.Said(session))
pixels = np.random.default_rng(1).integers(0, 255, 1280 * 720 * 3 // 2, dtype=np.uint8).tobytes()
Cloud.See(session, -1, media.VideoFormat.NV12_1280x720_30Fps, 77, Array[Byte](pixels))
[picture] = engine.video()
found["picture"] = (picture.socket, picture.source, picture.frame.data) == (SCREEN, 77, pixels)
engine.send_video(opened.stream, SCREEN, VideoFrame(width=1280, height=720, data=pixels))
found["shown"] = bytes(Cloud.ShownOn(session, -1)) == pixels
engine.subscribe(opened.stream, SCREEN, "HD1080p", 77)
engine.unsubscribe(opened.stream, SCREEN)
found["asked"] = list(Cloud.Asked(session, -1))
Cloud.Health("Overloaded")
found["overloaded"] = engine.health()
try:
    engine.open(MediaAsk(session_id="t"))
    found["overloaded"] = "opened all the same"
except PlatformRefused:
    Cloud.Health("Normal")
for number in range(150):
    hear(session, number, [11, 12], np.repeat([number, number], 320))
found["kept"] = engine.drain(buffer)
found["dropped"] = engine.drops(opened.stream).audio
engine.close(opened.stream)

many = [engine.open(MediaAsk(session_id=f"m{number}", direction="receive")) for number in range(200)]
names = Array[str]([json.loads(each.blob)["mpMediaSessionId"] for each in many])
Cloud.Pump(names, 5)
engine.drain(buffer)
start, total = time.process_time(), 0
for _ in range(150):
    Cloud.Pump(names, 1)
    total += engine.drain(buffer)
found["ms_per_stream_second"] = (time.process_time() - start) * 1000 / (150 / 50) / 200
assert total == 150 * 200
engine.stop()
print(json.dumps(found), flush=True)
os._exit(0)

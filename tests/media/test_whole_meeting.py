"""A meeting whose media a worker hosts, from the blob to the recordings."""

from __future__ import annotations

import numpy as np

from media_worker.wav import samples
from simulator.media_platform import HostedMedia

SPEAKERS = (11, 12, 13, 14)


def speech(seed: int, frames: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-20_000, 20_000, (frames, 320), dtype=np.int16)


async def test_four_speakers_are_recorded_apart_bit_by_bit(bench) -> None:
    blob = await bench.create("meeting-1", audio={"unmixed": True})
    cloud = await HostedMedia.connect(blob)
    assert (await bench.ask("POST", "/v1/sessions/meeting-1:bind", {"graphCallId": "g1", "tenantId": "t1"}))[0] == 200
    recording = {"statusConfirmedAt": bench.now(), "layout": "perSpeaker"}
    assert (await bench.ask("POST", "/v1/sessions/meeting-1/recording:start", recording))[0] == 202
    said = {speaker: speech(speaker, 1234) for speaker in SPEAKERS}
    for frame in range(1234):
        cloud.speak(1000 + frame, {speaker: pcm[frame].tobytes() for speaker, pcm in said.items()})
        if frame % 20 == 19:  # as much as the queues hold
            await bench.until(lambda heard=frame: bench.worker.sessions["meeting-1"].frames_in == 4 * (heard + 1))
    await bench.until(lambda: bench.worker.sessions["meeting-1"].frames_in == 4 * 1234)
    status, stopped = await bench.ask("POST", "/v1/sessions/meeting-1/recording:stop", {})
    assert status == 200
    assert not stopped["recording"]
    for speaker in SPEAKERS:
        wav = bench.staging.blobs[f"recordings/meeting-1/1/{speaker}.0.wav"]
        assert samples(wav) == said[speaker].tobytes()
    assert (await bench.ask("GET", "/v1/sessions/meeting-1"))[1]["drops"]["audio"] == 0
    assert (await bench.ask("DELETE", "/v1/sessions/meeting-1"))[0] == 204
    await bench.worker.outbox.emptied()
    assert [event.seq for event in bench.functions.events] == list(range(1, len(bench.functions.events) + 1))
    assert len(bench.functions.of("recording.segment")) == 4
    await cloud.close()

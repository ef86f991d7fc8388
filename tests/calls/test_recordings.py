"""Recordings: how they end, what is kept of them and where, and that a lost one says so."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from callers import Played, clock_of, finish, hears, is_recorded, laptop_with_flows, look, play, ring, speech, waits

from activities.recordings import _blob_name
from cli.laptop import Laptop
from storage import StorageUnavailable

TO_VOICEMAIL = hears("main-menu", press="3")
SHORT = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: note}
  note:
    kind: record
    consent: voicemail-consent
    maxDuration: 3s
    initialSilence: 2s
    maxSilence: 2s
    stopKeys: "#*"
    next: thanks
    on: {silence: silent, failed: sorry}
  thanks: {kind: hangup, prompts: voicemail-thanks}
  silent: {kind: hangup, prompts: voicemail-silent}
  sorry: {kind: hangup, prompts: apology, outcome: failed}
"""


async def stored(laptop: Laptop, call: Played) -> bytes:
    """The recording's blob, which must be what the record says it is."""
    recording, blobs = call.recording, laptop.connections.recordings
    assert recording["status"] == "saved"
    written = await blobs.find(recording["blob"])
    assert written is not None
    audio = await blobs.read(recording["blob"])
    assert (len(audio), hashlib.sha256(audio).hexdigest()) == (recording["bytes"], recording["sha256"])
    assert written.metadata == {
        "instance": call.instance_id,
        "operation": recording["operation_id"],
        "sha256": recording["sha256"],
    }
    return audio


def seconds(audio: bytes) -> float:
    with wave.open(io.BytesIO(audio)) as file:
        return file.getnframes() / file.getframerate()


@pytest.mark.parametrize(
    ("say", "press", "reason", "length"),
    [
        (speech(9.0), None, "max_duration", 3.0),
        (speech(0.5), None, "max_silence", 2.5),
        (speech(9.0), "*", "stop_tone", 1.25),
    ],
)
async def test_a_recording_ends_by_its_length_by_silence_or_by_a_key(
    tmp_path: Path, say: bytes, press: str | None, reason: str, length: float
) -> None:
    async with laptop_with_flows(tmp_path, test=SHORT) as laptop:
        stops = [waits(1.25, press=press)] if press else []
        call = await play(laptop, is_recorded(say=say), *stops)
        assert seconds(await stored(laptop, call)) == pytest.approx(length, abs=0.05)
    ended = [each for each in call.call.transcript.of("recording") if each["state"] == "ended"]
    assert [each["reason"] for each in ended] == [reason]
    assert call.heard == ["voicemail-consent", "voicemail-thanks"]
    assert call.record["outcome"] == "completed"
    # The key that stopped the recording is not one that the next prompt hears.
    assert call.call.transcript.of("prompt")[-1]["cut_short_by"] is None


async def test_a_caller_who_says_nothing_leaves_no_recording(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=SHORT) as laptop:
        call = await play(laptop)
        assert await laptop.connections.recordings.names("") == []
    assert call.heard == ["voicemail-consent", "voicemail-silent"]
    assert call.record["recordings"] == []


async def test_the_recording_of_two_minutes_is_stored_whole(laptop: Laptop) -> None:
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(125.0)))
    assert seconds(await stored(laptop, call)) == pytest.approx(120.0, abs=0.05)
    assert call.heard[-2:] == ["voicemail-thanks", "goodbye"]


async def test_nothing_is_recorded_before_the_consent_was_heard_whole(laptop: Laptop) -> None:
    call = await play(laptop, TO_VOICEMAIL, hears("voicemail-consent", press="#"), is_recorded(say=speech(1.0)))
    (consent,) = [
        each for each in call.call.transcript.of("prompt") if call.prompts[each["sha256"]].endswith("consent")
    ]
    assert consent["heard_ms"] == consent["duration_ms"]
    (listening,) = call.at("recording", state="listening")
    assert listening > consent["ended_at"]


async def test_a_caller_who_hangs_up_keeps_what_was_recorded_while_graph_still_serves_it(laptop: Laptop) -> None:
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(9.0)), waits(3, hang_up=True))
    assert seconds(await stored(laptop, call)) == pytest.approx(3.0, abs=0.05)
    assert call.record["outcome"] == "hung_up"
    assert ("voicemail", "hangup") in call.outcomes


@pytest.mark.parametrize(
    ("on_hang_up", "reason", "waited_s"),
    [("fail", "operation failed, code 400, subcode 8508", 0.0), ("silent", "Graph never said that it ended", 30.0)],
)
async def test_a_recording_that_graph_does_not_keep_is_recorded_as_lost(
    laptop: Laptop, on_hang_up: str, reason: str, waited_s: float
) -> None:
    laptop.simulator.change_settings(record_on_hang_up=on_hang_up)
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(9.0)), waits(3, hang_up=True))
    assert (call.recording["status"], call.recording["reason"]) == ("lost", reason)
    assert ("voicemail", "hangup") in call.outcomes
    (left,), (closed,) = call.at("far_end", does="hangs_up"), call.events_at("state", state="closing")
    assert closed - left == pytest.approx(waited_s, abs=0.01)


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "gone"), (410, "gone"), (302, "refused"), (500, "unavailable"), (401, "unavailable")]
)
async def test_a_recording_that_cannot_be_fetched_is_recorded_as_lost_with_the_reason(
    laptop: Laptop, status: int, reason: str
) -> None:
    laptop.simulator.fault({"operation": "recording"}, {"status": status}, times=99)
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(1.0)))
    assert (call.recording["status"], call.recording["reason"]) == ("lost", reason)
    assert call.record["outcome"] == "completed"


async def test_a_recording_is_fetched_again_until_it_comes(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "recording"}, {"status": 503}, times=2)
    laptop.simulator.fault({"operation": "recording"}, "reset", times=1)
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(1.0)), waits(3, hang_up=True))
    await stored(laptop, call)


async def test_a_recording_that_comes_a_minute_after_the_call_is_no_lost_one(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "recording"}, {"status": 503}, times=6)
    laptop.simulator.change_settings(recording_kept_s=90)
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(1.0)), waits(3, hang_up=True))
    await stored(laptop, call)
    (left,), (closed,) = call.at("far_end", does="hangs_up"), call.events_at("state", state="closing")
    assert closed - left > 50


async def test_a_recording_announced_twice_is_stored_once(laptop: Laptop) -> None:
    laptop.simulator.change_settings(duplicate_notifications=True)
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(1.0)))
    await stored(laptop, call)
    assert len(await laptop.connections.recordings.names("")) == 1
    assert laptop.memory is not None
    assert laptop.memory.containers["recordings"].counts["write_once"] == 1


async def test_storage_that_fails_while_a_recording_is_written_is_tried_again(laptop: Laptop) -> None:
    assert laptop.memory is not None
    failures = iter([OSError("a bug, not an outage"), OSError("again")])

    def fail(operation: str, name: str, _: str) -> None:
        if operation == "write_once" and (failure := next(failures, None)):
            raise failure

    laptop.memory.containers["recordings"].before = fail
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(1.0)))
    await stored(laptop, call)


async def test_the_news_of_a_recording_reaches_its_call_when_storage_is_back(laptop: Laptop) -> None:
    assert laptop.memory is not None
    recordings, refused = laptop.memory.containers["recordings"], iter(range(3))

    def refuse(operation: str, partition: str, row: str) -> None:
        if operation == "transact" and recordings.counts["write_once"] and next(refused, None) is not None:
            raise StorageUnavailable("away")

    laptop.memory.tables["Inbox"].before = refuse
    laptop.simulator.change_settings(webhook_attempts=5)
    call = await play(laptop, TO_VOICEMAIL, is_recorded(say=speech(1.0)))
    await stored(laptop, call)


async def test_the_recordings_of_two_calls_are_two(laptop: Laptop) -> None:
    scripts = [(TO_VOICEMAIL, is_recorded(say=speech(length))) for length in (1.0, 2.0)]
    first, second = await finish(laptop, *[ring(laptop, *script) for script in scripts])
    assert seconds(await stored(laptop, first)) != seconds(await stored(laptop, second))


@pytest.mark.parametrize("recorded", [True, False])
async def test_a_recording_that_is_stored_after_the_end_of_its_call_is_named_in_its_record_or_not_kept(
    laptop: Laptop, recorded: bool
) -> None:
    call = await play(laptop, hears("main-menu", hang_up=True))
    here, engine, at = laptop.connections, laptop.host.engine, call.record["started"]
    if not recorded:
        with clock_of(laptop):
            await here.records.erase(call.instance_id)

    async def audio() -> AsyncIterator[bytes]:
        yield b"RIFF"

    name = _blob_name("late", at)
    facts = {"instance": call.instance_id, "operation": "late"}
    with clock_of(laptop):
        await here.recordings.write_once(name, audio(), metadata=facts, content_type="audio/wav", limit=10)
    announced = {"instance_id": call.instance_id, "n": 4, "operation_id": "late", "announced_at": at}
    engine.start_new("recording_orchestrator", "recording-late", announced)
    await clock_of(laptop).run_until(lambda: engine.has_ended("recording-late"))
    if recorded:
        late = await look(laptop, call.call.id)
        assert (late.recording["n"], late.recording["operation_id"]) == (1, "late")
        await stored(laptop, late)
    else:
        assert await here.recordings.find(name) is None

"""Faults that a caller would notice are found in audio that has them."""

from __future__ import annotations

import array
import math

import pytest

from prompts import wav
from prompts.faults import WORD, faults


def sound(ms: int = 1000, *, level: float = 0.55, lead_ms: int = 60, tail_ms: int = 120, hole_ms: int = 0) -> bytes:
    """A tone that swells and fades like speech, so many milliseconds long, with silence around and in it."""
    length = ms * 16
    half = [round(32767 * level * abs(math.sin(at / 900)) ** 6 * math.sin(at / 12)) for at in range(length // 2)]
    quiet = [[0] * (16 * each) for each in (lead_ms, hole_ms, tail_ms)]
    samples = array.array("h", [*quiet[0], *half, *quiet[1], *half, *quiet[2]])
    return wav.with_header(samples.tobytes())


def clipped() -> bytes:
    samples = array.array("h", sound()[wav.HEADER_BYTES :])
    cut = array.array("h", [max(-32768, min(32767, 3 * each)) for each in samples])
    return wav.with_header(cut.tobytes())


def with_no_lead() -> bytes:
    samples = array.array("h", sound()[wav.HEADER_BYTES :])
    first = next(at for at, each in enumerate(samples) if abs(each) > 1000)
    return wav.with_header(samples[first:].tobytes())


def test_good_audio_has_none() -> None:
    assert faults(sound()) == []


@pytest.mark.parametrize(
    ("audio", "fault"),
    [
        (b"RIFF", "shorter than a WAV header: 4 bytes"),
        (sound(100), "it lasts 280 ms, where 500 to 60000 are wanted"),
        (wav.with_header(bytes(64_000)), "it is silent"),
        (sound(level=0.1), "its loudest sample is"),
        (sound(level=0.03), "its loudness is 0.0"),
        (clipped(), "it is clipped"),
        (with_no_lead(), "it begins with 0 ms of silence"),
        (sound(lead_ms=900), "it begins with 9"),
        (sound(tail_ms=5), "it ends with "),
        (sound(hole_ms=1500), "it pauses with 15"),
    ],
)
def test_a_fault_is_found(audio: bytes, fault: str) -> None:
    assert any(each.startswith(fault) for each in faults(audio)), faults(audio)


def test_a_word_may_be_short_and_not_long() -> None:
    assert not any("lasts" in each for each in faults(sound(200), WORD))
    assert any("lasts" in each for each in faults(sound(5000), WORD))

from __future__ import annotations

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import wav


def written_by_the_standard_library(rate: int = 16_000, channels: int = 1, width: int = 2, frames: int = 160) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(channels * width * frames))
    return target.getvalue()


def length(file: bytes) -> int:
    return wav.duration_ms(file[: wav.HEADER_BYTES], len(file))


def test_a_header_is_the_one_that_the_standard_library_writes() -> None:
    assert wav.with_header(bytes(320)) == written_by_the_standard_library(frames=160)


@given(st.integers(min_value=1, max_value=40_000))
def test_a_length_is_that_of_its_samples(frames: int) -> None:
    assert length(wav.with_header(bytes(2 * frames))) == round(frames / 16)


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (written_by_the_standard_library(rate=8_000), "samples per second is 8000 and must be 16000"),
        (written_by_the_standard_library(channels=2), "channels is 2 and must be 1"),
        (written_by_the_standard_library(width=1), "bytes per second"),
        (written_by_the_standard_library(frames=0), "0 bytes are not a whole number of samples"),
        (wav.with_header(b"odd"), "3 bytes are not a whole number of samples"),
        (written_by_the_standard_library()[:-10], "announces 320 bytes of audio, the file has 310"),
        (written_by_the_standard_library() + b"LIST", "announces 320 bytes of audio, the file has 324"),
        (written_by_the_standard_library()[:43], "shorter than a WAV header: 43 bytes"),
        (b"RIFX" + written_by_the_standard_library()[4:], "not a WAV file with a plain 44-byte header"),
        (b"", "shorter than a WAV header: 0 bytes"),
    ],
)
def test_a_file_that_graph_does_not_play_is_refused_with_the_reason(file: bytes, what: str) -> None:
    with pytest.raises(wav.NotPlayable, match=what):
        length(file)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_length_or_not_playable(file: bytes) -> None:
    try:
        assert length(file) >= 0
    except wav.NotPlayable as refusal:
        assert str(refusal)

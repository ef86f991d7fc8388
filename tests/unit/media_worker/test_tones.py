"""Keys in the sound, on a labelled set: every key in every form that counts, and sounds that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from media_worker.audio import frames
from media_worker.pipeline.tones import COLUMNS, KEYS, ROWS, Tones
from media_worker.wav import samples

RATE = 16_000
PROMPTS = Path(__file__).parents[3] / "prompts"


def key(digit: str, ms: float, *, off: float = 0.0, twist_db: float = 0.0, level: float = 6000.0) -> np.ndarray:
    row, column = divmod(KEYS.index(digit), 4)
    t = np.arange(round(RATE * ms / 1000)) / RATE
    low = np.sin(2 * np.pi * ROWS[row] * (1 + off) * t)
    high = np.sin(2 * np.pi * COLUMNS[column] * (1 + off) * t + 1.0) * 10 ** (twist_db / 20)
    return level * (low + high)


def spelled(text: str, *, on_ms: float, off_ms: float, lead_ms: float, **form: float) -> np.ndarray:
    pause = np.zeros(round(RATE * off_ms / 1000))
    parts = [np.zeros(round(RATE * lead_ms / 1000))]
    for digit in text:
        parts += [key(digit, on_ms, **form), pause]
    return np.concatenate([*parts, np.zeros(2000)])


def noisy(sound: np.ndarray, snr_db: float, seed: int) -> np.ndarray:
    power = np.mean(sound[sound != 0] ** 2) / 10 ** (snr_db / 10)
    return sound + np.random.default_rng(seed).normal(0, np.sqrt(power), len(sound))


def heard(*sounds: np.ndarray) -> list[str]:
    """What is heard of each, all on lanes of one detector."""
    tones = Tones(len(sounds))
    blocks = [frames(np.clip(sound, -32768, 32767).astype("<i2").tobytes()) for sound in sounds]
    found = [""] * len(sounds)
    for at in range(max(map(len, blocks))):
        lanes = np.array([lane for lane, block in enumerate(blocks) if at < len(block)])
        pcm = np.array([blocks[lane][at] for lane in lanes], np.float32)
        for lane, digit in tones.take(lanes, pcm):
            found[lane] += digit
    return found


@pytest.mark.parametrize("off", [-0.015, 0.0, 0.015])
@pytest.mark.parametrize("twist_db", [-8.0, 0.0, 4.0])
def test_every_key_is_heard_once_wherever_it_begins(off: float, twist_db: float) -> None:
    sounds = [
        spelled(KEYS, on_ms=40, off_ms=50, lead_ms=lead, off=off, twist_db=twist_db, level=3000)
        for lead in np.arange(0, 20, 2.5)
    ]
    assert heard(*sounds) == [KEYS] * len(sounds)


@pytest.mark.parametrize("snr_db", [15, 20, 30])
def test_keys_are_heard_through_noise(snr_db: int) -> None:
    sounds = [
        noisy(spelled("15*#", on_ms=60, off_ms=60, lead_ms=seed * 1.7, level=3000), snr_db, seed) for seed in range(20)
    ]
    assert heard(*sounds) == ["15*#"] * 20


def test_the_same_key_twice_is_two_keys_and_a_drop_out_of_ten_milliseconds_is_not() -> None:
    broken = key("5", 120)
    broken[800:960] = 0
    whole = np.concatenate([np.zeros(500), broken, np.zeros(3000)])
    assert heard(spelled("55", on_ms=60, off_ms=50, lead_ms=3), whole) == ["55", "5"]


def test_what_is_no_key_is_none() -> None:
    rng, t = np.random.default_rng(1), np.arange(RATE * 4) / RATE
    single = [6000 * np.sin(2 * np.pi * f * t) for f in (*ROWS, *COLUMNS, 350.0, 440.0, 1000.0)]
    dial_tone = 4000 * (np.sin(2 * np.pi * 350 * t) + np.sin(2 * np.pi * 440 * t))
    chirp = 8000 * np.sin(2 * np.pi * (300 * t + 200 * t**2))
    short = np.concatenate([np.zeros(320), key("5", 15), np.zeros(3000)])
    noises = [rng.normal(0, level, len(t)) for level in (50, 500, 5000)]
    assert set(heard(*single, dial_tone, chirp, short, *noises)) == {""}


def test_nothing_is_heard_in_the_speech_of_every_prompt() -> None:
    wavs = sorted(PROMPTS.rglob("*.wav"))
    assert wavs
    spoken = [np.frombuffer(samples(path.read_bytes()), "<i2").astype(float) for path in wavs]
    assert sum(map(len, spoken)) > RATE * 60
    assert dict(zip(wavs, heard(*spoken), strict=True)) == dict.fromkeys(wavs, "")

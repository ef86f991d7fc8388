"""The checked-in audio, file by file: what Graph plays, and what a caller can bear."""

from __future__ import annotations

import array
import itertools
import sys
from pathlib import Path

import pytest

import prompts
from prompts import Catalogue, wav
from prompts.faults import WORD, faults
from prompts.words import read

FOLDER = Path(prompts.__file__).parent
EVERY_FILE = sorted(FOLDER.glob("audio/*/*.wav"))
WORDS = [path for path in EVERY_FILE if path.stem.startswith("say-")]  # of values, which stand between others
FILES = [path for path in EVERY_FILE if path not in WORDS]
SILENCE = 200  # of 32767: -44 dBFS


@pytest.fixture(params=FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def samples(path: Path) -> array.array[int]:
    read = array.array("h", path.read_bytes()[wav.HEADER_BYTES :])
    if sys.byteorder == "big":
        read.byteswap()
    return read


def test_a_prompt_is_what_graph_plays_and_lasts_half_a_second_to_fifteen(path: Path) -> None:
    audio = path.read_bytes()
    assert 500 <= wav.duration_ms(audio[: wav.HEADER_BYTES], len(audio)) <= 15_000


def test_a_prompt_is_loud_and_does_not_clip(samples: array.array[int]) -> None:
    peak = max(abs(sample) for sample in samples)
    assert 22_000 <= peak <= 24_500  # -3.5 to -2.5 dBFS


def test_a_prompt_is_speech_and_not_one_click(samples: array.array[int]) -> None:
    rms = (sum(sample * sample for sample in samples) / len(samples)) ** 0.5
    assert 0.05 <= rms / 32768 <= 0.25  # -26 to -12 dBFS


def test_a_prompt_starts_and_ends_within_a_breath(samples: array.array[int]) -> None:
    loud = [index for index, sample in enumerate(samples) if abs(sample) > SILENCE]
    lead_ms, tail_ms = loud[0] / 16, (len(samples) - 1 - loud[-1]) / 16
    assert 40 <= lead_ms <= 120
    assert 80 <= tail_ms <= 200


def test_a_prompt_makes_no_pause_that_sounds_like_its_end(samples: array.array[int]) -> None:
    loud = [index for index, sample in enumerate(samples) if abs(sample) > SILENCE]
    assert max(after - before for before, after in itertools.pairwise(loud)) / 16 < 700


@pytest.mark.parametrize("locale", sorted({path.parent.name for path in WORDS}))
def test_the_words_of_values_have_no_faults(locale: str) -> None:
    found = {path.stem: faults(path.read_bytes(), WORD) for path in WORDS if path.parent.name == locale}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("texts", sorted(FOLDER.glob("texts/*.yaml")), ids=lambda path: path.stem)
def test_every_text_has_audio_and_all_audio_has_a_text(texts: Path) -> None:
    words = {id: each.transcript for id, each in read(FOLDER, texts.stem).items()}
    assert set(words) == set(Catalogue.load(FOLDER, "salt").ids(texts.stem))
    assert all(text[-1] in ".?" for text in words.values())


def test_every_locale_has_texts_and_audio() -> None:
    assert {path.stem for path in FOLDER.glob("texts/*.yaml")} == {path.name for path in FOLDER.glob("audio/*")}

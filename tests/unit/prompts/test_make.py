"""The audio comes from the texts: nobody changed one without the other."""

from __future__ import annotations

import array
from pathlib import Path

import pytest

import prompts
from prompts import wav

pytest.importorskip("espeakng_loader", reason="the speech engine (dependency group `prompts`) is not installed")
from prompts import make
from prompts.speech import Espeak
from prompts.words import Words, read

FOLDER = Path(prompts.__file__).parent
TEXTS = [
    (path.stem, id, words)
    for path in sorted(FOLDER.glob("texts/*.yaml"))
    for id, words in read(FOLDER, path.stem).items()
]
# Of the words of values a few speak for the others: each takes a process.
TEXTS = [each for at, each in enumerate(TEXTS) if not each[1].startswith("say-") or at % 12 == 0]


@pytest.mark.parametrize(("locale", "id", "words"), TEXTS, ids=[f"{locale}/{id}" for locale, id, _ in TEXTS])
def test_a_text_makes_the_audio_that_is_checked_in(locale: str, id: str, words: Words) -> None:
    rendered = make.made(words, locale, Espeak())
    checked_in = (FOLDER / "audio" / locale / f"{id}.wav").read_bytes()
    if rendered == checked_in:
        return
    # Another processor or build may round a sample differently; nobody hears that, and it is not another text.
    assert len(rendered) == len(checked_in), "run: python -m prompts.make"
    new, old = (array.array("h", audio[wav.HEADER_BYTES :]) for audio in (rendered, checked_in))
    assert max(abs(a - b) for a, b in zip(new, old, strict=True)) <= 2, "run: python -m prompts.make"


def test_the_same_text_makes_the_same_bytes_twice() -> None:
    assert make.render("One moment, please.") == make.render("One moment, please.")


def test_a_prompt_without_a_text_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert make.main(["greting"]) == 1
    assert "no text for greting in de-DE.yaml, en-US.yaml" in capsys.readouterr().err

"""Texts, SSML and recordings: what prompts are made of, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts import wav
from prompts.words import Words, WordsError, read


def words(folder: Path, text: str) -> dict[str, Words]:
    (folder / "texts").mkdir()
    (folder / "texts" / "en-US.yaml").write_text(text, encoding="utf-8")
    return read(folder, "en-US")


def test_each_kind_is_read_with_what_is_heard(tmp_path: Path) -> None:
    found = words(
        tmp_path,
        "a: Hello.\nb: {ssml: 'Hello <break time=\"1s\"/>again.'}\nc: {ssml: '<p>x</p>', text: Other.}\n"
        "d: {file: jingle.wav, text: (music).}\n",
    )
    assert [each.transcript for each in found.values()] == ["Hello.", "Hello again.", "Other.", "(music)."]
    assert [(each.text, bool(each.ssml), each.file) for each in found.values()] == [
        *(("Hello.", False, None), (None, True, None), (None, True, None), (None, False, "jingle.wav")),
    ]


@pytest.mark.parametrize(
    "entry",
    ["{ssml: x, file: y.wav}", "{text: x}", "{file: ../y.wav, text: x}", "{file: y.wav}", "{ssml: x, more: y}", "[x]"],
)
def test_what_is_neither_is_refused_by_name(tmp_path: Path, entry: str) -> None:
    with pytest.raises(WordsError, match=r"^greeting: "):
        words(tmp_path, f"greeting: {entry}\n")


def test_marks_and_recordings_are_made_and_what_has_faults_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("espeakng_loader", reason="the speech engine (dependency group `prompts`) is not installed")
    from prompts import make

    recorded = tmp_path / "recorded" / "en-US"
    recorded.mkdir(parents=True)
    (recorded / "good.wav").write_bytes(make.render("This was recorded by somebody."))
    (recorded / "silent.wav").write_bytes(wav.with_header(bytes(64_000)))
    words(
        tmp_path,
        "slow: {ssml: 'One <break time=\"700ms\"/> two.'}\nfast: One two.\n"
        "good: {file: good.wav, text: This was recorded.}\nsilent: {file: silent.wav, text: Nothing.}\n"
        "missing: {file: missing.wav, text: Nothing.}\n",
    )
    assert make.main([], tmp_path) == 1
    audio = {path.stem: path.read_bytes() for path in (tmp_path / "audio" / "en-US").glob("*.wav")}
    assert set(audio) == {"slow", "fast", "good"}
    assert audio["good"] == (recorded / "good.wav").read_bytes()
    assert len(audio["slow"]) - len(audio["fast"]) > 16_000  # half a second more
    told = capsys.readouterr().err
    assert "silent               not written: it is silent" in told
    assert "missing              not written" in told

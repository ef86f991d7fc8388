from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from prompts import BrokenPrompt, Catalogue, PromptError, UnknownPrompt, wav


def audio(milliseconds: int, sample: bytes = b"\x01\x00") -> bytes:
    return wav.with_header(sample * (16 * milliseconds))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for locale, id, content in (
        ("en-US", "greeting", audio(800)),
        ("en-US", "goodbye", audio(1500)),
        ("de-DE", "greeting", audio(900, b"\x02\x00")),
    ):
        (tmp_path / "audio" / locale).mkdir(parents=True, exist_ok=True)
        (tmp_path / "audio" / locale / f"{id}.wav").write_bytes(content)
    return tmp_path


def test_a_prompt_knows_its_file_its_length_and_its_hash(folder: Path) -> None:
    prompt = Catalogue.load(folder, "salt").prompt("greeting", "en-US")
    assert (prompt.id, prompt.locale, prompt.duration_ms) == ("greeting", "en-US", 800)
    assert prompt.path == folder / "audio" / "en-US" / "greeting.wav"
    assert prompt.sha256 == hashlib.sha256(prompt.path.read_bytes()).hexdigest()


def test_the_same_id_is_another_prompt_in_another_locale(folder: Path) -> None:
    catalogue = Catalogue.load(folder, "salt")
    assert catalogue.locales == ("de-DE", "en-US")
    assert catalogue.ids("en-US") == ("goodbye", "greeting")
    assert catalogue.prompt("greeting", "de-DE").key != catalogue.prompt("greeting", "en-US").key


def test_a_key_is_at_least_128_bits_and_fits_an_address(folder: Path) -> None:
    key = Catalogue.load(folder, "salt").prompt("greeting", "en-US").key
    assert re.fullmatch(r"[A-Za-z0-9_-]+", key)
    assert 8 * len(base64.urlsafe_b64decode(key)) >= 128


def test_a_key_is_the_same_in_every_process_and_another_under_another_salt(folder: Path) -> None:
    key = Catalogue.load(folder, "salt").prompt("greeting", "en-US").key
    assert Catalogue.load(folder, "salt").prompt("greeting", "en-US").key == key
    assert Catalogue.load(folder, "pepper").prompt("greeting", "en-US").key != key


def test_a_key_changes_with_the_audio(folder: Path) -> None:
    key = Catalogue.load(folder, "salt").prompt("greeting", "en-US").key
    (folder / "audio" / "en-US" / "greeting.wav").write_bytes(audio(801))
    assert Catalogue.load(folder, "salt").prompt("greeting", "en-US").key != key


def test_a_prompt_is_found_by_its_key_and_by_no_other(folder: Path) -> None:
    catalogue = Catalogue.load(folder, "salt")
    prompt = catalogue.prompt("goodbye", "en-US")
    assert catalogue.by_key(prompt.key) == prompt
    for other in ("", prompt.key[:-1], prompt.key + "A", prompt.sha256, "../greeting"):
        assert catalogue.by_key(other) is None


def test_a_key_is_found_by_a_process_that_never_made_it(folder: Path) -> None:
    key = Catalogue.load(folder, "salt").prompt("goodbye", "en-US").key
    found = Catalogue.load(folder, "salt").by_key(key)
    assert found is not None
    assert found.id == "goodbye"


def test_a_key_of_the_previous_salt_still_works_but_is_no_longer_given_out(folder: Path) -> None:
    old = Catalogue.load(folder, "old").prompt("goodbye", "en-US").key
    rotated = Catalogue.load(folder, "new", previous_salts=("old",))
    found = rotated.by_key(old)
    assert found is not None
    assert found == rotated.prompt("goodbye", "en-US")
    assert found.key != old
    assert rotated.by_key(found.key) == found
    assert Catalogue.load(folder, "new").by_key(old) is None


def test_a_file_is_read_once_and_only_when_asked_for(folder: Path) -> None:
    catalogue = Catalogue.load(folder, "salt")
    (folder / "audio" / "en-US" / "goodbye.wav").write_bytes(b"never read")
    first = catalogue.prompt("greeting", "en-US")
    first.path.unlink()
    assert catalogue.prompt("greeting", "en-US") is first


def test_a_misspelt_prompt_is_refused_with_the_one_that_was_meant(folder: Path) -> None:
    with pytest.raises(UnknownPrompt, match=r"no prompt 'greting' in en-US; did you mean 'greeting'\?"):
        Catalogue.load(folder, "salt").prompt("greting", "en-US")


def test_an_unknown_prompt_that_resembles_none_is_refused_with_all_there_are(folder: Path) -> None:
    with pytest.raises(UnknownPrompt, match="no prompt 'x' in en-US; there are: goodbye, greeting"):
        Catalogue.load(folder, "salt").prompt("x", "en-US")


@pytest.mark.parametrize("locale", ["en-us", "..", "", "en-US/.."])
def test_an_unknown_locale_is_refused(folder: Path, locale: str) -> None:
    with pytest.raises(UnknownPrompt, match="no prompts for the locale"):
        Catalogue.load(folder, "salt").prompt("greeting", locale)


def test_a_prompt_id_cannot_leave_the_folder(folder: Path) -> None:
    (folder / "audio" / "secret.wav").write_bytes(audio(100))
    with pytest.raises(UnknownPrompt):
        Catalogue.load(folder, "salt").prompt("../secret", "en-US")


def test_a_file_that_graph_would_not_play_is_named(folder: Path) -> None:
    (folder / "audio" / "en-US" / "goodbye.wav").write_bytes(b"ID3 not a WAV" * 10)
    with pytest.raises(BrokenPrompt, match=r"prompt 'goodbye' in en-US \(goodbye.wav\): not a WAV file"):
        Catalogue.load(folder, "salt").prompt("goodbye", "en-US")


def test_a_broken_file_does_not_silence_the_others(folder: Path) -> None:
    (folder / "audio" / "de-DE" / "greeting.wav").write_bytes(b"broken")
    catalogue = Catalogue.load(folder, "salt")
    prompt = catalogue.prompt("goodbye", "en-US")
    assert catalogue.by_key(prompt.key) == prompt


def test_a_folder_without_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"no audio/LOCALE/ID\.wav under"):
        Catalogue.load(tmp_path, "salt")


@pytest.mark.parametrize(("salt", "previous"), [("", ()), ("new", ("",))])
def test_an_empty_salt_is_refused(folder: Path, salt: str, previous: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="salt"):
        Catalogue.load(folder, salt, previous_salts=previous)

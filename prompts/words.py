"""What a prompt is made of, as `texts/{locale}.yaml` has it: a text, a text with marks, or a recording.

    greeting: Welcome to Northwind.
    number: {ssml: 'Call <say-as interpret-as="telephone">2071234567</say-as>.', text: Call our number.}
    jingle: {file: jingle.wav, text: (music)}

`ssml` is what stands inside a `speak` element. `file` is a WAV file in `recorded/{locale}`; `text` says what is heard,
for whoever reads along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_TAG = re.compile(r"<[^>]*>")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.wav")


class WordsError(ValueError):
    """The words of a prompt cannot be read; the message names the prompt."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """One prompt: one of `text`, `ssml` and `file` makes it; `transcript` is what is heard."""

    transcript: str
    text: str | None = None
    ssml: str | None = None
    file: str | None = None


def read(folder: Path, locale: str) -> dict[str, Words]:
    """The words of every prompt of a locale, by id. Raises `WordsError` and `OSError`."""
    document = yaml.safe_load((folder / "texts" / f"{locale}.yaml").read_text(encoding="utf-8"))
    return {str(id): _words(str(id), entry) for id, entry in document.items()}


def _words(id: str, entry: Any) -> Words:
    if isinstance(entry, str):
        return Words(transcript=entry.strip(), text=entry.strip())
    facts: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    kinds = [name for name in ("ssml", "file") if isinstance(facts.get(name), str)]
    if len(kinds) != 1 or not set(facts) <= {"ssml", "file", "text"}:
        raise WordsError(f"{id}: a prompt is a text, or has 'ssml' or 'file', and a 'text' of what is heard")
    if kinds == ["file"]:
        if not _FILE.fullmatch(facts["file"]) or not isinstance(facts.get("text"), str):
            raise WordsError(f"{id}: 'file' is the name of a .wav file, and its 'text' says what is heard")
        return Words(transcript=facts["text"].strip(), file=facts["file"])
    transcript = facts.get("text") or _TAG.sub("", facts["ssml"])
    return Words(transcript=str(transcript).strip(), ssml=facts["ssml"].strip())

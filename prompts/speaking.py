"""What speaks: espeak-ng (`prompts.speech`) or Azure AI Speech (`prompts.azure_speech`)."""

from __future__ import annotations

from typing import Protocol


class SpeechFailed(RuntimeError):
    """What was to speak did not; the message says why."""


class Speaks(Protocol):
    """Makes speech of texts."""

    def speak(self, text: str, locale: str, *, ssml: bool = False) -> tuple[bytes, int]:
        """Little-endian 16-bit mono samples, and their rate in Hz; `ssml`: the text is marked up so.

        Raises `SpeechFailed`.
        """
        ...

"""Text to speech by Azure AI Speech, over its REST interface; development only, and never in a call.

It was tested against a second implementation of the page below, and has not been run against Azure.

Source: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import httpx

from prompts import wav
from prompts.speaking import SpeechFailed

#: By locale; any other voice of the service does as well.
VOICES = {"en-US": "en-US-AvaNeural", "de-DE": "de-DE-KatjaNeural"}
FORMAT = "riff-16khz-16bit-mono-pcm"
# The service may ask to be left alone for a while, and says how long.
TRIES = 4
LONGEST_PAUSE_S = 30.0
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of the Speech resource."""

    key: str

    def headers(self) -> dict[str, str]:
        """The header that carries it."""
        return {"Ocp-Apim-Subscription-Key": self.key}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A token of Microsoft Entra for https://cognitiveservices.azure.com, and the id of the Speech resource.

    `az account get-access-token --resource https://cognitiveservices.azure.com` gives one to who has the role
    `Cognitive Services Speech User`; the resource needs a custom domain.
    """

    token: str
    resource_id: str

    def headers(self) -> dict[str, str]:
        """The header that carries both."""
        return {"Authorization": f"Bearer aad#{self.resource_id}#{self.token}"}


class AzureSpeech:
    """Speaks texts and SSML. `url`: `https://{region}.tts.speech.microsoft.com`, or the resource's own domain."""

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        credential: Key | Identity,
        *,
        voices: dict[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/cognitiveservices/v1"
        self._credential = credential
        self._voices = {**VOICES, **(voices or {})}
        self._sleep = sleep

    def speak(self, text: str, locale: str, *, ssml: bool = False) -> tuple[bytes, int]:
        """The text as spoken: little-endian 16-bit mono samples, and their rate in Hz.

        `ssml`: the text is what stands inside the `voice` element. Raises `SpeechFailed`, whose message has neither
        key nor token.
        """
        response = self._asked(self.document(text, locale, ssml=ssml))
        audio = response.content
        if len(audio) > MOST_BYTES:
            raise SpeechFailed("the service answered with more audio than any prompt has")
        try:
            wav.duration_ms(audio[: wav.HEADER_BYTES], len(audio))
        except wav.NotPlayable as failure:
            raise SpeechFailed(f"the service answered with audio of another form: {failure}") from failure
        return audio[wav.HEADER_BYTES :], wav.RATE_HZ

    def document(self, text: str, locale: str, *, ssml: bool = False) -> str:
        """The SSML that is sent. Raises `SpeechFailed` for a locale without a voice."""
        voice = self._voices.get(locale)
        if voice is None:
            raise SpeechFailed(f"there is no voice for {locale} (but for {', '.join(self._voices)})")
        inner = text if ssml else escape(text, quote=False)
        spoken = f'<voice name="{escape(voice)}">{inner}</voice>'
        namespace = 'version="1.0" xmlns="http://www.w3.org/2001/10/synthesis"'
        return f'<speak {namespace} xml:lang="{escape(locale)}">{spoken}</speak>'

    def _asked(self, document: str) -> httpx.Response:
        headers = {
            **self._credential.headers(),
            "Content-Type": "application/ssml+xml",
            "X-Microsoft-OutputFormat": FORMAT,
            "User-Agent": "Callwright",
        }
        for left in reversed(range(TRIES)):
            try:
                response = self._http.post(self._url, content=document.encode(), headers=headers)
            except httpx.HTTPError as failure:
                if not left:
                    raise SpeechFailed(f"the service cannot be reached: {type(failure).__name__}") from None
                self._sleep(1.0)
                continue
            if response.status_code == 200:
                return response
            if response.status_code not in (429, 502, 503, 504) or not left:
                raise SpeechFailed(f"the service answered {response.status_code} {response.reason_phrase}".rstrip())
            self._sleep(_pause_s(response))
        raise AssertionError("the last try returns or raises")


def _pause_s(response: httpx.Response) -> float:
    told = response.headers.get("Retry-After", "")
    return min(float(told), LONGEST_PAUSE_S) if told.isdecimal() else 1.0

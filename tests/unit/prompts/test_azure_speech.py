"""The client of Azure AI Speech, against a second implementation of the service's page. It has not been run on Azure.

Source: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

import httpx
import pytest

from prompts import wav
from prompts.azure_speech import AzureSpeech, Identity, Key
from prompts.speaking import SpeechFailed

KEY, TOKEN, RESOURCE = "0123456789abcdef", "eyJ0.token", "/subscriptions/s/resourceGroups/g/providers/p/accounts/a"
SPEAK = "{http://www.w3.org/2001/10/synthesis}"
SAMPLES = bytes(range(256)) * 40


class Service(ThreadingHTTPServer):
    """Speaks as the page says, or fails as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.audio = wav.with_header(SAMPLES)
        self.said: list[tuple[str, str, str]] = []
        self.requests = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        if self.server.failures:
            status, headers = self.server.failures.pop(0)
            self._answer(status, b"", headers)
            return
        self._answer(self._wrong(body), self.server.audio, {"Content-Type": "audio/x-wav"})

    def _wrong(self, body: bytes) -> int:
        """The status that the page has for this request."""
        by_key = self.headers.get("Ocp-Apim-Subscription-Key") == KEY
        by_token = self.headers.get("Authorization") == f"Bearer aad#{RESOURCE}#{TOKEN}"
        if self.path != "/cognitiveservices/v1":
            return 404
        if not (by_key or by_token):
            return 401
        if self.headers.get("Content-Type") != "application/ssml+xml":
            return 415
        if (
            self.headers.get("X-Microsoft-OutputFormat") != "riff-16khz-16bit-mono-pcm"
            or not self.headers["User-Agent"]
        ):
            return 400
        try:
            speak = ElementTree.fromstring(body)
        except ElementTree.ParseError:
            return 400
        voices = speak.findall(f"{SPEAK}voice")
        if speak.tag != f"{SPEAK}speak" or speak.get("version") != "1.0" or len(voices) != 1:
            return 400
        language = speak.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        self.server.said.append((language, voices[0].get("name") or "", "".join(voices[0].itertext())))
        return 200

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body) if status == 200 else 0)}.items():
            self.send_header(name, value)
        self.end_headers()
        if status == 200:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield service
        service.shutdown()
        thread.join()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def speech(http: httpx.Client, service: Service, credential: Key | Identity, waited: list[float]) -> AzureSpeech:
    return AzureSpeech(http, service.url, credential, sleep=waited.append)


@pytest.mark.parametrize("credential", [Key(key=KEY), Identity(token=TOKEN, resource_id=RESOURCE)])
def test_a_text_is_spoken_by_key_and_by_identity(
    http: httpx.Client, service: Service, credential: Key | Identity
) -> None:
    spoken = speech(http, service, credential, []).speak("Fish & <chips>.", "en-US")
    assert spoken == (SAMPLES, 16_000)
    assert service.said == [("en-US", "en-US-AvaNeural", "Fish & <chips>.")]


def test_ssml_is_sent_as_it_is_and_another_voice_can_be_had(http: httpx.Client, service: Service) -> None:
    azure = AzureSpeech(http, service.url, Key(key=KEY), voices={"fr-FR": "fr-FR-DeniseNeural"})
    azure.speak('Un <break time="1s"/> deux.', "fr-FR", ssml=True)
    assert service.said == [("fr-FR", "fr-FR-DeniseNeural", "Un  deux.")]


def test_a_busy_service_is_asked_again_after_the_time_that_it_says(http: httpx.Client, service: Service) -> None:
    service.failures = [(429, {"Retry-After": "7"}), (503, {}), (429, {"Retry-After": "900"})]
    waited: list[float] = []
    assert speech(http, service, Key(key=KEY), waited).speak("Hello.", "de-DE")[1] == 16_000
    assert waited == [7.0, 1.0, 30.0]


@pytest.mark.parametrize(
    ("failures", "message", "requests"),
    [([(503, {})] * 9, "the service answered 503", 4), ([(403, {})], "the service answered 403", 1)],
)
def test_what_fails_says_so(
    http: httpx.Client, service: Service, failures: list[tuple[int, dict[str, str]]], message: str, requests: int
) -> None:
    service.failures = failures
    with pytest.raises(SpeechFailed, match=message):
        speech(http, service, Key(key=KEY), []).speak("Hello.", "en-US")
    assert service.requests == requests


def test_a_wrong_key_is_told_without_the_key(http: httpx.Client, service: Service) -> None:
    with pytest.raises(SpeechFailed, match="the service answered 401") as caught:
        speech(http, service, Key(key="wrong-key"), []).speak("Hello.", "en-US")
    assert "wrong-key" not in str(caught.value)


def test_audio_of_another_form_is_refused(http: httpx.Client, service: Service) -> None:
    service.audio = b"ID3" + bytes(200)
    with pytest.raises(SpeechFailed, match="audio of another form"):
        speech(http, service, Key(key=KEY), []).speak("Hello.", "en-US")


def test_a_locale_without_a_voice_is_named(http: httpx.Client, service: Service) -> None:
    with pytest.raises(SpeechFailed, match="no voice for sv-SE"):
        speech(http, service, Key(key=KEY), []).speak("Hej.", "sv-SE")
    assert service.requests == 0


def test_a_service_that_is_not_there_is_told(http: httpx.Client) -> None:
    waited: list[float] = []
    azure = AzureSpeech(http, "http://127.0.0.1:9", Key(key=KEY), sleep=waited.append)
    with pytest.raises(SpeechFailed, match="cannot be reached: ConnectError"):
        azure.speak("Hello.", "en-US")
    assert len(waited) == 3

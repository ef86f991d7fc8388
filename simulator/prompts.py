"""Fetches prompts as Graph does, and checks that they are what Graph plays.

Source: https://learn.microsoft.com/graph/api/call-playprompt, https://learn.microsoft.com/graph/api/resources/mediainfo
"""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from simulator.audio import WrongFormat, duration_s, pcm_of
from simulator.delivery import new_session, reachable
from simulator.results import Result
from simulator.settings import SimulatorSettings

_SOUNDS_KEPT = 64


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """Where a prompt is, and the key it may be cached under."""

    uri: str
    resource_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A prompt that can be played."""

    info: MediaInfo
    sha256: str
    duration_s: float


class PromptFailed(Exception):
    """A prompt cannot be played; `result` is what the operation fails with."""

    def __init__(self, info: MediaInfo, problem: str, result: Result) -> None:
        super().__init__(f"{info.uri}: {problem}")
        self.info = info
        self.problem = problem
        self.result = result


class PromptCache:
    """The prompts that one call has fetched."""

    def __init__(self) -> None:
        self._by_resource: dict[str, Prompt] = {}

    def get(self, info: MediaInfo) -> Prompt | None:
        """The prompt, when it has a resource id under which it was fetched before."""
        return self._by_resource.get(info.resource_id) if info.resource_id else None

    def keep(self, prompt: Prompt) -> None:
        """Remember a prompt that has a resource id."""
        if prompt.info.resource_id:
            self._by_resource[prompt.info.resource_id] = prompt


class PromptFetcher:
    """Downloads prompts over http(s)."""

    def __init__(self, settings: Callable[[], SimulatorSettings]) -> None:
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None
        self._sounds: OrderedDict[str, bytes] = OrderedDict()

    def sound(self, sha256: str) -> bytes | None:
        """The WAV file with this hash, when it is among those fetched last: people at browser phones hear it."""
        return self._sounds.get(sha256)

    async def fetch(self, info: MediaInfo) -> Prompt:
        """Download and check one prompt. Raises `PromptFailed`."""
        settings = self._settings()
        wav = await self._download(info, settings)
        try:
            sha256, seconds = _checked(wav)
        except WrongFormat as problem:
            raise PromptFailed(info, str(problem), settings.result("prompt_format")) from None
        self._keep_sound(sha256, wav)
        return Prompt(info=info, sha256=sha256, duration_s=seconds)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _keep_sound(self, sha256: str, wav: bytes) -> None:
        self._sounds[sha256] = wav
        self._sounds.move_to_end(sha256)
        while len(self._sounds) > _SOUNDS_KEPT:
            self._sounds.popitem(last=False)

    async def _download(self, info: MediaInfo, settings: SimulatorSettings) -> bytes:
        failed = functools.partial(PromptFailed, info, result=settings.result("prompt_download_failed"))
        if not reachable(info.uri):
            raise failed(problem="the address must be https (plain http only on loopback)")
        if self._http is None:
            self._http = new_session()
        timeout = aiohttp.ClientTimeout(total=settings.prompt_fetch_timeout_s)
        try:
            async with self._http.get(info.uri, timeout=timeout, max_redirects=3) as answer:
                if answer.status != 200:
                    raise failed(problem=f"status {answer.status}")
                wav = await answer.content.read(settings.prompt_max_bytes + 1)
                while not answer.content.at_eof() and len(wav) <= settings.prompt_max_bytes:
                    wav += await answer.content.read(settings.prompt_max_bytes + 1 - len(wav))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise failed(problem=f"{type(problem).__name__}: {problem}") from None
        if len(wav) > settings.prompt_max_bytes:
            raise failed(problem=f"larger than {settings.prompt_max_bytes} bytes")
        return wav


@functools.lru_cache(maxsize=128)
def _checked(wav: bytes) -> tuple[str, float]:
    """Hash and playing time of a WAV file. Raises `WrongFormat`."""
    return hashlib.sha256(wav).hexdigest(), duration_s(pcm_of(wav))

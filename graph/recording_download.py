"""Fetches recordings from where a notification says they are: the one address we dial because a body told us to.

Hence: https, an allowed host, no redirects, no address of another kind, and a limit on size and time.
Source: https://learn.microsoft.com/graph/api/call-record
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import httpx

from graph.targets import LOOPBACK

# 120 s, the longest recording, are under 4 MB of 16 kHz 16-bit mono.
LARGEST_RECORDING = 16_000_000

_TIMEOUT = httpx.Timeout(connect=3.0, read=10.0, write=3.0, pool=3.0)
# What the phases above do not bound: a host that sends its headers, or the recording, byte by byte.
_LONGEST_OPENING_S, _LONGEST_S = 15.0, 120.0
_LONGEST_LOCATION = 4096
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class RecordingRefused(Exception):
    """The recording may not be fetched from there, or is not what a recording should be. Trying again is no use.

    The message names the host, never the whole address: that may carry a key.
    """


class RecordingGone(Exception):
    """Graph no longer has the recording (404, 410)."""


class RecordingUnavailable(Exception):
    """The recording could not be fetched this time; what was read so far is worth nothing."""


class RecordingDownload:
    """Streams recordings.

    `hosts`: suffixes of allowed host names, matched at whole labels. `loopback`: also this machine, over plain http
    or https; only for a Graph that is itself on loopback.
    """

    def __init__(self, http: httpx.AsyncClient, hosts: Sequence[str], *, loopback: bool) -> None:
        self._http = http
        self._hosts = tuple(host.lower().lstrip(".") for host in hosts)
        self._loopback = loopback

    async def stream(self, location: str, token: str, *, limit: int = LARGEST_RECORDING) -> AsyncGenerator[bytes, None]:
        """The bytes of the recording at `recordingLocation`, with its `recordingAccessToken`; at most `limit` of them.

        Raises `RecordingRefused`, `RecordingGone` or `RecordingUnavailable`, also in the middle of the bytes.
        """
        url = self._checked(location)
        host = url.host
        if not _VISIBLE.fullmatch(token):
            raise RecordingRefused(f"the access token for {host} is malformed")
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        request = self._http.build_request("GET", url, headers=headers, timeout=_TIMEOUT)
        try:
            async with asyncio.timeout(_LONGEST_OPENING_S):
                response = await self._http.send(request, stream=True, follow_redirects=False)
            async with aclosing(_bytes_of(response, host, limit)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except (httpx.HTTPError, TimeoutError) as failure:
            raise RecordingUnavailable(f"{host}: {type(failure).__name__}") from None

    def _checked(self, location: str) -> httpx.URL:
        """The very object that is dialled, so that nothing reads the address in two ways."""
        if len(location) > _LONGEST_LOCATION or not _VISIBLE.fullmatch(location) or "\\" in location:
            raise RecordingRefused("the location is no address")
        try:
            url = httpx.URL(location)
            host = url.host
        except (httpx.InvalidURL, UnicodeError):  # the latter for what only looks like IDNA
            raise RecordingRefused("the location is no address") from None
        if url.userinfo:
            raise RecordingRefused(f"the location at {host!r} names a user")
        if self._loopback and host in LOOPBACK and url.scheme in ("http", "https"):
            return url
        if url.scheme != "https" or url.port not in (None, 443):
            raise RecordingRefused(f"the location at {host!r} is not https on its own port")
        if _is_address(host) or not _HOST.fullmatch(host) or not self._allows(host):
            raise RecordingRefused(f"the host {host!r} is not allowed: see RECORDING_HOSTS")
        return url

    def _allows(self, host: str) -> bool:
        return any(host == suffix or host.endswith(f".{suffix}") for suffix in self._hosts)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


async def _bytes_of(response: httpx.Response, host: str, limit: int) -> AsyncGenerator[bytes, None]:
    count = 0
    patience = asyncio.get_running_loop().time() + _LONGEST_S
    try:
        _check_response(response, host)
        async for chunk in response.aiter_raw():
            count += len(chunk)
            if count > limit:
                raise RecordingRefused(f"{host} sent more than {limit} bytes")
            if asyncio.get_running_loop().time() > patience:
                raise RecordingUnavailable(f"{host} took more than {_LONGEST_S:g} s")
            yield chunk
    finally:
        await response.aclose()
    if not count:
        raise RecordingUnavailable(f"{host} sent an empty recording")


def _check_response(response: httpx.Response, host: str) -> None:
    if response.status_code in (404, 410):
        raise RecordingGone(f"{host} answered {response.status_code}")
    if 300 <= response.status_code < 400:
        raise RecordingRefused(f"{host} answered with a redirect")
    if response.status_code != 200:
        raise RecordingUnavailable(f"{host} answered {response.status_code}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise RecordingRefused(f"{host} sent compressed bytes")

"""Which addresses are dialled because a notification said so, and what is taken from them."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph import recording_download
from graph.recording_download import RecordingDownload, RecordingGone, RecordingRefused, RecordingUnavailable

HOSTS = ("skype.com", ".teams.example.test")
TOKEN = "eyJhbGciOi.recording.token"
KEY = "sig=Key0fTheRecording"
GOOD = f"https://api.skype.com/v1/objects/0/views/recording?{KEY}"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Chunks(httpx.AsyncByteStream):
    """A body in pieces, which knows whether it was let go of."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk

    async def aclose(self) -> None:
        self.closed = True


class Network(httpx.AsyncBaseTransport):
    """All that is dialled; answers everything alike."""

    def __init__(self, status: int = 200, body: tuple[bytes, ...] = (b"RIFF",), **headers: str) -> None:
        self.status = status
        self.body = Chunks(*body)
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}
        self.dialled: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.dialled.append(request)
        return httpx.Response(self.status, headers=self.headers, stream=self.body)

    def download(self, *, loopback: bool = False) -> RecordingDownload:
        http = httpx.AsyncClient(transport=self, follow_redirects=True)  # whatever the client would like to do
        return RecordingDownload(http, HOSTS, loopback=loopback)


async def fetched(download: RecordingDownload, location: str = GOOD, token: str = TOKEN, **how: Any) -> list[bytes]:
    async with aclosing(download.stream(location, token, **how)) as chunks:
        return [chunk async for chunk in chunks]


# --- which addresses --------------------------------------------------------------------------------------------------

ALLOWED = [
    GOOD,
    "https://skype.com/",
    "https://API.Skype.COM/x",
    "HTTPS://api.skype.com/x",
    "https://api.skype.com:443/x",
    "https://a-b.c.d.skype.com",
    "https://teams.example.test/x",
    "https://eu.teams.example.test/x",
    "https://api.skype.com/https://evil.example.test/",
    "https://api.skype.com/x#@evil.example.test",
]
REFUSED = [
    # other schemes, other ports
    "http://api.skype.com/x",
    "ftp://api.skype.com/x",
    "file:///etc/passwd",
    "data:audio/wav;base64,UklGRg==",
    "gopher://api.skype.com/",
    "//api.skype.com/x",
    "/v1/objects/0",
    "api.skype.com/x",
    "https:api.skype.com/x",
    "https:///api.skype.com/x",
    "https://",
    "",
    "https://api.skype.com:8443/x",
    "https://api.skype.com:80/x",
    "https://api.skype.com:99999/x",
    "https://api.skype.com:x/",
    # this machine and this network
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://localhost.localdomain/x",
    "https://0.0.0.0/x",
    "https://10.0.0.5/x",
    "https://172.16.0.1/x",
    "https://192.168.1.1/x",
    "https://100.64.0.1/x",
    "https://[::1]/x",
    "https://[::]/x",
    "https://[fe80::1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://[fd00::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::ffff:7f00:1]/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://8.8.8.8/x",
    "https://[2001:4860:4860::8888]/x",
    # the same, written otherwise
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://017700000001/x",
    "https://0177.0.0.1/x",
    "https://0x7f.0.0.1/x",
    "https://127.1/x",
    "https://127.0.0.1./x",
    "https://①②⑦.⓪.⓪.①/x",
    "https://127。0。0。1/x",
    # where clouds keep their metadata
    "https://169.254.169.254/metadata/instance",
    "http://169.254.169.254/metadata/identity/oauth2/token",
    "https://[fd00:ec2::254]/latest/meta-data",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://168.63.129.16/machine",
    "https://2852039166/metadata",
    # users, and what looks like one
    "https://user@api.skype.com/x",
    "https://user:password@api.skype.com/x",
    "https://:@api.skype.com/x",
    "https://api.skype.com@evil.example.test/x",
    "https://api.skype.com:443@evil.example.test/x",
    "https://api.skype.com%40evil.example.test/x",
    "https://evil.example.test#@api.skype.com/x",
    "https://evil.example.test?@api.skype.com/x",
    "https://evil.example.test/@api.skype.com/x",
    "https://evil.example.test\\@api.skype.com/x",
    "https://api.skype.com\\.evil.example.test/x",
    "https://api.skype.com/\\evil.example.test",
    # names that end, or begin, almost right
    "https://evilskype.com/x",
    "https://skype.com.evil.example.test/x",
    "https://api-skype.com/x",
    "https://skype.co/x",
    "https://skype.comx/x",
    "https://example.test/x",
    "https://ateams.example.test/x",
    "https://api.skype.com./x",
    "https://.skype.com/x",
    "https://api..skype.com/x",
    "https://*.skype.com/x",
    "https://api_1.skype.com/x",
    "https://api.skype.com%2eevil.example.test/x",
    "https://api.skype.com%00.evil.example.test/x",
    "https://api.skype.com。evil.example.test/x",
    "https://аpi.skype.com/x",  # the first letter is Cyrillic
    "https://api.ѕkype.com/x",
    "https://xn--skype-.com/x",
    "https://xn--a-.skype.com/x",
    "https://xn--e1afmkfd.skype.com/x",
    # bytes that somebody else might read otherwise
    " https://api.skype.com/x",
    "https://api.skype.com/x ",
    "https://api.skype.com/x\r\nHost: evil.example.test",
    "https://api.skype.com\t/x",
    "https://api.skype.com/\x00",
    "https://api.skype.com/ä",
    "https://api.skype.com/" + "x" * 5_000,
]


def hides(text: str, location: str) -> bool:
    """Whether nothing of the address but its host is in the text."""
    return not any(part in text for part in (TOKEN, KEY, "password", "//", "metadata/", "passwd") if part)


def test_the_corpus_is_not_small() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 60


@pytest.mark.parametrize("location", ALLOWED)
@pytest.mark.parametrize("loopback", [False, True])
async def test_an_allowed_address_is_dialled_with_its_token(location: str, loopback: bool) -> None:
    network = Network()
    assert await fetched(network.download(loopback=loopback), location) == [b"RIFF"]
    (request,) = network.dialled
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.method == "GET"
    assert request.url.raw_host.decode() == urlsplit(location).hostname
    assert request.url.path == (urlsplit(location).path or "/")


@pytest.mark.parametrize("location", REFUSED)
async def test_any_other_address_is_not_dialled(location: str) -> None:
    network = Network()
    with pytest.raises(RecordingRefused) as raised:
        await fetched(network.download(), location)
    assert network.dialled == []
    assert hides(str(raised.value), location)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("location", sorted({*REFUSED} - {f"https://{host}/x" for host in LOOPBACK}))
async def test_beside_a_graph_on_loopback_the_rest_stays_refused(location: str) -> None:
    network = Network()
    with pytest.raises(RecordingRefused):
        await fetched(network.download(loopback=True), location)
    assert network.dialled == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", LOOPBACK)
async def test_loopback_is_dialled_only_beside_a_graph_that_is_there(scheme: str, host: str) -> None:
    location = f"{scheme}://{host}:7071/recordings/1"
    network = Network()
    with pytest.raises(RecordingRefused):
        await fetched(network.download(), location)
    assert network.dialled == []
    assert await fetched(network.download(loopback=True), location) == [b"RIFF"]
    assert str(network.dialled[0].url) == location


@pytest.mark.parametrize("location", ["http://u@127.0.0.1/x", "ftp://127.0.0.1/x", "http://127.0.0.1.skype.com/x"])
async def test_loopback_excuses_nothing_else(location: str) -> None:
    network = Network()
    with pytest.raises(RecordingRefused):
        await fetched(network.download(loopback=True), location)
    assert network.dialled == []


@pytest.mark.parametrize("hosts", [(), ("",), (".",)])
async def test_without_allowed_hosts_nothing_is_dialled(hosts: tuple[str, ...]) -> None:
    network = Network()
    download = RecordingDownload(httpx.AsyncClient(transport=network), hosts, loopback=False)
    for location in ALLOWED:
        with pytest.raises(RecordingRefused):
            await fetched(download, location)
    assert network.dialled == []


SYNTAX = ("https:", "http:", "//", "/", "\\", "@", ":", "443", "#", "?", "%2e", "%40", ".", "..", "[", "]", "\t")
NAMES = ("::1", "127.0.0.1", "api.skype.com", "skype.com", "evil.example.test", ".evil.example.test", "SKYPE.com")


@pytest.mark.parametrize("location", ["https://8.8.8.8/x", "https://[::1]/x", "https://127.0.0.1/x"])
async def test_a_bare_address_is_not_dialled_even_where_the_settings_name_it(location: str) -> None:
    network = Network()
    http = httpx.AsyncClient(transport=network)
    download = RecordingDownload(http, ("8.8.8.8", "::1", "[::1]", "127.0.0.1", "0.1"), loopback=False)
    with pytest.raises(RecordingRefused):
        await fetched(download, location)
    assert network.dialled == []


pieces = st.sampled_from([*SYNTAX, *NAMES, "xn--", "-", "_", "*", "é", "。"])


@settings(max_examples=300)
@given(
    st.lists(pieces, max_size=10).map("".join)
    | st.lists(pieces, max_size=8).map(lambda parts: "https://" + "".join(parts))
    | st.text(max_size=40)
)
@example("https://evil.example.test\\@api.skype.com")
def test_whatever_is_dialled_is_an_allowed_host_to_every_reader(location: str) -> None:
    network = Network()
    try:
        asyncio.run(fetched(network.download(), location))
    except RecordingRefused:
        assert network.dialled == []
        return
    (request,) = network.dialled
    host = request.url.raw_host.decode()
    assert host in ("skype.com", "teams.example.test") or host.endswith((".skype.com", ".teams.example.test"))
    assert urlsplit(location).hostname == host == request.headers["host"]
    assert (request.url.scheme, request.url.port, request.url.userinfo) == ("https", None, b"")


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nX-Evil: 1", "a\n", "ä", "\x00"])
async def test_a_malformed_token_goes_nowhere(token: str) -> None:
    network = Network()
    with pytest.raises(RecordingRefused, match="token") as raised:
        await fetched(network.download(), GOOD, token)
    assert network.dialled == []
    assert "Evil" not in str(raised.value)


# --- what is taken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("target", ["https://evil.example.test/x", GOOD, "http://127.0.0.1/", "/elsewhere", ""])
async def test_a_redirect_is_not_followed(status: int, target: str) -> None:
    network = Network(status, location=target)
    with pytest.raises(RecordingRefused, match="redirect"):
        await fetched(network.download())
    assert len(network.dialled) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, RecordingGone),
        (410, RecordingGone),
        *((status, RecordingUnavailable) for status in (201, 204, 206, 400, 401, 403, 408, 416, 429, 500, 503)),
    ],
)
async def test_anything_but_a_recording_has_its_error(status: int, error: type[Exception]) -> None:
    network = Network(status, retry_after="1")
    with pytest.raises(error, match=str(status)) as raised:
        await fetched(network.download())
    assert hides(str(raised.value), GOOD)
    assert network.body.closed


async def test_the_limit_is_the_last_byte_taken() -> None:
    body = (b"a" * 10, b"b" * 10, b"c" * 5)
    assert b"".join(await fetched(Network(body=body).download(), limit=25)) == b"".join(body)
    network = Network(body=body)
    taken: list[bytes] = []
    with pytest.raises(RecordingRefused, match="more than 24 bytes"):
        async with aclosing(network.download().stream(GOOD, TOKEN, limit=24)) as chunks:
            async for chunk in chunks:
                taken.append(chunk)
    assert taken == [b"a" * 10, b"b" * 10]
    assert network.body.closed


async def test_an_endless_body_is_cut_off_at_the_usual_limit() -> None:
    size = 1_000_000
    network = Network(body=(b"x" * size,) * 40)
    with pytest.raises(RecordingRefused):
        await fetched(network.download())
    assert len(network.body.chunks) * size > recording_download.LARGEST_RECORDING


@pytest.mark.parametrize("body", [(), (b"",), (b"", b"")])
async def test_an_empty_recording_is_none(body: tuple[bytes, ...]) -> None:
    with pytest.raises(RecordingUnavailable, match="empty"):
        await fetched(Network(body=body).download())


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
async def test_compressed_bytes_are_refused(encoding: str) -> None:
    network = Network(body=(gzip.compress(b"x" * 10_000_000),), content_encoding=encoding)
    with pytest.raises(RecordingRefused, match="compressed"):
        await fetched(network.download())
    assert network.dialled[0].headers["accept-encoding"] == "identity"


async def test_a_reader_that_stops_lets_go_of_the_connection() -> None:
    network = Network(body=(b"a", b"b"))
    async with aclosing(network.download().stream(GOOD, TOKEN)) as chunks:
        assert await anext(chunks) == b"a"
        assert not network.body.closed
    assert network.body.closed


# --- over real connections --------------------------------------------------------------------------------------------


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def unavailable(http: httpx.AsyncClient, base_url: str) -> str:
    with pytest.raises(RecordingUnavailable) as raised:
        await fetched(RecordingDownload(http, HOSTS, loopback=True), f"{base_url}/r/1?{KEY}")
    assert hides(str(raised.value), base_url)
    return str(raised.value)


async def test_a_recording_comes_over_a_real_connection_and_no_log_shows_its_key(
    http: httpx.AsyncClient, raw_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def whole(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nRIFF\r\n4\r\nWAVE\r\n0\r\n\r\n")

    raw_server.handle = whole
    caplog.set_level(logging.INFO)
    download = RecordingDownload(http, HOSTS, loopback=True)
    assert b"".join(await fetched(download, f"{raw_server.base_url}/r/1?{KEY}")) == b"RIFFWAVE"
    (head,) = raw_server.heads
    assert head.startswith(f"GET /r/1?{KEY} HTTP/1.1\r\n".encode())
    assert f"authorization: bearer {TOKEN}".lower().encode() in head.lower()
    assert KEY not in caplog.text
    assert TOKEN not in caplog.text


async def test_a_recording_that_breaks_off_is_no_recording(http: httpx.AsyncClient, raw_server: Any) -> None:
    async def half(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nRIFF")

    raw_server.handle = half
    assert "RemoteProtocolError" in await unavailable(http, raw_server.base_url)


async def test_a_host_that_is_away_is_named(http: httpx.AsyncClient, unused_tcp_port: int) -> None:
    told = await unavailable(http, f"http://127.0.0.1:{unused_tcp_port}")
    assert told == "127.0.0.1: ConnectError"


async def drips_headers(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await drips(head, writer)


async def drips_body(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    await drips(head, writer)


async def drips(head: bytes, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("behaves", [drips_headers, drips_body])
async def test_a_host_that_sends_byte_by_byte_is_not_waited_for(
    http: httpx.AsyncClient, raw_server: Any, behaves: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_download, "_LONGEST_OPENING_S", 0.05)
    monkeypatch.setattr(recording_download, "_LONGEST_S", 0.05)
    raw_server.handle = behaves
    async with asyncio.timeout(5.0):
        await unavailable(http, raw_server.base_url)

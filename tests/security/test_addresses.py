"""No socket is opened, and no name looked up, for what is not the address of a recording in Graph's own store."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import httpx
import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from activities.recordings import _blob_name
from graph.recording_download import RecordingDownload, RecordingRefused

HOSTS = ("skype.com", "teams.microsoft.com", "teams.microsoft.us", "microsoft.com")
INSIDE = [
    *(
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
    ),
    *(
        "LOCALHOST",
        "localhost.",
        "localhost.localdomain",
        "ip6-localhost",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
    ),
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.254.169.254."),
    *("168.63.129.16", "metadata", "metadata.google.internal", "instance-data", "kubernetes.default.svc", "db"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]", "[fd00::1]"),
    *(
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "１２７.0.0.1",
        "127。0。0。1",
        "ⓛocalhost",
    ),
]
DISGUISED = [
    "https://graph.microsoft.com@169.254.169.254/x",
    "https://api.skype.com:443@127.0.0.1/x",
    "https://api.skype.com%40127.0.0.1/x",
    "https://api.skype.com#@127.0.0.1/x\\@127.0.0.1",
    "https://api.skype.com\\@127.0.0.1/x",
    "https://api.skype.com.127.0.0.1.nip.io/x",
    "https://127.0.0.1.nip.io/x",
    "https://skype.com.attacker.example/x",
    "https://attackerskype.com/x",
    "https://api.skype.com\t.attacker.example/x",
    "https://api.skype.com\r\nHost: 127.0.0.1/x",
    "https://api.skype.com\x00.attacker.example/x",
    "https://api.skype.com:22/x",
    "https://api.skype.com:8443/x",
    "http://api.skype.com/x",
    "http://127.0.0.1:41741/msi/token?resource=https://graph.microsoft.com",
    "http://localhost:7071/admin/host/keys",
    "http://169.254.169.254/metadata/identity/oauth2/token",
    "file:///proc/self/environ",
    "ftp://api.skype.com/x",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stats",
    "unix:///var/run/docker.sock",
    "ldap://127.0.0.1/x",
    "data:audio/wav;base64,UklGRg==",
    "//169.254.169.254/x",
    "https:/169.254.169.254/x",
    "https:169.254.169.254",
    "https://",
    "",
]
CORPUS = [*(f"https://{host}/latest" for host in INSIDE), *DISGUISED]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything that this process would look up or connect to; none of it happens."""
    seen: list[str] = []

    def note(*given: Any, **named: Any) -> Any:
        seen.append(repr(given))
        raise OSError("recorded, not done")

    monkeypatch.setattr(socket, "getaddrinfo", note)
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, note)
    yield seen


async def ask(location: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        download = RecordingDownload(http, HOSTS, loopback=False)
        async with aclosing(download.stream(location, "token")) as chunks:
            async for _ in chunks:
                pass


def test_the_corpus_has_sixty_addresses_and_more() -> None:
    assert len(set(CORPUS)) >= 60


@pytest.mark.parametrize("location", CORPUS)
async def test_nothing_is_dialled(dialled: list[str], location: str) -> None:
    with pytest.raises(RecordingRefused):
        await ask(location)
    assert dialled == []


async def test_the_recorder_sees_what_is_dialled(dialled: list[str]) -> None:
    with pytest.raises(Exception, match="skype"):
        await ask("https://api.skype.com/x")
    assert len(dialled) == 1
    assert "api.skype.com" in dialled[0]


@settings(max_examples=10_000, database=None, deadline=None)
@given(st.text(max_size=200) | st.sampled_from(CORPUS), st.floats(0, 4e9))
@example("../../../etc/passwd", 0.0)
@example("..\\..\\x", 0.0)
@example("rec/2026/01/05/x.wav?sig=", 0.0)
def test_the_name_of_a_blob_is_ours_whatever_an_operation_is_called(operation_id: str, at: float) -> None:
    name = _blob_name(operation_id, at)
    assert re.fullmatch(r"rec/\d{4}/\d{2}/\d{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.wav", name)

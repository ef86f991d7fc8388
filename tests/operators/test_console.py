"""The operators' page as it is served, and the picture of a recording."""

from __future__ import annotations

import io
import math
import re
import wave
from array import array

import pytest
from desk import Desk

from console import NotSound, content_security_policy, peaks

PAGE = "/api/console"


def sound(*loudness: float, channels: int = 1, width: int = 2) -> bytes:
    """A second of a tone for each loudness, 0 to 1."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, 16_000, 0, "NONE", ""))
        samples = [round(32767 * each * math.sin(n / 6)) for each in loudness for n in range(16_000)]
        writer.writeframes(array("h" if width == 2 else "b", [s >> (16 - 8 * width) for s in samples]).tobytes())
    return file.getvalue()


async def test_the_page_allows_nothing_inline_and_nothing_from_elsewhere(desk: Desk) -> None:
    answer = await desk.http.get(PAGE)
    policy = answer.headers["content-security-policy"]
    assert policy == content_security_policy(desk.laptop.addresses.login_url)
    assert "unsafe" not in policy and policy.count("http") == 1  # where tokens come from
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", answer.text)


async def test_all_that_the_page_names_is_served_under_its_own_type(desk: Desk) -> None:
    seen, waiting = set[str](), [PAGE]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = await desk.http.get(path)
        assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff"), path
        assert ("javascript" in answer.headers["content-type"]) == path.endswith(".js")
        named = set(re.findall(r'"(/api/console/[\w.-]+\.(?:js|css|svg))"', answer.text))
        waiting.extend(named - seen - set(waiting))
    assert {f"{PAGE}/console.js", f"{PAGE}/timeline.js", f"{PAGE}/console.css", f"{PAGE}/icon.svg"} <= seen


@pytest.mark.parametrize("name", ["files.py", "..%2Ffiles.py", "__init__.py", "nothing.js"])
async def test_nothing_else_is_served(desk: Desk, name: str) -> None:
    assert (await desk.http.get(f"{PAGE}/{name}")).status_code == 404


async def test_the_page_learns_where_tokens_come_from_and_no_secret(desk: Desk) -> None:
    told = (await desk.http.get(f"{PAGE}/sign-in.json")).json()
    settings = desk.laptop.simulator.settings
    assert told == {
        "authority": f"{desk.laptop.addresses.login_url}/{settings.tenant_id}/oauth2/v2.0",
        "client_id": settings.bot_app_id,
        "scope": f"api://{settings.bot_app_id}/.default",
        "development_key": True,
    }


async def test_a_recording_is_drawn_for_those_who_may_hear_it(desk: Desk) -> None:
    here, call_id = desk.laptop.connections, desk.instance_id
    await here.recordings.write_once("rec/x.wav", _once(sound(0.2, 0.8)), limit=10**6)
    saved = {"n": 1, "status": "saved", "mode": "kept", "blob": "rec/x.wav", "node": None, "reason": None}
    await here.records.close(call_id, {"customer": "northwind", "recordings": [saved]})
    answer = await desk.ask("GET", f"/calls/{call_id}/recordings/1/peaks?count=4")
    assert (answer.status_code, answer.json()) == (200, {"duration_s": 2.0, "peaks": [0.2, 0.2, 0.8, 0.8]})
    for count in ("0", "2001", "x", "-1", "1e3", ""):
        refused = await desk.ask("GET", f"/calls/{call_id}/recordings/1/peaks?count={count}")
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (400, ["count"]), count
    assert (await desk.ask("GET", f"/calls/{call_id}/recordings/2/peaks")).status_code == 404


async def test_a_recording_that_is_no_sound_is_a_422(desk: Desk) -> None:
    here, call_id = desk.laptop.connections, desk.instance_id
    await here.recordings.write_once("rec/y.wav", _once(b"RIFF"), limit=10**6)
    saved = {"n": 1, "status": "saved", "mode": "kept", "blob": "rec/y.wav", "node": None, "reason": None}
    await here.records.close(call_id, {"customer": "northwind", "recordings": [saved]})
    answer = await desk.ask("GET", f"/calls/{call_id}/recordings/1/peaks")
    assert (answer.status_code, answer.json()["title"]) == (422, "Not drawable")


async def _once(content: bytes):
    yield content


def test_there_are_no_more_parts_than_samples() -> None:
    assert peaks(sound(), 600) == {"duration_s": 0.0, "peaks": []}
    assert len(peaks(sound(0.5), 600)["peaks"]) == 600
    assert len(peaks(sound(0.5)[: 44 + 20], 600)["peaks"]) == 10


def test_the_loudest_sample_there_is_counts_as_one() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(array("h", [-32768, 0, 32767, -32768]).tobytes())
    assert peaks(file.getvalue(), 2)["peaks"] == [1.0, 1.0]


@pytest.mark.parametrize("audio", [b"", b"RIFF", b"ID3\x03 an mp3", sound(0.5, width=1)])
def test_what_is_no_sound_is_not_drawn(audio: bytes) -> None:
    with pytest.raises(NotSound):
        peaks(audio, 10)

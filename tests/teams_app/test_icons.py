"""The icons in the repository are what the script draws, and are of the form that Teams wants."""

from __future__ import annotations

import struct
import zlib

import pytest

from teams_app import checks, icons
from teams_app.package import HERE, App, manifest

MANIFEST = manifest(App(bot_app_id="0c1f5b00-5555-4a2b-9c3d-00000000b070", host_name="x.azurewebsites.net"))
GOOD = {"color.png": icons.color(), "outline.png": icons.outline()}


@pytest.mark.parametrize("name", GOOD)
def test_an_icon_in_the_repository_is_what_the_script_draws(name: str) -> None:
    assert (HERE / name).read_bytes() == GOOD[name], "draw them again: python -m teams_app.icons"


def test_an_icon_of_another_size_is_caught() -> None:
    wrong = {**GOOD, "color.png": icons.png(96, lambda x, y, size: (0, 0, 0, 255))}
    assert checks.problems(MANIFEST, wrong) == ["color.png is 96 x 96: Teams wants 192 x 192"]


def test_a_coloured_outline_is_caught() -> None:
    wrong = {**GOOD, "outline.png": icons.png(32, lambda x, y, size: (255, 0, 0, 255))}
    assert "has a colour" in checks.problems(MANIFEST, wrong)[0]


@pytest.mark.parametrize("data", [b"", b"GIF89a", GOOD["color.png"][:60], b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_png_is_caught(data: bytes) -> None:
    assert "is not a PNG" in checks.problems(MANIFEST, {**GOOD, "color.png": data})[0]


def test_every_chunk_has_its_checksum() -> None:
    data, at = GOOD["outline.png"], 8
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        body = data[at + 4 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(body)
        at += 12 + length
    assert at == len(data)

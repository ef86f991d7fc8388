"""Draws the icons: `python -m teams_app.icons` writes color.png (192 x 192) and outline.png (32 x 32).

A telephone handset, from geometry alone: no font, no image library, the same bytes everywhere.
Source: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = {"color.png": 192, "outline.png": 32}
BLUE = (0x1F, 0x4E, 0x79)
WHITE = (0xFF, 0xFF, 0xFF)
_SAMPLES = 4  # to a side of each pixel: smooth edges

Pixel = tuple[int, int, int, int]


def color() -> bytes:
    """White handset on the app's blue, opaque."""

    def pixel(cover: float) -> Pixel:
        red, green, blue = (round(back + (front - back) * cover) for back, front in zip(BLUE, WHITE, strict=True))
        return red, green, blue, 255

    return png(SIZES["color.png"], lambda x, y, size: pixel(_cover(x, y, size, 0.5)))


def outline() -> bytes:
    """White handset on nothing: white with transparency is all that Teams takes here."""
    return png(SIZES["outline.png"], lambda x, y, size: (*WHITE, round(255 * _cover(x, y, size, 0.85))))


def png(size: int, pixel: Callable[[int, int, int], Pixel]) -> bytes:
    """A square PNG, 8 bits per channel with alpha. Source: https://www.w3.org/TR/png-3/"""
    rows = b"".join(b"\0" + bytes(value for x in range(size) for value in pixel(x, y, size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _cover(x: int, y: int, size: int, share: float) -> float:
    """How much of a pixel the handset covers, 0 to 1; it takes `share` of the icon's width."""
    inside = 0
    for i in range(_SAMPLES):
        for j in range(_SAMPLES):
            u = ((x + (i + 0.5) / _SAMPLES) / size - 0.5) / share
            v = ((y + (j + 0.5) / _SAMPLES) / size - 0.5) / share
            inside += _handset(u, v)
    return inside / _SAMPLES**2


def _handset(u: float, v: float) -> bool:
    """Whether a point of the unit square around 0 is within the handset: a bow with a bulge at either end."""
    across, along = (u + v) / math.sqrt(2), (u - v) / math.sqrt(2)  # it lies aslant
    ends = abs(abs(along) - 0.42) < 0.13 and -0.27 < across < 0.14
    bow = abs(along) < 0.5 and abs(math.hypot(along, across + 0.62) - 0.68) < 0.09 and across > -0.2
    return ends or bow


def main() -> None:
    """Write both icons beside this file."""
    (HERE / "color.png").write_bytes(color())
    (HERE / "outline.png").write_bytes(outline())


if __name__ == "__main__":
    main()

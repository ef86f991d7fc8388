"""Video formats that the media platform has, and which one is sent.

The names are those of the static fields of `Microsoft.Skype.Bots.Media.VideoFormat`, which the signature list holds
too. Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/real-time-media-concepts
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, order=True)
class VideoFormat:
    """One way to send or receive pictures."""

    #: NV12, Rgb24, Yuy2 or H264.
    color: str
    width: int
    height: int
    fps: float

    @property
    def name(self) -> str:
        """The platform's name of it: `NV12_1280x720_15Fps`, `H264_320x180_1_875Fps`."""
        return f"{self.color}_{self.width}x{self.height}_{self.fps:g}Fps".replace(".", "_")

    @property
    def frame_bytes(self) -> int | None:
        """Size of one picture; None where it is compressed."""
        bits = {"NV12": 12, "Rgb24": 24, "Yuy2": 16}.get(self.color)
        return None if bits is None else self.width * self.height * bits // 8


class NoSuchFormat(ValueError):
    """The platform has no such format, or the two sides have none in common."""


_EVERY_RATE = (30.0, 15.0, 7.5, 3.75, 1.875)
_RAW: tuple[tuple[int, int, tuple[float, ...]], ...] = (
    (1920, 1080, _EVERY_RATE),
    (1280, 720, _EVERY_RATE),
    (960, 540, (30.0,)),
    (848, 480, (30.0,)),
    (640, 360, (30.0, 15.0)),
    (480, 270, (15.0,)),
    (424, 240, (15.0,)),
    (320, 180, (15.0,)),
    (1080, 1920, (30.0,)),
    (720, 1280, (30.0,)),
    (540, 960, (30.0,)),
    (480, 848, (30.0,)),
    (360, 640, (30.0, 15.0)),
    (270, 480, (15.0,)),
    (240, 424, (15.0,)),
    (180, 320, (30.0,)),
)
#: Main video that is sent compressed, exactly these.
_H264_MAIN = (
    (1920, 1080, 30.0),
    (1280, 720, 30.0),
    (960, 540, 30.0),
    (640, 360, 30.0),
    (640, 360, 15.0),
    (424, 240, 15.0),
    (320, 180, 15.0),
    (320, 180, 7.5),
    (320, 180, 3.75),
    (320, 180, 1.875),
)
#: What is compressed besides, for screen sharing.
_H264_SCREEN = tuple((width, height, fps) for width, height in ((1920, 1080), (1280, 720)) for fps in _EVERY_RATE[1:])


def _table() -> dict[str, VideoFormat]:
    raw = (
        VideoFormat(color=color, width=width, height=height, fps=fps)
        for color in ("NV12", "Rgb24", "Yuy2")
        for width, height, rates in _RAW
        for fps in rates
    )
    packed = (VideoFormat(color="H264", width=w, height=h, fps=f) for w, h, f in (*_H264_MAIN, *_H264_SCREEN))
    return {each.name: each for each in (*raw, *packed)}


FORMATS = _table()
#: What a subscription asks for, and the picture that it brings at most.
RESOLUTIONS = {
    "SD180p": (320, 180),
    "SD240p": (424, 240),
    "SD360p": (640, 360),
    "SD540p": (960, 540),
    "HD720p": (1280, 720),
    "HD1080p": (1920, 1080),
}
SLOWEST = 1.875


def named(names: Iterable[str]) -> tuple[VideoFormat, ...]:
    """The formats of these names. Raises `NoSuchFormat`."""
    wanted = tuple(names)
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise NoSuchFormat(f"{unknown[0]} is no format of the media platform")
    return tuple(FORMATS[name] for name in wanted)


def check_main(formats: Sequence[VideoFormat]) -> None:
    """Hold formats of main video to the platform's rules. Raises `NoSuchFormat`."""
    if not formats:
        raise NoSuchFormat("sending needs at least one format")
    packed = [each for each in formats if each.color == "H264"]
    main = {(each.width, each.height, each.fps) for each in packed}
    if main - set(_H264_MAIN):
        raise NoSuchFormat("this H264 format is for screen sharing only")
    if packed and not any((each.width, each.height) == (320, 180) for each in packed):
        raise NoSuchFormat("H264 needs at least one format of 320x180")


def check_screen(formats: Sequence[VideoFormat]) -> None:
    """Hold formats of screen sharing to the platform's rules. Raises `NoSuchFormat`."""
    if not formats:
        raise NoSuchFormat("sending needs at least one format")
    if len({(each.width, each.height) for each in formats}) != 1:
        raise NoSuchFormat("a screen is shared in one resolution")
    if all(each.fps != SLOWEST for each in formats):
        raise NoSuchFormat("a shared screen needs a format of 1.875 frames a second")


def negotiate(offered: Sequence[VideoFormat], accepted: Sequence[VideoFormat]) -> VideoFormat:
    """The first of `offered` (best first) that is accepted. Raises `NoSuchFormat`."""
    for each in offered:
        if each in accepted:
            return each
    raise NoSuchFormat("the two sides have no video format in common")


def screen_formats(width: int, height: int) -> tuple[VideoFormat, ...]:
    """Every rate at which an NV12 screen of this size may be shared, fastest first. Raises `NoSuchFormat`."""
    found = tuple(f for f in FORMATS.values() if (f.color, f.width, f.height) == ("NV12", width, height))
    check_screen(found)
    return found

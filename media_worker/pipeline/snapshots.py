"""Pictures: from the platform's NV12 to JPEG, and from an image to the NV12 that is shown.

The colours are those of ITU-R BT.601 in limited range; they were never compared with the real platform's.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from media_worker.engine.interface import VideoFrame
from media_worker.formats import VideoFormat

QUALITY = 85
MOST_PIXELS = 4096 * 4096


class NotAPicture(ValueError):
    """The bytes are no image, or too large a one."""


def jpeg(frame: VideoFrame) -> bytes:
    """The picture as a JPEG."""
    out = io.BytesIO()
    _image(frame).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def picture_of(image: bytes, form: VideoFormat) -> VideoFrame:
    """An image (PNG, JPEG) fitted into a format, black around it. Raises `NotAPicture`."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NotAPicture(f"{opened.width} x {opened.height} pixels are more than {MOST_PIXELS}")
            rgb = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise NotAPicture("it is no image that can be read") from None
    scale = min(form.width / rgb.width, form.height / rgb.height)
    size = (max(1, round(rgb.width * scale)), max(1, round(rgb.height * scale)))
    canvas = Image.new("RGB", (form.width, form.height))
    canvas.paste(rgb.resize(size), ((form.width - size[0]) // 2, (form.height - size[1]) // 2))
    return nv12(np.asarray(canvas))


def nv12(rgb: np.ndarray) -> VideoFrame:
    """An RGB picture (height, width, 3) as NV12."""
    red, green, blue = (rgb[..., channel].astype(np.float32) for channel in range(3))
    luma = 16 + 0.257 * red + 0.504 * green + 0.098 * blue
    height, width = luma.shape
    chroma = np.empty((height // 2, width), np.float32)
    chroma[:, 0::2] = _halved(128 - 0.148 * red - 0.291 * green + 0.439 * blue)
    chroma[:, 1::2] = _halved(128 + 0.439 * red - 0.368 * green - 0.071 * blue)
    planes = np.concatenate([luma, chroma]).round().clip(0, 255).astype(np.uint8)
    return VideoFrame(width=width, height=height, data=planes.tobytes())


def _halved(plane: np.ndarray) -> np.ndarray:
    height, width = plane.shape
    return plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))


def _image(frame: VideoFrame) -> Image.Image:
    planes = np.frombuffer(frame.data, np.uint8).reshape(frame.height * 3 // 2, frame.width)
    luma = np.clip((planes[: frame.height].astype(np.float32) - 16) * (255 / 219), 0, 255)
    pairs = planes[frame.height :].reshape(frame.height // 2, frame.width // 2, 2).astype(np.float32)
    chroma = np.clip((pairs - 128) * (255 / 224) + 128, 0, 255)
    whole = chroma.repeat(2, axis=0).repeat(2, axis=1)
    return Image.fromarray(np.dstack([luma, whole]).round().astype(np.uint8), "YCbCr")

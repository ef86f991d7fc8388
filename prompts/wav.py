"""The one audio format that Graph plays: WAV, PCM, 16 kHz, mono, 16-bit, here always behind a plain 44-byte header."""

from __future__ import annotations

import struct

RATE_HZ = 16_000
HEADER_BYTES = 44
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_FORMAT = (16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)  # fmt size, PCM, channels, rate, bytes/s, block, bits
_FORMAT_NAMES = ("size of fmt", "encoding", "channels", "samples per second", "bytes per second", "block", "bits")


class NotPlayable(ValueError):
    """The bytes are not a file that Graph plays; the message says which part of the header is not as it must be."""


def with_header(samples: bytes) -> bytes:
    """A WAV file around little-endian 16-bit samples."""
    size = len(samples)
    return _HEADER.pack(b"RIFF", 36 + size, b"WAVE", b"fmt ", *_FORMAT, b"data", size) + samples


def duration_ms(header: bytes, file_size: int) -> int:
    """How long a file plays, from its first 44 bytes and its size in bytes.

    Raises `NotPlayable` when the file is not WAV, PCM, 16 kHz, mono, 16-bit behind a plain header, is cut short, or
    is empty.

    Source: https://learn.microsoft.com/graph/api/resources/mediainfo
    """
    if len(header) < HEADER_BYTES:
        raise NotPlayable(f"shorter than a WAV header: {len(header)} bytes")
    riff, riff_size, wave, fmt, *found, data, data_size = _HEADER.unpack_from(header)
    if (riff, wave, fmt, data) != (b"RIFF", b"WAVE", b"fmt ", b"data"):
        raise NotPlayable("not a WAV file with a plain 44-byte header; python -m prompts.make writes one")
    for name, is_, must_be in zip(_FORMAT_NAMES, found, _FORMAT, strict=True):
        if is_ != must_be:
            raise NotPlayable(f"{name} is {is_} and must be {must_be} (PCM, 16 kHz, mono, 16-bit)")
    if data_size != file_size - HEADER_BYTES or riff_size != file_size - 8:
        raise NotPlayable(f"the header announces {data_size} bytes of audio, the file has {file_size - HEADER_BYTES}")
    if data_size == 0 or data_size % 2:
        raise NotPlayable(f"{data_size} bytes are not a whole number of samples, at least one")
    return round(1000 * data_size / (2 * RATE_HZ))

"""WAV, as recordings are kept and as playback is given: PCM, 16 kHz, 16 bit, mono."""

from __future__ import annotations

import struct

from media_worker.audio import RATE

HEADER_BYTES = 44
LARGEST_DATA = 2**32 - 1 - 36


class NotWav(ValueError):
    """It is no WAV of 16 kHz, 16 bit, mono."""


def header(data_bytes: int) -> bytes:
    """The 44 bytes before so many bytes of samples. Raises `ValueError` over 4 GB, which is 37 hours."""
    if not 0 <= data_bytes <= LARGEST_DATA:
        raise ValueError(f"{data_bytes} bytes do not fit in a WAV file")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + data_bytes, b"WAVE") + form + struct.pack("<4sI", b"data", data_bytes)


def samples(wav: bytes) -> bytes:
    """The samples of a WAV. Raises `NotWav`."""
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise NotWav("it does not begin as a WAV does")
    form, at = b"", 12
    while at + 8 <= len(wav):
        name, size = struct.unpack_from("<4sI", wav, at)
        body = wav[at + 8 : at + 8 + size]
        if name == b"fmt ":
            form = body
        elif name == b"data":
            _check(form)
            return body[: len(body) // 2 * 2]
        at += 8 + size + size % 2
    raise NotWav("it has no samples")


def _check(form: bytes) -> None:
    if len(form) < 16:
        raise NotWav("it does not say its format")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if (kind, channels, rate, bits) != (1, 1, RATE, 16):
        raise NotWav(f"it is of kind {kind} with {channels} channels at {rate} Hz, {bits} bit: not 16 kHz 16 bit mono")

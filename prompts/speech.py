"""Text to speech with espeak-ng, through its C library; development only, needs the `prompts` group of pyproject.toml.

Source: https://github.com/espeak-ng/espeak-ng/blob/1.52.0/src/include/espeak-ng/speak_lib.h
"""

from __future__ import annotations

import ctypes
import struct
import subprocess
import sys

import espeakng_loader

from prompts.speaking import SpeechFailed

#: By locale, as espeak-ng calls them.
VOICES = {"en-US": "en-us+f2", "de-DE": "de+f2"}
WORDS_PER_MINUTE = 155

_RATE = struct.Struct("<I")
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_SSML = 0x10
_PARAMETER_RATE = 1
_POSITION_CHARACTER = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """Speaks with espeak-ng."""

    def speak(self, text: str, locale: str, *, ssml: bool = False) -> tuple[bytes, int]:
        """The text as spoken: little-endian 16-bit mono samples, and their rate in Hz.

        A process of its own speaks it: the library carries state from one text to the next, even past its own end, and
        the same text has to give the same samples whatever was said before. Raises `SpeechFailed`.
        """
        voice = VOICES.get(locale)
        if voice is None:
            raise SpeechFailed(f"there is no voice for {locale} (but for {', '.join(VOICES)})")
        words = [sys.executable, "-m", "prompts.speech", voice, *(["ssml"] if ssml else [])]
        spoken = f"<speak>{text}</speak>" if ssml else text
        done = subprocess.run(words, input=spoken.encode(), capture_output=True, check=False)
        if done.returncode:
            raise SpeechFailed(done.stderr.decode(errors="replace").strip())
        (rate_hz,) = _RATE.unpack_from(done.stdout)
        return done.stdout[_RATE.size :], rate_hz


def main() -> None:
    """Speak standard input: writes the rate in Hz and the samples to standard output."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate_hz = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate_hz <= 0:
        raise SpeechFailed(f"espeak-ng did not start with its data at {espeakng_loader.get_data_path()}")
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # it seeds its flutter and breath with the time of day
    output = sys.stdout.buffer
    output.write(_RATE.pack(rate_hz))

    def keep(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count:
            output.write(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _CALLBACK(keep)  # named, or it is collected while the library still calls it
    library.espeak_SetSynthCallback(callback)
    _done("the voice", library.espeak_SetVoiceByName(sys.argv[1].encode()))
    _done("the rate", library.espeak_SetParameter(_PARAMETER_RATE, WORDS_PER_MINUTE, 0))
    words = sys.stdin.buffer.read() + b"\0"
    size, flags = ctypes.c_size_t(len(words)), _CHARS_UTF8 | (_SSML if "ssml" in sys.argv[2:] else 0)
    _done("the text", library.espeak_Synth(words, size, 0, _POSITION_CHARACTER, 0, flags, None, None))
    _done("the end", library.espeak_Synchronize())
    output.flush()


def _done(step: str, code: int) -> None:
    if code:
        raise SpeechFailed(f"espeak-ng refused {step}: error {code}")


if __name__ == "__main__":
    main()

"""Make the audio of every prompt from its text: `python -m prompts.make [ID ...]`.

Development only. The WAV files are checked in, so that a deployment needs no speech engine; the same texts give the
same bytes, so that a second run changes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soxr
import yaml

from prompts import wav
from prompts.speech import speak

FOLDER = Path(__file__).resolve().parent
PEAK = round(32767 * 10 ** (-3 / 20))  # -3 dBFS: loud enough on a phone, and no codec clips it
SILENCE = round(32767 * 10 ** (-45 / 20))  # below this is silence at the ends
LEAD_MS, TAIL_MS = 60, 120  # a decoder's ramp must not eat the first sound; the last word needs room to end


def texts(folder: Path, locale: str) -> dict[str, str]:
    """The words of every prompt of a locale, by id."""
    return yaml.safe_load((folder / "texts" / f"{locale}.yaml").read_text(encoding="utf-8"))


def render(text: str, locale: str = "en-US") -> bytes:
    """A text as a WAV file that Graph plays: trimmed, peak at -3 dBFS, 16 kHz mono 16-bit."""
    spoken, rate_hz = speak(text, locale)
    samples = np.frombuffer(spoken, dtype="<i2").astype(np.float64)
    samples = soxr.resample(samples, rate_hz, wav.RATE_HZ, quality="VHQ")
    samples *= PEAK / np.abs(samples).max()
    loud = np.flatnonzero(np.abs(samples) > SILENCE)
    samples = samples[loud[0] : loud[-1] + 1]
    quiet = [np.zeros(wav.RATE_HZ * ms // 1000) for ms in (LEAD_MS, TAIL_MS)]
    samples = np.concatenate([quiet[0], samples, quiet[1]])
    return wav.with_header(np.rint(samples).astype("<i2").tobytes())


def main(ids: list[str]) -> int:
    """Write the audio of these prompts (all, when none is named) and remove audio that has no text any more."""
    files = sorted((FOLDER / "texts").glob("*.yaml"))
    unknown = set(ids) - {id for file in files for id in texts(FOLDER, file.stem)}
    if unknown:
        print(f"no text for {', '.join(sorted(unknown))} in {', '.join(file.name for file in files)}", file=sys.stderr)
        return 1
    for text_file in files:
        locale = text_file.stem
        audio = FOLDER / "audio" / locale
        audio.mkdir(parents=True, exist_ok=True)
        words = texts(FOLDER, locale)
        for id in [each for each in words if each in ids] if ids else words:
            rendered = render(words[id], locale)
            (audio / f"{id}.wav").write_bytes(rendered)
            print(f"{locale} {id:<20} {wav.duration_ms(rendered[: wav.HEADER_BYTES], len(rendered)) / 1000:5.1f} s")
        for orphan in {path.stem for path in audio.glob("*.wav")} - set(words):
            (audio / f"{orphan}.wav").unlink()
            print(f"{locale} {orphan:<20} removed: it has no text")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

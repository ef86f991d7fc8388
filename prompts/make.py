"""Make the audio of every prompt from its words: `python -m prompts.make [ID ...]`.

Development only. The WAV files are checked in, so that a deployment needs no speech engine; with espeak-ng the same
texts give the same bytes, so that a second run changes nothing. What a caller would find wrong is not written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import httpx
import numpy as np
import soxr

from prompts import wav
from prompts.azure_speech import AzureSpeech, Identity, Key
from prompts.faults import WORD, faults
from prompts.speaking import Speaks, SpeechFailed
from prompts.speech import Espeak
from prompts.words import Words, read

FOLDER = Path(__file__).resolve().parent
PEAK = round(32767 * 10 ** (-3 / 20))  # -3 dBFS: loud enough on a phone, and no codec clips it
SILENCE = round(32767 * 10 ** (-45 / 20))  # below this is silence at the ends
LEAD_MS, TAIL_MS = 60, 120  # a decoder's ramp must not eat the first sound; the last word needs room to end


def texts(folder: Path, locale: str) -> dict[str, str]:
    """What is heard in every prompt of a locale, by id."""
    return {id: words.transcript for id, words in read(folder, locale).items()}


def render(text: str, locale: str = "en-US", *, by: Speaks | None = None, ssml: bool = False) -> bytes:
    """A text as a WAV file that Graph plays: trimmed, peak at -3 dBFS, 16 kHz mono 16-bit. Raises `SpeechFailed`."""
    spoken, rate_hz = (by or Espeak()).speak(text, locale, ssml=ssml)
    samples = np.frombuffer(spoken, dtype="<i2").astype(np.float64)
    if not np.abs(samples).max(initial=0):
        raise SpeechFailed("nothing is heard")
    samples = soxr.resample(samples, rate_hz, wav.RATE_HZ, quality="VHQ")
    samples *= PEAK / np.abs(samples).max()
    loud = np.flatnonzero(np.abs(samples) > SILENCE)
    samples = samples[loud[0] : loud[-1] + 1]
    quiet = [np.zeros(wav.RATE_HZ * ms // 1000) for ms in (LEAD_MS, TAIL_MS)]
    samples = np.concatenate([quiet[0], samples, quiet[1]])
    return wav.with_header(np.rint(samples).astype("<i2").tobytes())


def made(words: Words, locale: str, by: Speaks, folder: Path = FOLDER) -> bytes:
    """A prompt of any kind; a recording is taken as it is. Raises `SpeechFailed` and `OSError`."""
    if words.file is not None:
        return (folder / "recorded" / locale / words.file).read_bytes()
    text = words.ssml if words.ssml is not None else words.text or ""
    return render(text, locale, by=by, ssml=words.ssml is not None)


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write the audio of these prompts (all, when none is named) and remove audio that has no words any more."""
    options = _options(arguments)
    locales = sorted(path.stem for path in (folder / "texts").glob("*.yaml"))
    every = {locale: read(folder, locale) for locale in locales}
    unknown = set(options.ids) - {id for words in every.values() for id in words}
    if unknown:
        names = ", ".join(f"{locale}.yaml" for locale in locales)
        print(f"no text for {', '.join(sorted(unknown))} in {names}", file=sys.stderr)
        return 1
    by = _speaker(options)
    refused = 0
    for locale, prompts in every.items():
        audio = folder / "audio" / locale
        audio.mkdir(parents=True, exist_ok=True)
        for id in [each for each in prompts if each in options.ids] if options.ids else prompts:
            refused += not _write(audio / f"{id}.wav", prompts[id], locale, by, folder)
        for orphan in {path.stem for path in audio.glob("*.wav")} - set(prompts):
            (audio / f"{orphan}.wav").unlink()
            print(f"{locale} {orphan:<20} removed: it has no text")
    return 1 if refused else 0


def _write(path: Path, words: Words, locale: str, by: Speaks, folder: Path) -> bool:
    try:
        audio = made(words, locale, by, folder)
        wrong = faults(audio, WORD if path.stem.startswith("say-") else None)
    except (SpeechFailed, OSError) as failure:
        wrong, audio = [str(failure)], b""
    if wrong:
        print(f"{locale} {path.stem:<20} not written: {'; '.join(wrong)}", file=sys.stderr)
        return False
    path.write_bytes(audio)
    print(f"{locale} {path.stem:<20} {wav.duration_ms(audio[: wav.HEADER_BYTES], len(audio)) / 1000:5.1f} s")
    return True


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m prompts.make", description="Make the audio of prompts.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="prompts; all when none is named")
    parser.add_argument("--azure", metavar="URL", help="speak with Azure AI Speech: https://REGION.tts.speech...")
    parser.add_argument("--key-file", type=Path, help="a file with the key of the Speech resource")
    parser.add_argument("--token-file", type=Path, help="a file with a token of Microsoft Entra, instead of a key")
    parser.add_argument("--resource-id", default="", help="of the Speech resource; goes with the token")
    parser.add_argument("--voice", action="append", default=[], metavar="LOCALE=NAME", help="another voice of Azure")
    options = parser.parse_args(arguments)
    if options.azure and (options.key_file is None) == (options.token_file is None):
        parser.error("--azure takes --key-file, or --token-file and --resource-id")
    return options


def _speaker(options: argparse.Namespace) -> Speaks:
    if not options.azure:
        return Espeak()
    secret = (options.key_file or options.token_file).read_text(encoding="utf-8").strip()
    credential = Key(key=secret) if options.key_file else Identity(token=secret, resource_id=options.resource_id)
    voices = dict(each.split("=", 1) for each in options.voice)
    return AzureSpeech(httpx.Client(timeout=30.0), options.azure, credential, voices=voices)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

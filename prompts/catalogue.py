"""The prompts of one deployment, by id and locale, and by the key in their address.

Graph fetches prompts without credentials, so the address is the secret: its key is made from the audio's hash and a
salt that only the deployment knows. The same audio has the same key on every instance of the app, other audio another
one, so an address never changes its meaning and may be cached for ever.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from prompts import wav

_KEY_BYTES = 18  # 144 bits, 24 characters without padding


class PromptError(Exception):
    """A prompt cannot be had."""


class UnknownPrompt(PromptError):
    """No prompt of this id in this locale, or no such locale; the message names what comes near."""


class BrokenPrompt(PromptError):
    """The file is there, but Graph would not play it."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One audio file: its `key` in `/api/prompts/{key}`, its length in milliseconds, the SHA-256 (hex) of its bytes."""

    id: str
    locale: str
    key: str
    path: Path
    duration_ms: int
    sha256: str


class Catalogue:
    """The prompts under a folder, `audio/{locale}/{id}.wav`. A file is read when it is first asked for, and once."""

    def __init__(self, files: dict[str, dict[str, Path]], salts: tuple[str, ...]) -> None:
        self._files = files
        self._salts = salts
        self._prompts: dict[tuple[str, str], Prompt] = {}
        self._by_key: dict[str, Prompt] | None = None

    @classmethod
    def load(cls, folder: Path, salt: str, *, previous_salts: tuple[str, ...] = ()) -> Catalogue:
        """The catalogue of a folder; lists it, reads no audio yet.

        Keys are made with `salt`. Those made with `previous_salts` are still recognised, so that a salt can change
        while calls are live. Raises `PromptError` when there is no audio under the folder, ValueError for an empty
        salt.
        """
        salts = (salt, *previous_salts)
        if not all(salts):
            raise ValueError("a prompt's address is protected by the salt: it cannot be empty")
        files: dict[str, dict[str, Path]] = {}
        for path in sorted(folder.glob("audio/*/*.wav")):
            files.setdefault(path.parent.name, {})[path.stem] = path
        if not files:
            raise PromptError(f"no audio/LOCALE/ID.wav under {folder}; make them with: python -m prompts.make")
        return cls(files, salts)

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales that have prompts, in order."""
        return tuple(self._files)

    def ids(self, locale: str) -> tuple[str, ...]:
        """The prompt ids of a locale, in order. Raises `UnknownPrompt` when there is no such locale."""
        return tuple(self._of_locale(locale))

    def prompt(self, id: str, locale: str) -> Prompt:
        """One prompt. Raises `UnknownPrompt`, or `BrokenPrompt` when its file is not what Graph plays."""
        known = self._prompts.get((locale, id))
        if known is None:
            files = self._of_locale(locale)
            if id not in files:
                raise UnknownPrompt(f"no prompt {id!r} in {locale}{_near(id, files)}")
            known = self._prompts[locale, id] = self._read(id, locale, files[id])
        return known

    def by_key(self, key: str) -> Prompt | None:
        """The prompt whose address ends in this key; None when there is none. The first call reads every file."""
        if self._by_key is None:
            self._by_key = {
                _key(prompt.sha256, salt): prompt for salt in reversed(self._salts) for prompt in self._all()
            }
        return self._by_key.get(key)

    def _all(self) -> Iterator[Prompt]:
        for locale, files in self._files.items():
            for id in files:
                # The key of a broken file was never given out, and it must not silence the others.
                with suppress(BrokenPrompt):
                    yield self.prompt(id, locale)

    def _of_locale(self, locale: str) -> dict[str, Path]:
        if locale not in self._files:
            raise UnknownPrompt(f"no prompts for the locale {locale!r}{_near(locale, self._files)}")
        return self._files[locale]

    def _read(self, id: str, locale: str, path: Path) -> Prompt:
        audio = path.read_bytes()
        try:
            duration_ms = wav.duration_ms(audio[: wav.HEADER_BYTES], len(audio))
        except wav.NotPlayable as error:
            raise BrokenPrompt(f"prompt {id!r} in {locale} ({path.name}): {error}") from error
        sha256 = hashlib.sha256(audio).hexdigest()
        return Prompt(
            id=id, locale=locale, key=_key(sha256, self._salts[0]), path=path, duration_ms=duration_ms, sha256=sha256
        )


def _key(sha256: str, salt: str) -> str:
    # The prefix keeps these apart from anything else that is signed with the same secret.
    mac = hmac.digest(salt.encode(), b"prompt/v1/" + bytes.fromhex(sha256), "sha256")
    return base64.urlsafe_b64encode(mac[:_KEY_BYTES]).decode("ascii")


def _near(name: str, known: dict[str, Path] | dict[str, dict[str, Path]]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known)}"

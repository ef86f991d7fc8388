"""Reads a request's JSON field by field; what is wrong is named by its path."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast


class FieldWrong(ValueError):
    """A field is missing, of the wrong type, out of range or unknown. `field` is its path: `audio.direction`."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field = field
        self.text = text


class Fields:
    """An object of a request. Whoever has read what there may be calls `done`: anything else is refused."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise FieldWrong(path or "body", "must be an object")
        self._value = cast("Mapping[str, Any]", value)
        self._path = path
        self._read: set[str] = set()

    def path(self, name: str) -> str:
        """How a field of this object is called in answers."""
        return f"{self._path}.{name}" if self._path else name

    def wrong(self, name: str, text: str) -> FieldWrong:
        """What to raise about a field."""
        return FieldWrong(self.path(name), text)

    def text(self, name: str, *, pattern: str = r".+", longest: int = 1024, default: str | None = None) -> str:
        """A string that matches `pattern` whole."""
        value = self._get(name, default)
        if not isinstance(value, str) or len(value) > longest or not re.fullmatch(pattern, value, re.ASCII | re.DOTALL):
            raise self.wrong(name, f"must be a string of at most {longest} characters of the form {pattern}")
        return value

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of a few words."""
        value = self._get(name, default)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(name, f"must be one of {', '.join(choices)}")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number within limits."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(name, f"must be a whole number from {least} to {most}")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """A number within limits."""
        value = self._get(name, None)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(name, "must be a number")
        if not least <= value <= most:
            raise self.wrong(name, f"must be from {least:g} to {most:g}")
        return float(value)

    def object(self, name: str) -> Fields:
        """An object; an empty one where it is missing."""
        return Fields(self._get(name, {}), self.path(name))

    def maybe_object(self, name: str) -> Fields | None:
        """An object, or None where it is missing."""
        return self.object(name) if self.has(name) else None

    def objects(self, name: str, most: int) -> list[Fields]:
        """Objects; none where it is missing."""
        return [Fields(each, f"{self.path(name)}[{at}]") for at, each in enumerate(self._list(name, most))]

    def texts(self, name: str, most: int) -> tuple[str, ...]:
        """Strings; none where it is missing."""
        found = self._list(name, most)
        for at, each in enumerate(found):
            if not isinstance(each, str):
                raise FieldWrong(f"{self.path(name)}[{at}]", "must be a string")
        return tuple(found)

    def has(self, name: str) -> bool:
        """Whether it is there and not null."""
        self._read.add(name)
        return self._value.get(name) is not None

    def done(self) -> None:
        """Refuse what nobody has read."""
        for name in self._value:
            if name not in self._read:
                raise self.wrong(str(name)[:64], "is not known")

    def _list(self, name: str, most: int) -> list[Any]:
        value = self._get(name, [])
        if not isinstance(value, list) or len(value) > most:
            raise self.wrong(name, f"must be a list of at most {most}")
        return cast("list[Any]", value)

    def _get(self, name: str, default: object) -> object:
        self._read.add(name)
        value = self._value.get(name)
        if value is None:
            if default is None:
                raise self.wrong(name, "is required")
            return default
        return value

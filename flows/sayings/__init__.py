"""Values said aloud: numbers, money, dates, times and digits, put together of prompts that are there already.

Nothing is synthesised in a call. A locale is a table beside this module, `{locale}.yaml`, and the words in
`prompts/texts/{locale}.yaml`; what a table can say is what this module reads of it.

In an act a value is one prompt among others, `say:number:345`; whoever plays it, who knows the language, has it said
out: `say-3`, `say-hundred`, `say-40`, `say-5`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from flows.functions import Value
from flows.spoken import in_language, split

FORMS = ("digits", "number", "money", "date", "time")
CURRENCIES = ("USD", "EUR", "GBP")
MARK = "say:"
#: Graph plays 20 prompts at once: sixteen digits, and four around them.
MOST_DIGITS = 16
LARGEST = 999_999

_Money = Literal["one", "many", "cent", "cents"]
_HERE = Path(__file__).parent


class NotSaid(ValueError):
    """There is no table for a locale."""


def saying(form: str, value: Value, currency: str = "") -> str | None:
    """Name the prompt that says a value in a form; None when it has no such form."""
    canonical = _CANONICAL[form](value)
    if canonical is None:
        return None
    return f"{MARK}{form}{f'-{currency}' if form == 'money' else ''}:{canonical}"


def shown(prompt: str) -> str:
    """What a journal may call a prompt: of a value only its form."""
    locale, name = split(prompt)
    if not name.startswith(MARK):
        return prompt
    form = name.split(":")[1]
    return in_language(locale, f"{MARK}{form}") if locale else f"{MARK}{form}"


def said_out(prompts: Iterable[str], locale: str) -> tuple[str, ...]:
    """The prompts with every value said out in its language, or in that of the call. Raises `NotSaid`."""
    return tuple(each for prompt in prompts for each in _said_out(prompt, locale))


def _said_out(prompt: str, own: str) -> Iterator[str]:
    locale, name = split(prompt)
    if not name.startswith(MARK):
        yield prompt
        return
    _, form, value = name.split(":", 2)
    for word in Table.of(locale or own).words(form, value):
        yield in_language(locale, word) if locale else word


def needed(forms: Iterable[str], locale: str, languages: Iterable[str]) -> tuple[str, ...]:
    """Every prompt that values of these forms may take, in the call's own language and in others. Raises `NotSaid`."""
    forms = tuple(forms)
    own = [word for form in forms for word in Table.of(locale).vocabulary(form)]
    others = [
        in_language(other, word) for other in languages for form in forms for word in Table.of(other).vocabulary(form)
    ]
    return tuple(dict.fromkeys([*own, *others]))


def locales() -> tuple[str, ...]:
    """The locales that have a table."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


class Table:
    """How a language says values. Words are prompts by their ids."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._number: dict[str, str] = facts["number"]
        self._digits: dict[str, str] = facts["digits"]
        self._money: dict[str, Any] = facts["money"]
        self._date: dict[str, Any] = facts["date"]
        self._time: dict[str, Any] = facts["time"]

    @classmethod
    def of(cls, locale: str) -> Table:
        """The table of a locale. Raises `NotSaid`."""
        return _table(locale)

    def words(self, form: str, value: str) -> list[str]:
        """The words that say a canonical value."""
        kind, _, currency = form.partition("-")
        match kind:
            case "digits":
                return [self._digits.get(digit, f"say-{digit}") for digit in value]
            case "number":
                return self._whole(int(value))
            case "money":
                return self._amount(value, currency)
            case "date":
                return self._day(*map(int, value.split("-")))
            case _:
                return self._clock(*map(int, value.split(":")))

    def vocabulary(self, form: str) -> list[str]:
        """Every word that values of a form may take."""
        return list(dict.fromkeys(word for value in _examples(form) for word in self.words(form, value)))

    def _whole(self, number: int) -> list[str]:
        if number < 0:
            return [self._number["minus"], *self._whole(-number)]
        thousands, rest = divmod(number, 1000)
        said = self._before(self._below_1000(thousands), self._number["thousand"]) if thousands else []
        return said + self._below_1000(rest) if rest or not said else said

    def _before(self, words: list[str], what: str) -> list[str]:
        """A number before a noun: some languages have another word for one there."""
        return [*words[:-1], self._number["one_before"] if words[-1] == "say-1" else words[-1], what]

    def _below_1000(self, number: int) -> list[str]:
        hundreds, rest = divmod(number, 100)
        said = self._before([f"say-{hundreds}"], self._number["hundred"]) if hundreds else []
        return said + self._below_100(rest) if rest or not said else said

    def _below_100(self, number: int) -> list[str]:
        unit = number % 10
        if number < 20 or not unit:
            return [f"say-{number}"]
        tens = f"say-{number - unit}"
        return [f"say-and-{unit}", tens] if self._number["units"] == "before" else [tens, f"say-{unit}"]

    def _amount(self, value: str, currency: str) -> list[str]:
        names: dict[_Money, str] = self._money[currency]
        sign, whole, cents = value.startswith("-"), *map(int, value.lstrip("-").split("."))
        parts: list[list[str]] = []
        if whole or not cents:
            parts.append(self._before(self._whole(whole), names["one" if whole == 1 else "many"]))
        if cents:
            parts.append(self._before(self._below_100(cents), names["cent" if cents == 1 else "cents"]))
        joined = [*parts[0], *([self._money["and"], *parts[1]] if len(parts) > 1 else [])]
        return [self._number["minus"], *joined] if sign else joined

    def _day(self, year: int, month: int, day: int) -> list[str]:
        parts = {"year": self._year(year), "month": [f"say-month-{month}"], "day": [f"say-day-{day}"]}
        return [word for part in self._date["order"] for word in parts[part]]

    def _year(self, year: int) -> list[str]:
        century, rest = divmod(year, 100)
        if self._date["years"] == "pairs" and year // 10 != 200:
            if not rest:
                return [*self._below_100(century), self._number["hundred"]]
            small = [self._date["oh"]] if rest < 10 else []
            return [*self._below_100(century), *small, *self._below_100(rest)]
        if self._date["years"] == "hundreds" and century < 20:
            return [*self._below_100(century), self._number["hundred"], *(self._below_100(rest) if rest else [])]
        return self._whole(year)

    def _clock(self, hour: int, minute: int) -> list[str]:
        if self._time["clock"] == 24:
            after = self._below_100(minute) if minute else []
            return [*self._before(self._below_100(hour), self._time["hour"]), *after]
        small = [self._time["oh"]] if 0 < minute < 10 else []
        minutes = [*small, *self._below_100(minute)] if minute else []
        return [*self._below_100(hour % 12 or 12), *minutes, self._time["pm" if hour >= 12 else "am"]]


@lru_cache(maxsize=64)
def _table(locale: str) -> Table:
    path = _HERE / f"{locale}.yaml"
    if locale not in locales():
        raise NotSaid(f"values cannot be said in {locale} (but in: {', '.join(locales())})")
    return Table(cast("dict[str, Any]", yaml.safe_load(path.read_text(encoding="utf-8"))))


@lru_cache(maxsize=16)
def _examples(form: str) -> tuple[str, ...]:
    """Values that together take every word of a form."""
    kind = form.partition("-")[0]
    numbers = [*range(101), *range(200, 1000, 100), 1000, 2001, -1]
    match kind:
        case "digits":
            return tuple("0123456789*#")
        case "number":
            return tuple(map(str, numbers))
        case "money":
            return (*(f"{number}.00" for number in numbers), *(f"1.{cents:02}" for cents in range(100)))
        case "date":
            years = [f"{year}-01-01" for year in range(1900, 2100)]
            days = [f"2024-01-{day:02}" for day in range(1, 32)]
            return (*years, *days, *(f"2024-{month:02}-01" for month in range(1, 13)))
        case _:
            return tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))


def _digits(value: Value) -> str | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and re.fullmatch(rf"[0-9*#]{{1,{MOST_DIGITS}}}", text) else None


def _number(value: Value) -> str | None:
    cents = _cents(value)
    return None if cents is None or cents % 100 else str(cents // 100)


def _money(value: Value) -> str | None:
    cents = _cents(value)
    if cents is None:
        return None
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02}"


def _cents(value: Value) -> int | None:
    """A number in hundredths: of a text as it is written, of a number as near as hundredths are."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,2})?", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        return None
    return round(value * 100)


def _date(value: Value) -> str | None:
    try:
        found = date.fromisoformat(value[:10]) if isinstance(value, str) and len(value) >= 10 else None
    except ValueError:
        return None
    return None if found is None or not 1900 <= found.year <= 2099 else found.isoformat()


def _time(value: Value) -> str | None:
    match = re.fullmatch(r"(?:[0-9-]{10}T)?([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-9]{2})?", str(value))
    return f"{match[1]}:{match[2]}" if match else None


_CANONICAL = {"digits": _digits, "number": _number, "money": _money, "date": _date, "time": _time}

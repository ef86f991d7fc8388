"""Values said aloud, held to those who know languages: num2words for numbers, Babel for dates."""

from __future__ import annotations

import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.dates import format_date
from bad_flows import VOICES, nodes
from num2words import num2words

import prompts
from flows import Interpreter, acts, load, sayings
from flows.checker import Source, check

TEXTS = Path(prompts.__file__).parent / "texts"
WORDS = {
    locale: {id: text.rstrip(".") for id, text in yaml.safe_load((TEXTS / f"{locale}.yaml").read_text()).items()}
    for locale in sayings.locales()
}
DICE = random.Random(1)
NUMBERS = [*range(1200), *(DICE.randrange(sayings.LARGEST + 1) for _ in range(3000)), 100_000, 101_000, 999_999]
FLOW = """
schema: 1
id: says
locale: en-US
start: have
defaults: {onError: {next: sorry}}
variables: {amount: 0}
nodes:
  have: {kind: answer, next: say}
  say: {kind: say, value: amount, as: money, currency: EUR, before: you-owe, after: please, next: bye}
  bye: {kind: hangup}
  sorry: {kind: hangup, prompts: sorry}
"""


def aloud(form: str, value: Any, locale: str, currency: str = "") -> str:
    """The words, as somebody would write them down."""
    saying = sayings.saying(form, value, currency)
    assert saying is not None
    return " ".join(WORDS[locale][word].lower() for word in sayings.said_out([saying], locale))


def plain(text: str) -> str:
    """English numbers without the marks and the `and` that only some write."""
    return " ".join(re.sub(r"[,-]", " ", text).replace(" and ", " ").split())


def test_english_numbers_are_those_of_num2words() -> None:
    for number in [*NUMBERS, -5, -120]:
        assert plain(aloud("number", number, "en-US")) == plain(num2words(number, lang="en")), number


def test_german_numbers_are_those_of_num2words() -> None:
    for number in [*NUMBERS, -5, -120]:
        # It writes "einstausend" behind hundreds, which nobody says.
        expected = num2words(number, lang="de").replace(" ", "").replace("einstausend", "eintausend")
        assert aloud("number", number, "de-DE").replace(" ", "") == expected, number


def test_english_years_are_those_of_num2words() -> None:
    for year in range(1900, 2100):
        said = aloud("date", f"{year}-01-01", "en-US").removeprefix("january first ")
        assert plain(said) == plain(num2words(year, to="year", lang="en")), year


def test_german_years_are_those_of_num2words() -> None:
    for year in range(1900, 2100):
        said = aloud("date", f"{year}-01-01", "de-DE").removeprefix("erster januar ")
        assert said.replace(" ", "") == num2words(year, to="year", lang="de").replace(" ", ""), year


@pytest.mark.parametrize(("locale", "language"), [("en-US", "en"), ("de-DE", "de")])
def test_dates_have_the_parts_of_the_locale_in_its_order(locale: str, language: str) -> None:
    for day in (date(2026, month, 1 + month * 2) for month in range(1, 13)):
        said = aloud("date", day.isoformat(), locale)
        ordinal = num2words(day.day, to="ordinal", lang=language) + ("r" if language == "de" else "")
        parts = [format_date(day, "MMMM", locale=locale.replace("-", "_")).lower(), ordinal]
        written = format_date(day, "long", locale=locale.replace("-", "_")).lower()
        order = sorted(parts, key=lambda part: written.index(str(day.day) if part == ordinal else part))
        assert said.startswith(" ".join(order)), (said, written)


@pytest.mark.parametrize(
    ("form", "value", "english", "german"),
    [
        ("digits", "07*#", "zero seven star pound", "null sieben stern raute"),
        ("digits", 12, "one two", "eins zwei"),
        ("number", "42", "forty two", "zwei und vierzig"),
        ("money", 1, "one euro", "ein euro"),
        ("money", 101, "one hundred one euros", "ein hundert ein euro"),
        ("money", "21.01", "twenty one euros and one cent", "ein und zwanzig euro und ein cent"),
        ("money", 0.5, "fifty cents", "fünfzig cent"),
        ("money", -3.2, "minus three euros and twenty cents", "minus drei euro und zwanzig cent"),
        ("money", 0, "zero euros", "null euro"),
        ("time", "00:05", "twelve oh five a m", "null uhr fünf"),
        ("time", "13:00", "one p m", "dreizehn uhr"),
        ("time", "2026-01-05T01:30:00", "one thirty a m", "ein uhr dreißig"),
        ("date", "2026-01-05T10:00:00Z", "january fifth twenty twenty six", "fünfter januar"),
    ],
)
def test_what_is_said(form: str, value: Any, english: str, german: str) -> None:
    assert aloud(form, value, "en-US", "EUR") == english
    assert (
        aloud(form, value, "de-DE", "EUR")
        .replace("ein und zwanzig", "einund zwanzig")
        .startswith(german.replace("ein und zwanzig", "einund zwanzig").replace("zwei und", "zweiund"))
    )


@pytest.mark.parametrize(
    ("form", "value"),
    [
        *(("digits", value) for value in (None, "", "12a", "1" * 17, True, 1.5, -1)),
        *(("number", value) for value in (None, "", "x", 1.5, 10**6, -(10**6), float("nan"), float("inf"), True)),
        *(("money", value) for value in (None, "1.234", "1,5", 10**7, False)),
        *(("date", value) for value in (None, 20260105, "2026-02-30", "26-01-05", "1899-01-01", "2100-01-01")),
        *(("time", value) for value in (None, "24:00", "9:00", "noon", 12)),
    ],
)
def test_what_has_no_such_form_is_not_said(form: str, value: Any) -> None:
    assert sayings.saying(form, value, "USD") is None


@pytest.mark.parametrize("locale", sayings.locales())
def test_every_word_that_is_needed_has_a_text_and_every_text_is_needed(locale: str) -> None:
    forms = [*(form for form in sayings.FORMS if form != "money"), *(f"money-{each}" for each in sayings.CURRENCIES)]
    needed = set(sayings.needed(forms, locale, ()))
    assert needed == {id for id in WORDS[locale] if id.startswith("say-")}


@pytest.mark.parametrize("locale", sayings.locales())
def test_every_value_is_said_with_the_words_of_its_form_and_in_one_request(locale: str) -> None:
    for form, currency in [("number", ""), *(("money", each) for each in sayings.CURRENCIES)]:
        needed = set(sayings.needed([f"money-{currency}" if currency else form], locale, ()))
        for number in NUMBERS[::7]:
            said = sayings.said_out([str(sayings.saying(form, number + (0.77 if currency else 0), currency))], locale)
            assert set(said) <= needed
            assert len(said) <= sayings.MOST_DIGITS


def test_a_flow_says_a_value_between_prompts_and_what_is_none_leads_elsewhere() -> None:
    flow = load(FLOW, "says.yaml")
    walk = Interpreter(flow)
    walk.set_variable("amount", 12.5)
    walk.begin()
    act = walk.resume(acts.Answered())
    assert isinstance(act, acts.Play)
    assert act.prompts == ("you-owe", "say:money-EUR:12.50", "please")
    assert {"say-euros", "say-cents", "say-90"} <= set(flow.prompts_in("en-US"))
    assert "say-euros" not in flow.prompts_in("de-DE")
    walk = Interpreter(flow)
    walk.set_variable("amount", "much")
    walk.begin()
    failed = walk.resume(acts.Answered())
    assert isinstance(failed, acts.Play)
    assert failed.prompts == ("sorry",)


def test_values_are_said_in_the_language_of_the_moment_and_the_journal_does_not_tell_them() -> None:
    prompt = "de-DE/say:money-EUR:12.50"
    assert sayings.said_out(["hello", prompt], "en-US") == (
        "hello",
        *(f"de-DE/{word}" for word in ("say-12", "say-euro", "say-and", "say-50", "say-cent")),
    )
    assert sayings.shown(prompt) == "de-DE/say:money-EUR"
    assert sayings.shown("hello") == "hello"


def test_words_that_are_not_there_are_found_by_the_checker() -> None:
    text = nodes("  m: {kind: say, value: caller, as: digits, next: t, on: {failed: z, unsayable: z}}\n")
    found = check([Source(file="f.yaml", text=text)], voices=VOICES)
    assert [(each.rule, each.place.line) for each in found] == [("unknown-prompt", 8)]
    assert "to say values in en-US there is no say-0, say-1" in found[0].message
    voices = {"fr-FR": VOICES["en-US"]}
    (other,) = check([Source(file="f.yaml", text=text.replace("en-US", "fr-FR"))], voices=voices)
    assert (other.rule, other.message) == (
        "missing-locale",
        "values cannot be said in fr-FR (but in: de-DE, en-US)",
    )

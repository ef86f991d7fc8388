"""The functions of expressions. All are total: of what they are not meant for they make null, or false."""

from __future__ import annotations

import re
from collections.abc import Callable

Value = str | int | float | bool | None

LARGEST = 10**15


def as_number(value: Value) -> int | float | None:
    """Give a number from -10^15 to 10^15, so that none is too much for arithmetic; None for what is none.

    True and false are none, and neither are the infinities that a service may answer with.
    """
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return number if number is not None and -LARGEST <= number <= LARGEST else None


def _to_number(value: Value) -> Value:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", value):
        return float(value) if "." in value else int(value)
    return as_number(value)


def _to_text(value: Value) -> Value:
    if isinstance(value, str | bool):
        return value if isinstance(value, str) else str(value).lower()
    number = as_number(value)
    return None if number is None else str(number)


def _length(value: Value) -> Value:
    return len(value) if isinstance(value, str) else None


def _starts(text: Value, prefix: Value) -> Value:
    return isinstance(text, str) and isinstance(prefix, str) and text.startswith(prefix)


def _ends(text: Value, suffix: Value) -> Value:
    return isinstance(text, str) and isinstance(suffix, str) and text.endswith(suffix)


def _part(text: Value, first: Value, count: Value) -> Value:
    at, length = as_number(first), as_number(count)
    if not isinstance(text, str) or not isinstance(at, int) or not isinstance(length, int) or at < 1 or length < 0:
        return None
    return text[at - 1 : at - 1 + length]


def _least(first: Value, second: Value) -> Value:
    a, b = as_number(first), as_number(second)
    return None if a is None or b is None else min(a, b)


def _most(first: Value, second: Value) -> Value:
    a, b = as_number(first), as_number(second)
    return None if a is None or b is None else max(a, b)


def _luhn(text: Value) -> Value:
    """Whether the last digit of a card's number is the right one."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{2,32}", text):
        return False
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(text))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


# Name -> how many values it takes, and what it makes of them.
FUNCTIONS: dict[str, tuple[int, Callable[..., Value]]] = {
    "length": (1, _length),
    "number": (1, _to_number),
    "text": (1, _to_text),
    "starts": (2, _starts),
    "ends": (2, _ends),
    "part": (3, _part),
    "min": (2, _least),
    "max": (2, _most),
    "luhn": (1, _luhn),
}

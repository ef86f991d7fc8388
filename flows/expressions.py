"""The expressions of `set` and `branch`: closed, total and small.

    account == '1234' and tries < 3
    length(account) >= 4 or caller in ['phone', 'guest']

Values are text, numbers, true, false and null; operators are `+ - * / %`, comparisons, `in`, `and`, `or`, `not`. There
is nothing to call but these; nothing loops; a text is at most 400 characters and nests at most 20 deep, so reading and
evaluating are bounded.

    length('12') == 2            number('12') == 12           text(12) == '12'
    starts('+44', '+4')          ends('12#', '#')             part('1234', 2, 2) == '23'
    min(2, 3) == 2               max(2, 3) == 3               luhn('79927398713')

Expressions are total, since a live call is no place for a type error: an unset variable is null, arithmetic on what is
not a number (or beyond 10^15, or divided by 0) is null, an ordering of unlike values is false. `and`, `or`, `not` see
null, false, 0 and '' as false and always give true or false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows.functions import FUNCTIONS, Value, as_number

MAX_LENGTH = 400
MAX_NESTING = 20
MAX_TEXT = 1000

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>==|!=|<=|>=|[<>+\-*/%()\[\],]))"
)
_KEYWORDS = {"and", "or", "not", "in", "true", "false", "null"}
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in"}


class ExpressionError(ValueError):
    """The text is no expression; the message says where and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """A readable expression: its text, the variables it names, and what it does with their values."""

    text: str
    variables: frozenset[str]
    _run: Callable[[Mapping[str, Value]], Value]

    def value(self, variables: Mapping[str, Value]) -> Value:
        """Evaluate; a variable that is not set is null."""
        return self._run(variables)


_Run = Callable[[Mapping[str, Value]], Value]


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression, once per text and process; raises `ExpressionError`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    parser = _Parser(text)
    run = parser.whole()
    return Expression(text=text, variables=frozenset(parser.variables), _run=run)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"cannot read '{text[at:].strip()[:20]}' at character {at + 1}")
        word = match[match.lastgroup]
        kind = "keyword" if match.lastgroup == "name" and word in _KEYWORDS else match.lastgroup
        yield kind, word, match.start(match.lastgroup) + 1
        at = match.end()
    yield "end", "the end", end + 1


class _Parser:
    """Recursive descent, one method per level of precedence; each gives a closure."""

    def __init__(self, text: str) -> None:
        self.variables: set[str] = set()
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> _Run:
        run = self._either()
        if self._tokens[self._at][0] != "end":
            raise self._unexpected("an operator or the end")
        return run

    def _take(self, *words: str) -> str | None:
        kind, word, _ = self._tokens[self._at]
        if kind in ("keyword", "sign") and word in words:
            self._at += 1
            return word
        return None

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(f"'{word}'")

    def _unexpected(self, wanted: str) -> ExpressionError:
        _, word, at = self._tokens[self._at]
        return ExpressionError(f"expected {wanted} at character {at}, found '{word[:20]}'")

    def _either(self) -> _Run:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise ExpressionError(f"nested deeper than {MAX_NESTING} levels")
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else lambda names: any(part(names) for part in parts)

    def _both(self) -> _Run:
        parts = [self._negation()]
        while self._take("and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else lambda names: all(part(names) for part in parts)

    def _negation(self) -> _Run:
        negations = 0
        while self._take("not"):
            negations += 1
        inner = self._comparison()
        if not negations:
            return inner
        return (lambda names: not inner(names)) if negations % 2 else lambda names: bool(inner(names))

    def _comparison(self) -> _Run:
        left = self._sum()
        sign = self._take(*_COMPARISONS)
        if sign is None:
            return left
        if sign == "in" and self._take("["):
            return self._membership(left)
        right = self._sum()
        return lambda names: _compare(sign, left(names), right(names))

    def _membership(self, left: _Run) -> _Run:
        choices = [self._sum()]
        while self._take(","):
            choices.append(self._sum())
        self._expect("]")
        return lambda names: any(_same(left(names), choice(names)) for choice in choices)

    def _sum(self) -> _Run:
        run = self._product()
        while sign := self._take("+", "-"):
            run = _arithmetic(sign, run, self._product())
        return run

    def _product(self) -> _Run:
        run = self._atom()
        while sign := self._take("*", "/", "%"):
            run = _arithmetic(sign, run, self._atom())
        return run

    def _atom(self) -> _Run:
        kind, word, _ = self._tokens[self._at]
        if self._take("-"):
            return _arithmetic("-", lambda _names: 0, self._atom_below())
        if self._take("("):
            run = self._either()
            self._expect(")")
            return run
        if kind == "keyword" and word in _CONSTANTS:
            return self._constant(_CONSTANTS[word])
        if kind == "number":
            return self._constant(float(word) if "." in word else int(word))
        if kind == "text":
            return self._constant(word[1:-1])
        if kind == "name":
            self._at += 1
            return self._call(word) if self._take("(") else self._variable(word)
        raise self._unexpected("a value")

    def _atom_below(self) -> _Run:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise ExpressionError(f"nested deeper than {MAX_NESTING} levels")
        run = self._atom()
        self._depth -= 1
        return run

    def _constant(self, value: Value) -> _Run:
        self._at += 1
        return lambda _names: value

    def _variable(self, name: str) -> _Run:
        self.variables.add(name)
        return lambda names: names.get(name)

    def _call(self, name: str) -> _Run:
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"no function is named '{name[:40]}' (allowed: {', '.join(FUNCTIONS)})")
        arguments = [self._either()]
        while self._take(","):
            arguments.append(self._either())
        self._expect(")")
        wanted, run = function
        if len(arguments) != wanted:
            raise ExpressionError(f"{name} takes {wanted} value{'s' if wanted > 1 else ''}, not {len(arguments)}")
        return lambda names: run(*(argument(names) for argument in arguments))


def _arithmetic(sign: str, left: _Run, right: _Run) -> _Run:
    def run(names: Mapping[str, Value]) -> Value:
        first, second = left(names), right(names)
        if sign == "+" and isinstance(first, str) and isinstance(second, str):
            return first + second if len(first) + len(second) <= MAX_TEXT else None
        a, b = as_number(first), as_number(second)
        if a is None or b is None:
            return None
        if sign in "/%" and not b:
            return None
        return as_number(_OPERATORS[sign](a, b))

    return run


def _divide(a: float, b: float) -> float:
    quotient = a / b  # of a number that is almost nothing it may be infinite, which is no whole number
    return int(quotient) if a % b == 0 and as_number(quotient) is not None else quotient


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": operator.mod,
}


def _same(left: Value, right: Value) -> bool:
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _compare(sign: str, left: Value, right: Value) -> bool:
    if sign in ("==", "!="):
        return _same(left, right) == (sign == "==")
    if sign == "in":
        return isinstance(left, str) and isinstance(right, str) and left in right
    if isinstance(left, str) and isinstance(right, str):
        below, equal = left < right, left == right
    else:
        a, b = as_number(left), as_number(right)
        if a is None or b is None:
            return False
        below, equal = a < b, a == b
    return {"<": below, "<=": below or equal, ">": not below and not equal, ">=": not below}[sign]


__all__ = ["MAX_LENGTH", "MAX_NESTING", "MAX_TEXT", "Expression", "ExpressionError", "Value", "parse"]

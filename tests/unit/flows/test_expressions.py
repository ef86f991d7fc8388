from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.expressions import MAX_LENGTH, ExpressionError, parse

VARIABLES: dict[str, Any] = {"account": "1234", "tries": 2, "vip": True, "rate": 1.5, "empty": ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("account == '1234' and tries < 3", True),
        ("account == '9' or tries >= 3", False),
        ("not vip", False),
        ("not not vip", True),
        ("tries + 1", 3),
        ("tries - 1 * 2", 0),
        ("(tries - 1) * 2", 2),
        ("-tries + 5", 3),
        ("'a' + 'b'", "ab"),
        ("rate * 2", 3.0),
        ("tries in [1, 2, 3]", True),
        ("'23' in account", True),
        ("account in ['1', '2']", False),
        ("length(account) == 4", True),
        ("number(account) > 1000", True),
        ("text(tries) == '2'", True),
        ("text(vip)", "true"),
        ('account == "1234"', True),
        ("null == unset", True),
        ("true", True),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("7 % 2 == 1", True),
        ("starts(account, '12') and ends(account, '34')", True),
        ("part(account, 2, 2)", "23"),
        ("part(account, 4, 9)", "4"),
        ("min(tries, 1) + max(tries, 5)", 6),
        ("luhn('79927398713')", True),
        ("luhn('79927398710')", False),
        # Total: nothing fails, whatever meets whatever.
        ("unset + 1", None),
        ("unset < 3", False),
        ("account < 3", False),
        ("account == 1234", False),
        ("vip == 1", False),
        ("'a' * 3", None),
        ("length(tries)", None),
        ("1 / 0", None),
        ("1 % (tries - 2)", None),
        ("part(account, 0, 2)", None),
        ("part(account, 1.5, 2)", None),
        ("part(tries, 1, 1)", None),
        ("min('1', 2)", None),
        ("starts(tries, 2)", False),
        ("luhn(account + 'x')", False),
        ("number('12x')", None),
        ("empty or unset", False),
        ("999999999999999 * 999999999999999", None),
        ("1 / 0." + "0" * 320 + "1", None),
        ("9" * 390 + " / 0.5", None),
        ("9" * 390 + ".5 > 1", False),
        ("text(" + "9" * 390 + ")", None),
    ],
)
def test_an_expression_has_a_value(text: str, value: Any) -> None:
    found = parse(text).value(VARIABLES)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a value at character 1"),
        ("a ==", "expected a value at character 5, found 'the end'"),
        ("a = 1", "cannot read '= 1' at character 2"),
        ("a b", "expected an operator or the end at character 3, found 'b'"),
        ("(a", "expected ')'"),
        ("open('x')", "no function is named 'open' (allowed: length, number, text, starts,"),
        ("part('1', 2)", "part takes 3 values, not 2"),
        ("length('1', 2)", "length takes 1 value, not 2"),
        ("a.b", "cannot read '.b'"),
        ("a[0]", "expected an operator"),
        ("'a", "cannot read"),
        ("a in [", "expected a value"),
        ("__import__('os')", "no function is named '__import__'"),
        ("(" * 100 + "1" + ")" * 100, "nested deeper than 20 levels"),
        ("-" * 100 + "1", "nested deeper than 20 levels"),
        ("1+" * 300 + "1", "longer than 400 characters"),
    ],
)
def test_what_is_no_expression_says_why(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert message in str(caught.value)


def test_an_expression_names_its_variables() -> None:
    assert parse("a == 1 and length(b) in [c, 2]").variables == {"a", "b", "c"}


def test_the_longest_expression_is_evaluated_quickly() -> None:
    text = "a+" * (MAX_LENGTH // 2 - 1) + "a"
    took = []
    for _ in range(5):  # a collection of garbage in a long run of tests may take a second of one
        started = time.process_time()
        parse(text).value({"a": "x" * 900})
        took.append(time.process_time() - started)
    assert min(took) < 0.05


@given(st.text("ab12'() +-*<>=!,[]notandrilength", max_size=60), st.none() | st.integers() | st.text(max_size=3))
def test_any_text_has_a_plain_value_or_is_refused_by_name(text: str, value: Any) -> None:
    try:
        expression = parse(text)
    except ExpressionError:
        return
    assert isinstance(expression.value({"a": value, "b": True}), str | int | float | bool | None)


_NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**15), 10**15 + 1, 5e-324, 1e308])
_VALUES = st.none() | st.booleans() | _NUMBERS | st.text("0123456789.-", max_size=6)
_OPERATIONS = ["a + b", "a - b", "a * b", "a / b", "a % b", "a < b", "a >= b", "a == b", "a in b", "-a", "text(a)"]
_OPERATIONS += ["number(a)", "min(a, b)", "max(a, b)", "part(text(a), b, a)", "length(a)", "luhn(a)", "not a and b"]


@given(st.sampled_from(_OPERATIONS), _VALUES, _VALUES)
def test_nothing_fails_whatever_meets_whatever(text: str, a: Any, b: Any) -> None:
    value = parse(text).value({"a": a, "b": b})
    assert isinstance(value, str | int | float | bool | None)
    assert not (isinstance(value, float) and math.isnan(value))

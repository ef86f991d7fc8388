"""The reader of requests and JSON Schema are of one opinion; whatever is wrong is told by its field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from api.requests import ACTIONS, GATHERING, PLACEMENT
from api.shapes import Either, Field, Flag, Group, Items, Nullable, Number, Shape, Text, Word, read

USER = {"user": "0c1f5b00-5555-4a2b-9c3d-00000000a11c"}
PHONE = {"phone": "+442071234567"}
SHAPES: dict[str, Shape] = {
    "placement": PLACEMENT,
    "gathering": GATHERING,
    **{each.name: each.arguments for each in ACTIONS},
}
# What the hypothesis strategies below draw from: values that are right somewhere, and such that are right nowhere.
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200_000),
    st.sampled_from([60.0, 60.5, 1e300]),
    st.sampled_from([USER, PHONE, {**USER, **PHONE}, {}, {"voicemail": USER["user"]}, {"user": "x"}, [USER], [PHONE]]),
    st.sampled_from([[USER, PHONE], [USER, USER], [], [1], ["audio"], ["audio", "audio"], [USER] * 6]),
    st.sampled_from(
        [{"join_id": "123 456 789"}, {"join_id": "1"}, {"join_id": "123456789", "passcode": None}, {"token": "x"}]
    ),
    st.sampled_from(
        [
            {"create": {"subject": "S", "as_user": USER["user"]}},
            {"create": {}},
            {"join_url": "https://teams.microsoft.com/l/meetup-join/x/0"},
        ]
    ),
    st.sampled_from([{"application_instance": USER["user"]}, {"name": "N"}]),
    st.sampled_from(["", "small-business", "en-US", "x" * 201, "12#", "viewer", "recording", USER["user"], "\x00"]),
)
NAMES = sorted({each.name for kind in (*PLACEMENT.kinds.values(), GATHERING) for each in kind.fields})
NAMES += sorted({each.name for action in ACTIONS for each in action.arguments.fields} | {"zzz"})
DOCUMENTS = st.one_of(VALUES, st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8))


def both(shape: Shape, document: object) -> tuple[bool, bool]:
    _, wrong = read(shape, document)
    return not wrong, OAS31Validator(shape.schema()).is_valid(document)


@given(st.sampled_from(sorted(SHAPES)), DOCUMENTS)
def test_the_reader_and_json_schema_are_of_one_opinion(name: str, document: Any) -> None:
    ours, theirs = both(SHAPES[name], document)
    assert ours == theirs


@given(st.data())
def test_they_are_of_one_opinion_about_placements_that_are_nearly_right(data: st.DataObject) -> None:
    document: dict[str, Any] = {"to": [USER], "flow": "small-business"}
    document |= data.draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2))
    ours, theirs = both(PLACEMENT, document)
    assert ours == theirs


def test_every_field_is_named_that_is_wrong() -> None:
    document = {"to": [PHONE, {"user": "me"}, {}], "flow": 1, "tries": 9, "colour": "red", "tenant": None}
    _, wrong = read(PLACEMENT, document)
    assert [each.field for each in wrong] == ["colour", "flow", "tenant", "to[1].user", "to[2]", "tries"]


def test_what_is_wrong_never_repeats_the_value() -> None:
    secret = "tel:+44 7700 900123"
    _, wrong = read(PLACEMENT, {"to": [{"phone": secret}], "flow": secret, "tenant": secret, "locale": secret})
    assert len(wrong) == 4
    assert "7700" not in str([each.to_json() for each in wrong])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": [PHONE]}, "from"),
        ({"to": [PHONE, USER], "from": {"application_instance": USER["user"]}}, "to"),
        ({"retry_within_s": 600}, "retry_within_s"),
        ({"retry_within_s": 600, "tries": 1}, "retry_within_s"),
        ({"to": [USER, {"user": USER["user"].upper()}]}, "to[1]"),
        ({"meeting": {"join_id": "123456789"}}, ""),
        ({"to": None}, "to"),
    ],
)
def test_what_must_hold_between_fields_is_told_at_one_of_them(changes: dict[str, Any], field: str) -> None:
    _, wrong = read(PLACEMENT, {"to": [USER], "flow": "small-business", **changes})
    assert [each.field for each in wrong] == [field]


def test_a_request_comes_out_in_one_form() -> None:
    document = {"to": [{"user": USER["user"].upper()}], "flow": "small-business", "ring_for_s": 60.0}
    got, wrong = read(PLACEMENT, document)
    assert (got, wrong) == ({"to": [USER], "flow": "small-business", "ring_for_s": 60}, [])
    assert type(got["ring_for_s"]) is int


@pytest.mark.parametrize("number", ["+112", "+1911", "911", "+0442071234567", "+44207123456789012", "+4420712345６7"])
def test_short_and_impossible_numbers_are_no_telephones(number: str) -> None:
    _, wrong = read(PLACEMENT, {"to": [{"phone": number}], "flow": "f", "from": {"application_instance": USER["user"]}})
    assert [each.field for each in wrong] == ["to[0].phone"]


def test_a_line_break_at_the_end_is_no_part_of_a_name() -> None:
    """`$` of Python's patterns would let it pass."""
    _, wrong = read(PLACEMENT, {"to": [USER], "flow": "small-business\n"})
    assert [each.field for each in wrong] == ["flow"]


def test_true_is_no_number_and_one_is_no_flag() -> None:
    shape = Group(
        fields=(
            Field(name="count", shape=Number(least=0, most=9), about="a count"),
            Field(name="flag", shape=Flag(), about="a flag"),
        )
    )
    _, wrong = read(shape, {"count": True, "flag": 1})
    assert [each.field for each in wrong] == ["count", "flag"]


def test_shapes_tell_their_type() -> None:
    assert Nullable(Text(meaning="a word")).schema()["type"] == ["string", "null"]
    assert Items(shape=Word(allowed=("a",)), most=2).schema()["maxItems"] == 2
    assert len(Either({"a": Group(), "b": Group()}).schema()["oneOf"]) == 2

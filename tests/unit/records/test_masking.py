from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import masked, masked_phone


@pytest.mark.parametrize(
    "number",
    [
        "+442079460123",
        "+44 20 7946 0123",
        "+1 (425) 555-0123",
        "(020) 7946 0123",
        "00442079460123",
        "020-7946-0123",
        "020/7946 0123",
        "0123456",
    ],
)
@pytest.mark.parametrize("around", ["{}", "tel:{}", "sip:{};phone", "call {} back", "{},{}", '"{}"'])
def test_phone_numbers_keep_three_digits_however_they_are_written(number: str, around: str) -> None:
    text = masked({"note": around.format(number, number)})["note"]
    digits = "".join(character for character in text if character.isdigit())
    expected = "".join(character for character in number if character.isdigit())[-3:]
    assert digits in (expected, expected * 2)


@pytest.mark.parametrize(
    "text",
    [
        "call-0c1f5b0011114a2b9c3d000000000001",
        "0c1f5b00-1111-4a2b-9c3d-000000000001",
        "00000000-0000-0000-0000-000000000000",
        "call-0c1f5b0011114a2b9c3d000000000001:12",
        "2026-01-05",
        "2026-01-05T09:00:00Z",
        "8514",
        "12345",
        "tone5",
        "menu_1234567",
        "The caller pressed 1, then 2.",
        "",
    ],
)
def test_what_is_no_phone_number_stays(text: str) -> None:
    assert masked(text) == text


def test_fields_that_hold_ids_stay_whatever_they_look_like() -> None:
    record = {"id": "442079460123", "sha256": "1234567890", "blob": "calls/1234567890.wav", "operation_id": "123456789"}
    assert masked(record) == record


def test_numbers_booleans_and_nothing_stay() -> None:
    record = {"at": 1767603600.123, "bytes": 442079460123, "yes": True, "none": None, "list": [1, None]}
    assert masked(record) == record


@pytest.mark.parametrize(("name", "initials"), [("Alice Example", "A.E."), ("Zoë", "Z."), ("", ""), ("  ", "")])
@pytest.mark.parametrize("field", ["displayName", "display_name"])
def test_display_names_become_initials(field: str, name: str, initials: str) -> None:
    assert masked({"who": [{field: name}]}) == {"who": [{field: initials}]}


@pytest.mark.parametrize(
    "field",
    ["recordingAccessToken", "access_token", "Authorization", "client_secret", "password", "signature", "sig", "sas"],
)
def test_secrets_are_left_out(field: str) -> None:
    assert masked({"a": 1, "deep": [{field: "x", "b": 2}]}) == {"a": 1, "deep": [{"b": 2}]}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (
            "GET https://store.example/a.wav?sv=1&sig=abc failed",
            "GET https://store.example/a.wav failed",
        ),
        ("https://bot.example/api/callbacks/call-1/c2lnbmF0dXJl", "https://bot.example/api/callbacks/call-1/***"),
        ("Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln was refused", "Bearer *** was refused"),
    ],
)
def test_what_opens_a_door_is_cut_out_of_texts(text: str, safe: str) -> None:
    assert masked(text) == safe


def test_a_very_short_number_leaves_nothing() -> None:
    assert masked_phone("+12345") == "***"
    assert masked_phone("+442079460123") == "***123"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_masking_twice_is_masking_once(value: object) -> None:
    assert masked(masked(value)) == masked(value)

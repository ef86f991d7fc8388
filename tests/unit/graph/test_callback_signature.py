from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.callback_signature import callback_uri, signature, verify

INSTANCE = "call-0c1f5b0011114a2b9c3d000000000001"
OTHER = "call-0c1f5b0011114a2b9c3d000000000002"
KEY, NEXT = "key-of-the-day", "key-of-tomorrow"
# By `openssl dgst -sha256 -hmac key-of-the-day` of `callback/v1/` and the instance id: live calls carry such paths.
KNOWN = "oc_Tgtdt9a0MYrsw0TWp5_HswhlviePZ5i0CPMO_noY"
BASE64URL = string.ascii_letters + string.digits + "-_"


def test_the_signature_is_the_one_that_live_calls_carry() -> None:
    assert signature(INSTANCE, KEY) == KNOWN


def test_a_callback_address_carries_instance_and_signature() -> None:
    uri = callback_uri("https://bot.example.test", INSTANCE, KEY)
    assert uri == f"https://bot.example.test/api/callbacks/{INSTANCE}/{KNOWN}"
    assert verify(*uri.split("/")[-2:], keys=(KEY,))


def test_a_key_rotates_under_a_live_call() -> None:
    given = signature(INSTANCE, KEY)
    assert verify(INSTANCE, given, (KEY,))
    assert verify(INSTANCE, given, (NEXT, KEY))
    assert verify(INSTANCE, signature(INSTANCE, NEXT), (NEXT, KEY))
    assert not verify(INSTANCE, given, (NEXT,))


def test_without_a_key_nothing_is_right() -> None:
    assert not verify(INSTANCE, KNOWN, ())
    assert not verify(INSTANCE, signature(INSTANCE, ""), (KEY,))


@pytest.mark.parametrize(
    "instance_id", [OTHER, "", INSTANCE.upper(), INSTANCE + " ", f"{INSTANCE}/x", "call-1", "\ud800"]
)
def test_a_signature_speaks_for_one_instance_only(instance_id: str) -> None:
    assert not verify(instance_id, KNOWN, (KEY, NEXT))


@given(st.integers(0, 42), st.sampled_from(BASE64URL))
def test_no_character_of_it_can_be_another(place: int, character: str) -> None:
    """Also the last one, of which two bits say nothing: other spellings of the same bytes are refused too."""
    changed = KNOWN[:place] + character + KNOWN[place + 1 :]
    assert verify(INSTANCE, changed, (KEY,)) is (changed == KNOWN)


@pytest.mark.parametrize(
    "given",
    [
        "",
        KNOWN[:-1],
        KNOWN[1:],
        KNOWN + "=",
        KNOWN + "A",
        KNOWN + "\n",
        " " + KNOWN,
        KNOWN.swapcase(),
        KNOWN.replace("_", "/"),
        KNOWN + "/" + KNOWN,
        "\ud800",
        "\u212a" * 43,
    ],
    ids=range(12),
)
def test_nothing_like_it_is_taken_for_it(given: str) -> None:
    assert not verify(INSTANCE, given, (KEY, NEXT))


surrogates = st.characters(categories=["Cs"])


@given(st.text(st.characters() | surrogates, max_size=60), st.text(st.characters() | surrogates, max_size=60))
def test_whatever_stands_in_a_path_is_refused_without_raising(instance_id: str, given: str) -> None:
    assert not verify(instance_id, given, (KEY, NEXT))


@given(st.text(max_size=40), st.text(max_size=40))
def test_every_signature_fits_into_a_path(instance_id: str, key: str) -> None:
    given = signature(instance_id, key)
    assert re.fullmatch("[A-Za-z0-9_-]{43}", given)
    assert verify(instance_id, given, (KEY, key))

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import CannotOpen, Sealer

OLD, NEW = "o" * 40, "n" * 40


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place(plain: bytes, call: str, place: str) -> None:
    assert Sealer([NEW]).open(Sealer([NEW]).seal(plain, call, place), call, place) == plain


@pytest.mark.parametrize(("call", "place"), [("call-2", "n:1"), ("call-1", "n:2"), ("call-1\nn:1", "")])
def test_it_opens_in_no_other_call_and_no_other_place(call: str, place: str) -> None:
    sealed = Sealer([NEW]).seal(b"secret", "call-1", "n:1")
    with pytest.raises(CannotOpen):
        Sealer([NEW]).open(sealed, call, place)


@given(st.integers(0, 37), st.integers(1, 255))
def test_a_changed_byte_is_noticed_wherever_it_is(at: int, by: int) -> None:
    sealed = bytearray(Sealer([NEW]).seal(b"secret", "call-1", "n:1"))
    assert len(sealed) == 38
    sealed[at] ^= by
    with pytest.raises(CannotOpen):
        Sealer([NEW]).open(bytes(sealed), "call-1", "n:1")


@pytest.mark.parametrize("length", [0, 3, 4, 15, 16, 31])
def test_what_is_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(CannotOpen):
        Sealer([NEW]).open(Sealer([NEW]).seal(b"secret", "c", "n:1")[:length], "c", "n:1")


def test_the_previous_key_opens_and_the_current_one_seals() -> None:
    before, during, after = Sealer([OLD]), Sealer([NEW, OLD]), Sealer([NEW])
    assert during.open(before.seal(b"a", "c", "p"), "c", "p") == b"a"
    assert after.open(during.seal(b"b", "c", "p"), "c", "p") == b"b"
    with pytest.raises(CannotOpen, match="CALLBACK_KEYS"):
        after.open(before.seal(b"a", "c", "p"), "c", "p")


def test_equal_items_look_different_at_rest() -> None:
    assert Sealer([NEW]).seal(b"a", "c", "p") != Sealer([NEW]).seal(b"a", "c", "p")


def test_a_sealer_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one callback key"):
        Sealer([])

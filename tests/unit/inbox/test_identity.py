from __future__ import annotations

from typing import Any

import pytest

from inbox.identity import identity_of, message_of, same_within_s

TONE = {"kind": "tone", "sequence": 4, "tone": "pound", "state": "established"}
DONE = {"kind": "operation", "operation_id": "op1", "status": "completed", "operation": "playPrompt"}
STATE = {"kind": "call", "state": "established"}
RAW: dict[str, Any] = {"changeType": "updated", "resourceData": {"state": "established"}}


def identity(
    digest: dict[str, Any],
    raw: dict[str, Any] = RAW,
    position: tuple[int, int] = (0, 0),
    message_id: str | None = "m1",
) -> str:
    return identity_of(digest, raw, position, message_id)


def test_a_tone_is_known_by_number_and_key_however_it_came() -> None:
    assert identity(TONE) == identity(TONE, {"other": 1}, (3, 2), "m2") == identity(TONE, message_id=None)
    assert identity(TONE) != identity({**TONE, "sequence": 5})
    assert identity(TONE) != identity({**TONE, "tone": "star"})


def test_an_operation_is_known_by_id_and_status_however_it_came() -> None:
    assert identity(DONE) == identity(DONE, {"other": 1}, (3, 2), "m2")
    assert identity(DONE) != identity({**DONE, "status": "failed"})
    assert identity(DONE) != identity({**DONE, "operation_id": "op2"})


@pytest.mark.parametrize("digest", [STATE, {**DONE, "operation_id": None}, {**TONE, "sequence": None}])
def test_everything_else_is_known_by_message_place_and_content(digest: dict[str, Any]) -> None:
    assert identity(digest) == identity(digest)
    others = [
        identity(digest, message_id="m2"),
        identity(digest, position=(1, 0)),
        identity(digest, position=(0, 1)),
        identity(digest, {"resourceData": {"state": "terminated"}}),
    ]
    assert len({identity(digest), *others}) == 5


def test_the_order_of_names_in_an_item_does_not_matter() -> None:
    assert identity(STATE, {"resourceData": {"a": 1, "b": 2}}) == identity(STATE, {"resourceData": {"b": 2, "a": 1}})


def test_without_a_message_id_the_item_itself_counts_wherever_it_stood() -> None:
    assert identity(STATE, message_id=None) == identity(STATE, position=(2, 1), message_id=None)
    assert identity(STATE, message_id=None) != identity(STATE, {"resourceData": {}}, message_id=None)


def test_only_tones_and_items_without_a_message_id_may_come_again_as_news() -> None:
    assert same_within_s(identity(TONE)) == 10
    assert same_within_s(identity(STATE, message_id=None)) == 10
    assert same_within_s(identity(STATE)) is None
    assert same_within_s(identity(DONE)) is None
    assert same_within_s("recording:op1") is None


def test_a_message_is_named_with_the_place_in_it() -> None:
    assert message_of((0, 1), "m1") == "m1:0.1"
    assert len({message_of((0, 1), "m1"), message_of((1, 0), "m1"), message_of((0, 1), "m2")}) == 3
    assert message_of((0, 0), None) == message_of((0, 0), "") == ""


def test_kinds_of_identity_cannot_be_mistaken_for_one_another() -> None:
    assert identity(STATE, message_id="4:pound") != identity(TONE)
    assert identity({**DONE, "operation_id": "1:x"}, position=(0, 0)) != identity(STATE, message_id="1:x")


def test_half_a_character_in_an_item_is_no_obstacle() -> None:
    assert identity(STATE, {"resourceData": {"name": "\ud800"}}).startswith("message:")

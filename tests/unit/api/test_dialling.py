"""Which telephones a request dials, and whether it may."""

from __future__ import annotations

from typing import Any

import pytest

from api.dialling import forbidden, most_dials, telephones

BRITISH, AMERICAN = {"phone": "+442071234567"}, {"phone": "+12025550123"}
USER = {"user": "0c1f5b00-5555-4a2b-9c3d-00000000a11c"}


def test_every_telephone_of_a_request_is_found_where_it_stands() -> None:
    request = {"people": [USER, BRITISH, AMERICAN], "flow": "phone"}
    assert dict(telephones(request)) == {"people[1].phone": "+442071234567", "people[2].phone": "+12025550123"}
    assert dict(telephones({"target": BRITISH})) == {"target.phone": "+442071234567"}


@pytest.mark.parametrize(
    ("allowed", "fields"),
    [((), ["to[0].phone"]), (("+1",), ["to[0].phone"]), (("+44",), []), (("+1", "+44207"), [])],
)
def test_a_number_has_to_begin_with_an_allowed_one(allowed: tuple[str, ...], fields: list[str]) -> None:
    assert [each.field for each in forbidden({"to": [BRITISH]}, allowed)] == fields


def test_users_are_not_held_back() -> None:
    assert forbidden({"to": [USER]}, ()) == []


@pytest.mark.parametrize(
    ("request_", "count"),
    [({"to": [USER], "tries": 5}, 0), ({"to": [BRITISH]}, 1), ({"people": [BRITISH, AMERICAN], "tries": 3}, 6)],
)
def test_a_number_counts_as_often_as_it_is_tried(request_: dict[str, Any], count: int) -> None:
    assert most_dials(request_) == count

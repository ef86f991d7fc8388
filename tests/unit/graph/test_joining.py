"""Answers to a participant who is about to join under a recording policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graph_schemas import problems_with_resource

from graph import joining
from graph.requests import BadRequest

EXAMPLES = json.loads(
    (Path(__file__).parents[2] / "contract/notifications/99_participant_joining_responses.json").read_text()
)
MADE = {
    "accept": joining.accept(),
    "reject": joining.reject("busy"),
    "inviteNewBot": joining.invite_new_bot("https://bot2.example.test/api/calls"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_response_is_as_graph_shows_it(name: str) -> None:
    assert MADE[name] == EXAMPLES[name]
    assert problems_with_resource(MADE[name]) == []


@pytest.mark.parametrize("reason", ["none", "busy", "forbidden"])
def test_every_reason_is_graphs(reason: str) -> None:
    assert problems_with_resource(joining.reject(reason)) == []


@pytest.mark.parametrize("reason", ["", "Busy", "unknownFutureValue"])
def test_no_other_reason_is_given(reason: str) -> None:
    with pytest.raises(BadRequest) as raised:
        joining.reject(reason)
    assert raised.value.field == "reason"


def test_another_bot_is_invited_over_https() -> None:
    with pytest.raises(BadRequest) as raised:
        joining.invite_new_bot("http://bot2.example.test/api/calls")
    assert raised.value.field == "invite_uri"

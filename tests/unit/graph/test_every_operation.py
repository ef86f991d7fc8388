"""No operation of the calling API is missing here, and none is invented."""

from __future__ import annotations

import pytest
from graph_schemas import operations
from request_examples import CALL, EXAMPLES, template

from graph.request import CallRequest, Request
from graph.requests import (
    CreateOnlineMeeting,
    CreateOrGetOnlineMeeting,
    DeleteOnlineMeeting,
    GetOnlineMeeting,
    ListOnlineMeetings,
    UpdateOnlineMeeting,
)

MEETINGS = (
    *(CreateOnlineMeeting, CreateOrGetOnlineMeeting, DeleteOnlineMeeting, GetOnlineMeeting),
    *(ListOnlineMeetings, UpdateOnlineMeeting),
)


def places(kind: type[Request]) -> set[tuple[str, str]]:
    """Where the examples of a kind go: meetings to a user's and to nobody's."""
    variants = [EXAMPLES[kind]]
    if kind is ListOnlineMeetings:
        variants.append({"user_id": None, "vtc_id": "7"})
    elif kind in MEETINGS:
        variants.append({**EXAMPLES[kind], "user_id": None})
    call = {"call_id": CALL} if issubclass(kind, CallRequest) else {}
    return {(request.method, template(request)) for request in (kind(**call, **fields) for fields in variants)}


PLACES = {kind: places(kind) for kind in EXAMPLES}


@pytest.mark.parametrize("operation", sorted(operations(documented=True)), ids=" ".join)
def test_every_documented_operation_has_a_request(operation: tuple[str, str]) -> None:
    assert [kind.name() for kind, there in PLACES.items() if operation in there]


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_request_is_a_documented_operation(kind: type[Request]) -> None:
    assert PLACES[kind] <= operations(documented=True)


def test_no_two_requests_are_the_same_operation() -> None:
    found = [place for there in PLACES.values() for place in there]
    assert len(set(found)) == len(found)


def test_the_document_has_what_it_is_said_to_have() -> None:
    assert len(operations(documented=True)) == 48
    assert len(operations(documented=False)) == 9

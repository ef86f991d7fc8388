"""Microsoft's SDK reads every request that `graph/` can send: into its own models, with nothing lost or left over.

Left over is what it has no field for. What that may be is listed here with the page that has it: Graph's metadata, from
which the SDK is made, lack it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from microsoft_sdk import client_of_nothing, endpoint, left_over, parsed, rewritten
from request_examples import (
    ACCOUNT,
    CALL,
    CHAT,
    EXAMPLES,
    GROUP,
    GUEST,
    MEETING,
    NUMBER,
    OPERATION,
    ORGANIZER,
    OWNER,
    PARTICIPANT,
    SESSION,
    TENANT,
    URI,
    VALUES,
    made,
    template,
)

from graph.request import Request
from graph.requests import CreateCall, PlayPrompt, Redirect, Transfer
from graph.targets import BadRequest, Target

#: Dates and durations that the SDK writes in another form.
REWORDED = {
    "startDateTime",
    "endDateTime",
    "mediaDuration",
    "averageInboundJitter",
    "averageOutboundJitter",
    "averageInboundRoundTripDelay",
}
PLACE = {
    "call-id": CALL,
    "participant-id": PARTICIPANT,
    "commsOperation-id": OPERATION,
    "contentSharingSession-id": SESSION,
    "audioRoutingGroup-id": GROUP,
    "onlineMeeting-id": MEETING,
    "user-id": OWNER,
}
_PAGES = "https://learn.microsoft.com/graph/api"
#: What pages have and the metadata lack, by how the way to it ends.
EXTRA = {
    "identity.phone": f"{_PAGES}/application-post-calls",
    "identity.applicationInstance": f"{_PAGES}/application-post-calls",
    "identity.guest": f"{_PAGES}/application-post-calls",
    "user.tenantId": f"{_PAGES}/application-post-calls",
    "meeting_info.allowConversationWithoutHost": f"{_PAGES}/application-post-calls",
    "transfer_target.endpointType": f"{_PAGES}/call-transfer",
    "targets.endpointType": f"{_PAGES}/call-redirect",
}
#: An example of each.
WITH_EXTRAS: tuple[tuple[type[Request], dict[str, Any]], ...] = (
    (CreateCall, {"callback_uri": URI, "targets": (NUMBER,), "source": ACCOUNT, "tenant_id": TENANT}),
    (
        CreateCall,
        {
            "callback_uri": URI,
            "targets": (),
            "source": GUEST,
            "tenant_id": TENANT,
            "meeting": replace(ORGANIZER, allow_conversation_without_host=True),
            "chat": CHAT,
        },
    ),
    (Transfer, {"target": Target(kind="voicemail", id=OWNER)}),
    (Redirect, {"targets": (Target(kind="voicemail", id=OWNER),)}),
)


@cache
def model_of(method: str, path: str) -> Any:
    """The SDK's model of a request's body; the SDK has the operation."""
    return endpoint(client_of_nothing(), method, path, PLACE).body_type()


def read(request: Request) -> tuple[Any, Any]:
    """A request's body, and the SDK's model of it."""
    model, body = model_of(request.method, template(request)), request.body()
    assert (model is None) == (body is None)
    return body, None if model is None else parsed(body, model)


def extras(model: Any) -> set[str]:
    """What the SDK could not place, by how the way to it ends."""
    return {".".join(name.split(".")[-2:]) for name in left_over(model)}


def lost(sent: Any, written: Any, where: str = "") -> Iterator[str]:
    """What a body has and the SDK does not write again: it became nothing when it was read."""
    if isinstance(sent, dict):
        for name, value in sent.items():
            here = f"{where}.{name}"
            if name in written:
                yield from lost(value, written[name], here)
            elif value is not None:  # the SDK writes no nulls
                yield here
    elif isinstance(sent, list):
        if len(sent) != len(written):
            yield where
        for one, other in zip(sent, written, strict=False):
            yield from lost(one, other, where)
    elif sent != written and where.rpartition(".")[2] not in REWORDED:
        yield f"{where}: {sent!r} became {written!r}"


def drawn(kind: type[Request], data: st.DataObject) -> Request:
    """Some request of a kind."""
    values = data.draw(st.one_of(st.fixed_dictionaries(table) for table in VALUES[kind]))
    try:
        return made(kind, **values)
    except BadRequest:
        assume(False)
        raise


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_nothing_is_lost_and_nothing_left_over_but_what_a_page_has(kind: type[Request], data: st.DataObject):
    body, model = read(drawn(kind, data))
    if model is not None:
        assert extras(model) <= set(EXTRA)
        assert list(lost(body, rewritten(model))) == []


def test_every_extra_is_sent_by_some_request():
    found = {name for kind, values in WITH_EXTRAS for name in extras(read(made(kind, **values))[1])}
    assert found == set(EXTRA)


def test_the_check_itself_finds_what_the_sdk_does_not_know():
    _, model = read(made(PlayPrompt))
    model = parsed({"prompts": [], "clientContex": "x"}, type(model))
    assert extras(model) == {"clientContex"}
    redirect = parsed({"reason": "bored"}, model_of("POST", "/communications/calls/{call-id}/reject"))
    assert list(lost({"reason": "bored"}, rewritten(redirect))) == [".reason"]

"""Microsoft's SDK drives the simulator through every operation that it has for calls.

The requests are the SDK's own: an example is read into its model, written by it, and sent; the answer is read by it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import pytest
from graph_operations import EXAMPLES, Operation, operations
from graph_stage import Stage, staged
from microsoft_sdk import APIError, Entity, client_of, endpoint, endpoints, left_over, parsed

OPERATIONS = list(operations())
_CALL = "/communications/calls/{call-id}"
#: Counts of collections: in Graph's metadata, and so in the SDK, without a page. The simulator does not play them.
COUNTS = (
    "/communications/calls/$count",
    *(f"{_CALL}/{name}/$count" for name in ("audioRoutingGroups", "contentSharingSessions", "operations")),
    f"{_CALL}/participants/$count",
)
#: What answers and notifications have, as pages or logged ones do, and the SDK's models do not, by how the way ends.
EXTRA = {
    "@odata.context",
    "@odata.etag",
    "@odata.id",
    "answeredBy",
    "application.tenantId",
    "applicationMetadata",
    "identity.applicationInstance",
    "identity.phone",
    "meeting_info.allowConversationWithoutHost",
    "ringingTimeoutInSeconds",
    "source.countryCode",
    "source.id",
    "targets.endpointType",
    "targets.id",
    "targets.languageId",
    "targets.region",
    "user.tenantId",
}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


async def send(stage: Stage, operation: Operation, token: str | None = None):
    """The operation's example, by the SDK."""
    example = EXAMPLES[operation.id]
    query = re.sub("{([^}]*)}", lambda name: stage.place[name[1]], example.query)
    wanted = unquote(query.removeprefix("?$filter=")) or None
    async with client_of(stage.addresses.graph_url, token or stage.token()) as client:
        with stage.clock:
            found = endpoint(client, operation.method, operation.path, stage.place)
            return await found.send(example.written(stage.place), wanted)


async def test_the_sdk_and_the_document_have_the_same_operations():
    async with client_of("http://127.0.0.1:1/v1.0", "none") as client:
        of_calls = {(one.method, one.path) for one in endpoints(client.communications.calls)}
        of_meetings = {
            (one.method, one.path)
            for root in (client.communications.online_meetings, client.users.by_user_id("id").online_meetings)
            for one in endpoints(root)
        }
    counts = {(method, path) for method, path in of_calls if path.endswith("/$count")}
    documented = {(one.method, one.path) for one in OPERATIONS}
    assert {one for one in documented if "/calls" in one[1]} == of_calls - counts
    assert {one for one in documented if "/onlineMeetings" in one[1]} <= of_meetings
    assert counts == {("GET", path) for path in COUNTS}


@pytest.mark.parametrize("path", COUNTS)
async def test_the_sdk_is_told_that_nobody_counts(stage: Stage, path: str):
    async with client_of(stage.addresses.graph_url, stage.token()) as client:
        (count,) = (one for one in endpoints(client.communications.calls) if one.path == path)
        with stage.clock, pytest.raises(APIError) as refused:
            await count.send()
    assert (refused.value.response_status_code, refused.value.error.code) == (501, "NotImplemented")
    assert refused.value.error.message.endswith("/$count.")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_the_sdk_asks_and_understands(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    if operation.undocumented:
        with pytest.raises(APIError) as refused:
            await send(stage, operation)
        assert (refused.value.response_status_code, refused.value.error.code) == (501, "NotImplemented")
        return
    answer = await send(stage, operation)
    assert {kind.__name__ for kind in type(answer).__mro__} & answers(operation)
    assert ends(answer) <= EXTRA


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if not one.undocumented], ids=lambda one: one.id)
async def test_the_sdk_understands_what_is_notified(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    await send(stage, operation)
    await stage.wait(5)
    resources = [resource for resource in stage.notified() if resource is not None]
    assert resources or EXAMPLES[operation.id].scene in ("nothing", "calendar")
    for resource in resources:
        model = parsed(resource, Entity)
        assert type(model).__name__.lower() == resource["@odata.type"].rpartition(".")[2].lower()
        assert ends(model) <= EXTRA


def ends(model: Any) -> set[str]:
    """What the SDK could not place, by how the way to it ends."""
    names = list(left_over(model))
    return {name[name.index("@") :] if "@" in name else ".".join(name.split(".")[-2:]) for name in names}


def answers(operation: Operation) -> set[str]:
    """Names of the models that the document declares as answers."""
    names = {schema.rpartition(".")[2] for schema in operation.answers}
    return {name[0].upper() + name[1:] for name in names} or {"NoneType"}


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.on_call], ids=lambda operation: operation.id)
async def test_the_sdk_understands_a_refusal(stage: Stage, operation: Operation):
    stage.simulator.change_settings(permissions_checked_at_creation=False)
    await stage.play(EXAMPLES[operation.id].scene)
    with pytest.raises(APIError) as refused:
        await send(stage, operation, stage.token(tenant_id="0c1f5b00-dead-4a2b-9c3d-00000000dead"))
    assert refused.value.response_status_code == 403
    assert (refused.value.error.code, refused.value.error.message) == ("7505", "Request authorization tenant mismatch.")

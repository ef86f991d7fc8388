"""Every operation of the OpenAPI document: that it succeeds, what it refuses, and which permission it needs.

The tests are made from the document: an operation that has no example, or no row, fails.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from graph_operations import EXAMPLES, NOBODY, Operation, Wrong, operations, wrong_bodies
from graph_schemas import problems_with_request, problems_with_response
from graph_stage import Stage, staged

from simulator.permissions import EVERY_PERMISSION
from simulator.rows import CallRow, Row
from simulator.urls import ROWS

OPERATIONS = list(operations())
PLAYED = [one for one in OPERATIONS if not one.undocumented]
OF_CALLS = [one for one in OPERATIONS if one.on_call]
WRONG = [(operation, wrong) for operation in OPERATIONS for wrong in wrong_bodies(operation)]
ROW = {(row.method, re.sub("{[^}]*}", "{}", row.path)): row for row in ROWS}


def by_id(operation: Operation) -> str:
    return operation.id


def row_of(operation: Operation) -> Row:
    return ROW[operation.method, re.sub("{[^}]*}", "{}", operation.path)]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


async def ask(stage: Stage, operation: Operation, *, path: str | None = None, token: str | None = None):
    """The operation's example, played on its scene."""
    example = EXAMPLES[operation.id]
    query = re.sub("{([^}]*)}", lambda name: stage.place[name[1]], example.query)
    where = path or operation.filled(stage.place) + query
    return await stage.ask(operation.method, where, example.written(stage.place), token=token)


def test_there_are_57_operations_and_an_example_of_each():
    assert len(OPERATIONS) == len({one.id for one in OPERATIONS}) == 57
    assert {one.id for one in OPERATIONS} == set(EXAMPLES)


def test_there_are_wrong_bodies_for_every_operation_that_has_a_body():
    with_body = {one.id for one in PLAYED if one.schema is not None}
    assert {operation.id for operation, _ in WRONG} == with_body
    assert (len(with_body), len(WRONG)) == (28, 124)


def test_what_must_be_there_is_left_out_in_turn():
    left_out = {(operation.id, wrong.field) for operation, wrong in WRONG if wrong.why == "is missing"}
    assert left_out == {
        ("call_answer", "acceptedModalities"),
        ("call_answer", "mediaConfig"),
        ("call_changeScreenSharingRole", "role"),
        ("call_playPrompt", "prompts"),
        ("call_redirect", "targets"),
        ("call_sendDtmfTones", "tones"),
        ("call_transfer", "transferTarget"),
        ("call_updateRecordingStatus", "status"),
        ("calls_logTeleconferenceDeviceQuality", "quality"),
        ("communications.onlineMeetings_createOrGet", "externalId"),
        ("participants_invite", "participants"),
        ("users.onlineMeetings_createOrGet", "externalId"),
    }


def test_what_is_undocumented_is_what_the_document_marks():
    silent = {row.action for row in ROWS if isinstance(row, CallRow) and row.handler.__name__ == "refuse_undocumented"}
    assert silent == {row_of(one).action for one in OPERATIONS if one.undocumented}
    assert len(silent) == 9


@pytest.mark.parametrize("operation", PLAYED, ids=by_id)
async def test_it_succeeds(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    status, body, _ = await ask(stage, operation)
    assert (status in operation.statuses, body if status not in operation.statuses else None) == (True, None)
    assert problems_with_response(operation.method, operation.path, status, body) == []


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.undocumented], ids=by_id)
async def test_what_no_page_documents_says_so_in_graphs_shape(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    status, body, _ = await ask(stage, operation)
    assert (status, body["error"]["code"]) == (501, "NotImplemented")
    assert problems_with_response(operation.method, operation.path, status, body) == []


@pytest.mark.parametrize("operation", PLAYED, ids=by_id)
async def test_its_example_is_what_graph_takes(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    body = EXAMPLES[operation.id].written(stage.place)
    assert problems_with_request(operation.method, operation.path, body) == []


# --- refused


@pytest.mark.parametrize("operation", OF_CALLS, ids=by_id)
async def test_a_call_that_never_was_is_not_found(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    stage.place["call-id"] = NOBODY
    status, body, _ = await ask(stage, operation)
    assert (status, body["error"]["code"]) == (404, "8522")
    assert problems_with_response(operation.method, operation.path, status, body) == []


@pytest.mark.parametrize("operation", OF_CALLS, ids=by_id)
async def test_a_call_that_is_over_is_not_found(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    stage.call.end(None)
    status, body, _ = await ask(stage, operation)
    assert (status, body["error"]["code"]) == (404, "8522")


@pytest.mark.parametrize(
    ("operation", "name"),
    [(one, name) for one in PLAYED for name in re.findall("{([^}]*)}", one.path) if name not in ("call-id", "user-id")],
    ids=lambda value: value.id if isinstance(value, Operation) else value,
)
async def test_what_lies_below_and_never_was_is_not_found(stage: Stage, operation: Operation, name: str):
    await stage.play(EXAMPLES[operation.id].scene)
    stage.place[name] = NOBODY
    status, body, _ = await ask(stage, operation)
    assert status == 404
    assert problems_with_response(operation.method, operation.path, status, body) == []


@pytest.mark.parametrize(("operation", "wrong"), WRONG, ids=lambda value: getattr(value, "id", None) or str(value))
async def test_a_field_that_is_wrong_is_named(stage: Stage, operation: Operation, wrong: Wrong):
    example = EXAMPLES[operation.id]
    await stage.play(example.scene)
    body = wrong.applied(example.written(stage.place))
    status, answer, _ = await stage.ask(operation.method, operation.filled(stage.place), body)
    assert status == 400, answer
    assert wrong.field in answer["error"]["message"]
    assert problems_with_response(operation.method, operation.path, status, answer) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_id)
async def test_without_a_token_nothing_is_done(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    status, body, _ = await ask(stage, operation, token="")
    assert (status, body["error"]["code"]) == (401, "InvalidAuthenticationToken")


# --- permissions


@pytest.mark.parametrize("operation", OF_CALLS, ids=by_id)
async def test_a_token_of_another_tenant_is_refused(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    status, body, _ = await ask(stage, operation, token=stage.token(tenant_id=NOBODY))
    assert (status, body["error"]["code"]) == (403, "7505")
    assert body["error"]["message"] == "Request authorization tenant mismatch."


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_id)
async def test_its_permissions_are_needed_when_graph_looks_at_them(stage: Stage, operation: Operation):
    row, example = row_of(operation), EXAMPLES[operation.id]
    await stage.play(example.scene)
    others = set(EVERY_PERMISSION) - set(row.permissions)
    if row.at_creation:  # its page: checked when the call is created, and not again
        status, _, _ = await ask(stage, operation, token=stage.token(()))
        assert status in ((501,) if operation.undocumented else operation.statuses)
        stage.simulator.change_settings(permissions_checked_at_creation=False)
        await stage.play(example.scene)
    elif not row.permissions:
        status, _, _ = await ask(stage, operation, token=stage.token(()))
        assert status in operation.statuses
        return
    status, body, _ = await ask(stage, operation, token=stage.token(sorted(others)))
    if "/calls" in operation.path:
        words = "Insufficient enterprise tenant permissions, cannot access this API."
        assert (status, body["error"]["code"], body["error"]["message"]) == (403, "7504", words)
    else:
        assert (status, body["error"]["code"]) == (403, "Forbidden")
    assert problems_with_response(operation.method, operation.path, status, body) == []


@pytest.mark.parametrize(
    ("operation", "permission"),
    [(one, permission) for one in PLAYED if one.id != "createCall" for permission in row_of(one).permissions],
    ids=lambda value: value.id if isinstance(value, Operation) else value,
)
async def test_each_of_its_permissions_is_enough(stage: Stage, operation: Operation, permission: str):
    stage.simulator.change_settings(permissions_checked_at_creation=False)
    await stage.play(EXAMPLES[operation.id].scene)
    status, body, _ = await ask(stage, operation, token=stage.token([permission]))
    assert status in operation.statuses, body


# --- spellings


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.path.startswith("/communications/")], ids=by_id)
async def test_the_old_prefix_leads_to_it_too(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    query = re.sub("{([^}]*)}", lambda name: stage.place[name[1]], EXAMPLES[operation.id].query)
    path = operation.filled(stage.place).replace("/communications/", "/app/", 1) + query
    status, _, _ = await ask(stage, operation, path=path)
    assert status in ((501,) if operation.undocumented else operation.statuses)


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.is_action and "." not in one.id.split("_")[-1]], ids=by_id
)
async def test_the_long_name_of_an_action_leads_to_it_too(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    head, _, name = operation.filled(stage.place).rpartition("/")
    status, _, _ = await ask(stage, operation, path=f"{head}/microsoft.graph.{name}")
    assert status in operation.statuses


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if row_of(one).global_only], ids=by_id)
async def test_a_national_cloud_that_lacks_it_says_so(stage: Stage, operation: Operation):
    await stage.play(EXAMPLES[operation.id].scene)
    stage.simulator.change_settings(cloud="us_gov")
    status, body, _ = await ask(stage, operation)
    assert (status, body["error"]["code"]) == (400, "BadRequest")
    assert body["error"]["message"].startswith("Resource not found for the segment")

"""The OpenAPI page: sound by OpenAPI's own rules, whole, and able to fail the app."""

from __future__ import annotations

import httpx
import pytest
from described import hold_to_the_page, page
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.routes import ROUTES


def answer(
    status: int, body: object, *, sent: object = None, path: str = "/api/calls", method: str = "GET"
) -> httpx.Response:
    request = httpx.Request(method, f"http://bot.example.test{path}", json=sent)
    return httpx.Response(status, json=body, request=request, headers={"content-type": "application/json"})


def test_the_page_is_an_openapi_document() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(page()).iter_errors()] == []


def test_every_route_is_on_the_page_with_its_role() -> None:
    operations = {each["operationId"]: each for path in page()["paths"].values() for each in path.values()}
    assert set(operations) == {route.name for route in ROUTES}
    assert all(f"`{route.role}`" in operations[route.name]["description"] for route in ROUTES)


def test_only_routes_that_take_a_key_say_that_it_was_used_before() -> None:
    for path in page()["paths"].values():
        for operation in path.values():
            takes_key = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
            says_so = operation["responses"].get("422") == {"$ref": "#/components/responses/Problem422"}
            assert says_so == takes_key, operation["operationId"]


def test_no_object_of_a_request_takes_what_nobody_declared() -> None:
    for path in page()["paths"].values():
        for operation in path.values():
            for schema in _objects(operation.get("requestBody", {})):
                assert schema.get("additionalProperties") is False or "oneOf" in schema


@pytest.mark.parametrize(
    "wrong",
    [
        answer(200, {"calls": []}),
        answer(200, {"calls": [{"id": "x"}], "next": None}),
        answer(404, {}),
        answer(202, {"id": "x"}, sent={"to": []}, method="POST"),
        answer(202, {}, sent={}, path="/api/calls/call-0/mute", method="POST"),
        answer(200, {}, path="/api/calls/x/y/z"),
    ],
)
async def test_an_answer_that_is_not_on_the_page_fails(wrong: httpx.Response) -> None:
    with pytest.raises(AssertionError):
        await hold_to_the_page(wrong)


async def test_an_answer_that_is_on_the_page_passes() -> None:
    await hold_to_the_page(answer(200, {"calls": [], "next": None}))
    await hold_to_the_page(answer(202, {"id": "x"}, sent={}, path="/api/calls/call-0/mute", method="POST"))


def _objects(value: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if isinstance(value, dict):
        found += [value] if value.get("type") == "object" and "content" not in value else []
        # What stands under `if` says when a rule holds, not what an object may be.
        found += [each for name, item in value.items() if name != "if" for each in _objects(item)]
    elif isinstance(value, list):
        found += [each for item in value for each in _objects(item)]
    return found

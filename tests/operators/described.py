"""Every request and answer of these tests, held to `docs/reference/api.json` by another implementation of JSON Schema.

The page as it is checked in, not the code that it is written from.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from openapi_schema_validator import OAS31Validator

JSON = dict[str, Any]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "api.json"
# What a 400 may be about though the body is as the page says: names of things that are not there, or not the caller's.
BEYOND_SCHEMAS = {"flow", "locale", "prompt", "customer", "Idempotency-Key", "limit", "after"}


@cache
def page() -> JSON:
    return json.loads(PAGE.read_text(encoding="utf-8"))


@cache
def validator(schema: str) -> Any:
    return OAS31Validator(json.loads(schema))


def operation_of(method: str, path: str) -> JSON | None:
    """The operation that a path is of; literals win over parameters."""
    found = [
        (template.count("{"), operations[method.lower()])
        for template, operations in page()["paths"].items()
        if method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


def operation_id(method: str, path: str) -> str | None:
    operation = operation_of(method, path)
    return None if operation is None else operation["operationId"]


async def hold_to_the_page(answer: httpx.Response) -> None:
    """A hook of the client: fails the test in which the app and the page differ."""
    await answer.aread()
    request = answer.request
    if not re.match(r"/api/(calls|gatherings|erasures|usage|kpis|flows|audit)(/|$)", request.url.path):
        return
    where = f"{request.method} {request.url.path}"
    operation = operation_of(request.method, request.url.path)
    if operation is None:
        assert answer.status_code in (404, 405), f"{where} is not on the page"
        return
    told = _resolved(operation["responses"].get(str(answer.status_code)))
    assert told is not None, f"{where}: {answer.status_code} is not on the page"
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in told["content"], f"{where}: {kind} is not on the page"
    if "json" in kind:
        _check(told["content"][kind]["schema"], answer.json(), where)
    for name in told.get("headers", {}):
        assert name in answer.headers, f"{where}: {name} is missing"
    if "requestBody" in operation and answer.status_code in (200, 202, 400):
        _check_request(operation, answer, where)


def _check_request(operation: JSON, answer: httpx.Response, where: str) -> None:
    """What the page calls sound is not refused for its form, and what it calls wrong is not taken."""
    content = answer.request.content
    if not content:
        assert answer.status_code == 400 or not operation["requestBody"]["required"], where
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    try:
        sound = validator(json.dumps(schema)).is_valid(json.loads(content))
    except (ValueError, RecursionError):
        sound = False
    if answer.status_code in (200, 202):
        assert sound, f"{where}: the page calls this wrong, the app took it: {content[:500]!r}"
    elif sound:
        named = {each["field"] for each in answer.json()["errors"]}
        assert named <= BEYOND_SCHEMAS, f"{where}: the page calls this sound, the app refused {named}"


def _check(schema: JSON, value: object, where: str) -> None:
    errors = [error.message for error in validator(json.dumps(_resolved(schema))).iter_errors(value)]
    assert errors == [], f"{where}: {errors}"


def _resolved(told: JSON | None) -> JSON | None:
    if told is None or "$ref" not in told:
        return told
    found: Any = page()
    for step in told["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found

"""The OpenAPI document of the operators' API.

`docs/reference/api.json` is what `document` gives; a test fails when it is stale.
Source: https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

from typing import Any

from api import answers
from api.routes import LARGEST_BODY, ROUTES, Route

JSON = dict[str, Any]

_MEDIA = {"audio/wav": "WAV audio", "text/csv": "A table with a header, in UTF-8"}
_TITLES = {
    400: "The request is not as described; `errors` names each field",
    401: "No valid token",
    403: "The app role is missing, or not held for this customer; or a setting forbids to dial",
    404: "There is no such thing, or it is another customer's",
    409: "The call is over",
    413: f"The body is larger than {LARGEST_BODY // 1024} KiB",
    415: "The body is not JSON",
    422: "The Idempotency-Key was sent with another request before",
    503: "Storage is away",
}


def document(version: str) -> JSON:
    """The whole document, for the app's version."""
    paths: dict[str, JSON] = {}
    for route in ROUTES:
        paths.setdefault(f"/api{route.path}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Callwright",
            "version": version,
            "summary": "Calls of a Teams bot: read them, place them, act on them.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "PUBLIC_BASE_URL"}],
        "security": [{"entra": []}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": answers.PROBLEM},
            "responses": {_name(status): _problem(title) for status, title in _TITLES.items()},
            "securitySchemes": {
                "entra": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of Microsoft Entra for the bot's application, with an app role.",
                }
            },
        },
    }


def _operation(route: Route) -> JSON:
    told: JSON = {
        "operationId": route.name,
        "summary": f"{route.summary}.",
        "description": f"Needs the app role `{route.role}`, or `{route.role}.customer.` and the customer's name.",
    }
    if route.parameters:
        told["parameters"] = list(route.parameters)
    if route.body is not None:
        content = {"application/json": {"schema": route.body.schema()}}
        told["requestBody"] = {"required": not route.body_optional, "content": content}
    told["responses"] = {
        str(route.status): _answer(route),
        **{str(status): _problem_of(route, status) for status in route.every_problem},
    }
    return told


def _answer(route: Route) -> JSON:
    if route.answer is None:
        return {"description": f"{_MEDIA[route.media]}.", "content": {route.media: {}}}
    told: JSON = {"description": "Done." if route.status == 200 else "Taken on; what comes of it is in the record."}
    if route.answer is answers.STARTED:
        told["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where to read of it."}}
    return {**told, "content": {"application/json": {"schema": route.answer}}}


def _name(status: int) -> str:
    return f"Problem{status}"


def _problem_of(route: Route, status: int) -> JSON:
    if status in route.meanings:
        return _problem(route.meanings[status])
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _problem(title: str) -> JSON:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": f"{title}.", "content": {"application/problem+json": {"schema": schema}}}

"""Graph's side of the contract: schemas of the OpenAPI subset, and the example notifications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_HERE = Path(__file__).parent
_DOCUMENT = json.loads((_HERE / "openapi.json").read_text(encoding="utf-8"))
_REGISTRY = Registry().with_resource("urn:graph", Resource(contents=_DOCUMENT, specification=DRAFT4))

# Responses to notifications are kept beside them, under 99.
NOTIFICATION_FILES = sorted(path for path in (_HERE / "notifications").glob("*.json") if not path.name.startswith("99"))


def operations(*, documented: bool) -> set[tuple[str, str]]:
    """Method and path of every operation of the subset that Microsoft's reference describes, or of the others."""
    return {
        (method.upper(), path)
        for path, item in _DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and ("x-undocumented" not in operation) is documented
    }


def notification(name: str) -> dict[str, Any]:
    """An example notification by the start of its file name, for instance `33_tone`."""
    (path,) = (path for path in NOTIFICATION_FILES if path.name.startswith(name))
    return json.loads(path.read_text(encoding="utf-8"))


def problems_with_type(name: str, value: Any) -> list[str]:
    """What contradicts a schema, named like `microsoft.graph.call`."""
    return _problems(f"/components/schemas/{name}", value)


def problems_with_resource(value: dict[str, Any]) -> list[str]:
    """What contradicts the schema that the value's own `@odata.type` names."""
    return problems_with_type(value["@odata.type"].removeprefix("#"), value)


def problems_with_request(method: str, path: str, body: Any) -> list[str]:
    """What contradicts the request body of an operation; `path` as in the document, with `{call-id}`."""
    operation = _DOCUMENT["paths"][path][method.lower()]
    if "requestBody" not in operation:
        return [] if body is None else ["the operation takes no body"]
    return _problems(
        f"/paths/{path.replace('/', '~1')}/{method.lower()}/requestBody/content/application~1json/schema", body
    )


def problems_with_response(method: str, path: str, status: int, body: Any) -> list[str]:
    """What contradicts the documented response; an undocumented status below 400 is a problem too."""
    operation = f"/paths/{path.replace('/', '~1')}/{method.lower()}"
    responses = _DOCUMENT["paths"][path][method.lower()]["responses"]
    if status >= 400:
        return _problems("/components/responses/error/content/application~1json/schema", body)
    if str(status) not in responses:
        return [f"{status} is not documented"]
    if "content" not in responses[str(status)]:
        return [] if body is None else ["the response has no body"]
    return _problems(f"{operation}/responses/{status}/content/application~1json/schema", body)


def members_of_type(name: str) -> set[str]:
    """The properties of a schema, inherited ones included. The schemas are open: they let a misspelt one pass."""
    return _members(_DOCUMENT["components"]["schemas"][name])


def members_of_request(method: str, path: str) -> set[str]:
    """The properties of an operation's request body."""
    body = _DOCUMENT["paths"][path][method.lower()].get("requestBody", {})
    return _members(body["content"]["application/json"]["schema"]) if body else set()


def _members(schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return members_of_type(schema["$ref"].rpartition("/")[2])
    return set(schema.get("properties", {})).union(*map(_members, schema.get("allOf", ())))


def _problems(pointer: str, value: Any) -> list[str]:
    validator = OAS30Validator({"$ref": f"urn:graph#{pointer}"}, registry=_REGISTRY)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(value)]

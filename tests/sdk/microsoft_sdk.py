"""Microsoft's Graph SDK, found out about: which operations it has, with which models, and what they could not place."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import httpx
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    AnonymousAuthenticationProvider,
)
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider as BearerTokens
from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.serialization import Parsable
from kiota_http.middleware.options import RetryHandlerOption
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from kiota_serialization_json.json_serialization_writer_factory import JsonSerializationWriterFactory
from msgraph import GraphServiceClient
from msgraph.generated.models.entity import Entity
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core import GraphClientFactory

__all__ = [
    "APIError",
    "Endpoint",
    "Entity",
    "client_of",
    "client_of_nothing",
    "endpoint",
    "endpoints",
    "left_over",
    "parsed",
    "rewritten",
]

_METHODS = ("get", "post", "patch", "delete", "put")


class _Token(AccessTokenProvider):
    def __init__(self, token: str) -> None:
        self._token = token
        self._hosts = AllowedHostsValidator([])

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: dict[str, Any] | None = None
    ) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return self._hosts


@asynccontextmanager
async def client_of(base_url: str, token: str) -> AsyncIterator[GraphServiceClient]:
    """A client of a Graph elsewhere, which sends each request once."""
    options = {RetryHandlerOption.get_key(): RetryHandlerOption(should_retry=False)}
    sockets = httpx.AsyncHTTPTransport()
    http = GraphClientFactory.create_with_default_middleware(
        options=options, client=httpx.AsyncClient(transport=sockets)
    )
    adapter = GraphRequestAdapter(BearerTokens(_Token(token)), client=http)
    adapter.base_url = base_url
    try:
        yield GraphServiceClient(request_adapter=adapter)
    finally:
        await http.aclose()
        await sockets.aclose()  # kiota's transport around it does not pass that on


@cache
def client_of_nothing() -> GraphServiceClient:
    """A client that never connects, to look at what the SDK has."""
    return GraphServiceClient(request_adapter=GraphRequestAdapter(AnonymousAuthenticationProvider()))


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One operation that the SDK has."""

    method: str
    #: As in the OpenAPI document.
    path: str
    builder: BaseRequestBuilder

    async def send(self, body: Any = None, filter: str | None = None) -> Any:
        """Ask it: with an example body, read into the SDK's model and written by it; gives the SDK's answer."""
        act = getattr(self.builder, self.method.lower())
        arguments: dict[str, Any] = {}
        model = self.body_type()
        if model is not None:
            arguments["body"] = parsed(body, model)
        if filter is not None:
            parameters = type(self.builder).__dict__[f"{type(self.builder).__name__}GetQueryParameters"]
            configuration = RequestConfiguration(query_parameters=parameters(filter=filter))
            arguments["request_configuration"] = configuration
        return await act(**arguments)

    def body_type(self) -> type[Parsable] | None:
        """The model of the body, None for an operation without one."""
        parameter = inspect.signature(getattr(self.builder, self.method.lower())).parameters.get("body")
        return None if parameter is None else _imported(type(self.builder), str(parameter.annotation))


def endpoints(builder: BaseRequestBuilder) -> Iterator[Endpoint]:
    """Every operation at a builder and below it."""
    kind = type(builder)
    for name in dir(kind):
        if name in _METHODS:
            yield Endpoint(method=name.upper(), path=_path(builder), builder=builder)
        elif name.startswith("by_"):
            yield from endpoints(getattr(builder, name)("id"))
        elif isinstance(inspect.getattr_static(kind, name), property):
            below = getattr(builder, name)
            if isinstance(below, BaseRequestBuilder):
                yield from endpoints(below)


def endpoint(client: GraphServiceClient, method: str, path: str, place: Mapping[str, str]) -> Endpoint:
    """The operation with this path of the OpenAPI document, its ids out of a place."""
    builder: Any = client
    for part in path.strip("/").split("/"):
        if part.startswith("{"):
            (step,) = (name for name in dir(type(builder)) if name.startswith("by_"))
            builder = getattr(builder, step)(place[part.strip("{}")])
        else:
            builder = getattr(builder, re.sub("([A-Z])", r"_\1", part).lower())
    found = Endpoint(method=method, path=_path(builder), builder=builder)
    assert found.path == path
    return found


def parsed(body: Any, model: type[Parsable]) -> Any:
    """JSON as the SDK reads it into a model."""
    node = JsonParseNodeFactory().get_root_parse_node("application/json", json.dumps(body).encode())
    return node.get_object_value(model)


def rewritten(model: Parsable) -> Any:
    """A model as the SDK writes it."""
    writer = JsonSerializationWriterFactory().get_serialization_writer("application/json")
    writer.write_object_value(None, model)
    return json.loads(writer.get_serialized_content())


def left_over(model: Any, where: str = "") -> Iterator[str]:
    """What a model and everything in it could not place: `path.to.name`, with the types on the way left out."""
    if isinstance(model, list | tuple):
        for item in model:
            yield from left_over(item, where)
    elif is_dataclass(model) and isinstance(model, Parsable):
        for name in getattr(model, "additional_data", None) or {}:
            yield f"{where}.{name}".lstrip(".")
        for one in fields(model):
            if one.name not in ("additional_data", "backing_store"):
                yield from left_over(getattr(model, one.name, None), f"{where}.{one.name}".lstrip("."))


def _path(builder: BaseRequestBuilder) -> str:
    template = builder.url_template.removeprefix("{+baseurl}")
    return re.sub(r"{\?[^}]*}", "", template).replace("%2D", "-")


def _imported(builder: type, name: str) -> type[Parsable]:
    """A model that a builder's module imports for its annotations alone."""
    module = inspect.getmodule(builder)
    assert module is not None and module.__package__ is not None
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            source = importlib.util.resolve_name("." * node.level + (node.module or ""), module.__package__)
            return getattr(importlib.import_module(source), name)
    raise LookupError(f"{module.__name__} imports no {name}")

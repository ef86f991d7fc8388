"""Sends requests to Graph: explicit about time, and never twice what may have been acted on.

| what happened | done |
|---|---|
| no connection, 429, 503 with Retry-After | tried again within the budget, not before Graph allows it |
| 401 | a fresh token, once: a request refused at the door did nothing |
| answer lost, 5xx | tried again only where twice does what once does (`Request.idempotent`) |

Source: https://learn.microsoft.com/graph/best-practices-concept
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, cast
from urllib.parse import urlsplit

import httpx

from graph.clouds import cloud_of
from graph.errors import GraphError, NotOffered, NotReached, OutcomeUnknown, TokenUnavailable, Unauthorized, error_from
from graph.request import Request
from graph.targets import LOOPBACK
from graph.wire import JSON

# Each phase of an attempt, in seconds: all of them together stay well inside the 15 s answer window.
CONNECT_S, WRITE_S, READ_S, POOL_S = 2.0, 2.0, 4.0, 2.0

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 4.0
_LARGEST_BODY = 1_000_000
# Raised before a byte of the request has left.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class TokenSource(Protocol):
    """Where the client gets its tokens: `GraphCredentials.token`."""

    def __call__(self, tenant_id: str, *, refused: str | None = None) -> Awaitable[str]:
        """A bearer token for a tenant; another than `refused`. Raises `TokenUnavailable`."""
        ...


class GraphClient:
    """Sends requests over one `httpx.AsyncClient`.

    `base_url` is Graph's root including the version, https (or http on loopback); `now` gives Unix seconds.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        token: TokenSource,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        timeout: Callable[[float], AbstractAsyncContextManager[object]] = asyncio.timeout,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("Graph's root must be https (plain http is for loopback only): tokens are sent there")
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._cloud = cloud_of(base_url)
        self._token = token
        self._now = now
        self._sleep = sleep
        self._timeout = timeout

    async def send(
        self, request: Request, tenant_id: str, *, budget_s: float, scenario_id: str | None = None
    ) -> JSON | None:
        """Send a request on behalf of a tenant; gives the JSON object of the response, or None.

        Takes `budget_s` seconds at most: waiting for a token, tries and pauses included. `scenario_id` ties the
        requests of one call together in Microsoft's logs.

        Raises:
            TokenUnavailable: there is no token; nothing was sent.
            NotReached: Graph surely did not act on it.
            OutcomeUnknown: Graph may have acted on it.
            Refused: Graph said no; `CallGone`, `Forbidden`, ... say which no.
        """
        if self._cloud is not None and request.name() in self._cloud.lacks:
            raise NotOffered(request.name(), self._cloud.title)
        deadline = self._now() + budget_s
        token = await self._token_within(budget_s, tenant_id)
        renewed = in_doubt = False
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return await self._attempt(request, token, scenario_id, deadline - self._now())
            except Unauthorized:
                if renewed:
                    raise
                renewed = True
                token = await self._token_within(deadline - self._now(), tenant_id, refused=token)
                continue
            except (NotReached, OutcomeUnknown) as failure:
                in_doubt = in_doubt or isinstance(failure, OutcomeUnknown)
                if in_doubt and not request.idempotent:
                    raise
                wait = _wait_s(failure, pause)
                if self._now() + wait >= deadline:
                    raise _final(failure, in_doubt) from None
            await self._sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _token_within(self, left_s: float, tenant_id: str, refused: str | None = None) -> str:
        try:
            async with self._timeout(left_s):
                return await self._token(tenant_id, refused=refused)
        except TimeoutError:
            raise TokenUnavailable("the token service took too long") from None

    async def _attempt(self, request: Request, token: str, scenario_id: str | None, left_s: float) -> JSON | None:
        if left_s <= 0:
            raise NotReached("no time was left to ask")
        message = self._http.build_request(
            request.method,
            f"{self._base_url}{request.path}",
            json=request.body(),
            headers=_headers(token, scenario_id),
            timeout=_timeout(left_s),
        )
        try:
            # The phases have limits of their own; this one bounds an answer that comes byte by byte.
            async with self._timeout(left_s):
                response = await self._http.send(message, follow_redirects=False)
        except _NEVER_SENT as failure:
            raise NotReached(f"{type(failure).__name__} {failure}") from None
        except (httpx.HTTPError, TimeoutError) as failure:
            raise OutcomeUnknown(f"{type(failure).__name__} {failure}") from None
        error = error_from(response.status_code, response.headers, response.content, self._now(), action=request.name())
        if error is not None:
            raise error
        return _decoded(response.content)


def _headers(token: str, scenario_id: str | None) -> dict[str, str]:
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "client-request-id": str(uuid.uuid4()),
    }
    if scenario_id is not None:
        headers["scenario-id"] = scenario_id
    return headers


def _timeout(left_s: float) -> httpx.Timeout:
    # Reaching Graph may take half of what is left: a connection that does not come is then seen as just that.
    reach = left_s / 2
    return httpx.Timeout(
        connect=min(CONNECT_S, reach), pool=min(POOL_S, reach), write=min(WRITE_S, left_s), read=min(READ_S, left_s)
    )


def _wait_s(failure: NotReached | OutcomeUnknown, pause: float) -> float:
    """Never less than Graph asks; more where it asks for less than is good for either."""
    return max(pause, failure.retry_after_s or 0.0)


def _final(failure: GraphError, in_doubt: bool) -> GraphError:
    if in_doubt and not isinstance(failure, OutcomeUnknown):
        return OutcomeUnknown("an earlier attempt got no answer, later ones did not reach it")
    return failure


def _decoded(body: bytes) -> JSON | None:
    """The JSON object of a successful response. Graph has acted, so what cannot be read is no error."""
    if not body or len(body) > _LARGEST_BODY:
        return None
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("JSON", document) if isinstance(document, dict) else None

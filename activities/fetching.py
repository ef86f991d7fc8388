"""Asking other services for flows: only those that the setting HTTP_ALLOW lists, and never more than is read."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, cast

import azure.durable_functions as df
import httpx

import connections
from activities.acting import STEP_BUDGET_S, error, once, with_journal
from activities.patience import patiently
from inbox import InboxError
from storage import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]
MOST_BYTES = 64 * 1024
MOST_TEXT = 200
_LARGEST = 10**15


class _NotAsked(Exception):
    """The service cannot be asked; the message is a short word for the journal."""


@bp.activity_trigger(input_name="given")
async def fetch_http(given: dict) -> dict:
    """Get `url`, or post `body` to it: `{"ok": {"outcome", "code", "status", "values"}}`.

    `code` is the status of the answer; `status` a word on why there is none, or none of use. What is posted is posted
    once: run again after a crash, the activity does not know what became of it, and says `failed`.
    """
    return await with_journal(given, await _asked(given))


async def _asked(given: JSON) -> JSON:
    secrets = await opened_values(given, given["body"] or {})
    if "error" in secrets:
        return secrets
    if given["body"] is None:
        return {"ok": await _fetch(given, secrets["ok"])}

    async def post(left_s: float) -> JSON:
        return {"ok": await _fetch(given, secrets["ok"])}

    return await once(given, post, unknown={"ok": without("failed", "unknown")})


async def opened_values(given: JSON, values: JSON) -> JSON:
    """What the tokens among the values stand for, if the flow `opens` them: `{"ok": {token: text}}`, or an error."""
    if not given["opens"]:
        return {"ok": {}}
    instance_id, here = given["instance_id"], connections.current()
    try:
        return {"ok": await patiently(here.now() + STEP_BUDGET_S, lambda: opened(instance_id, values))}
    except InboxError as failure:
        log.error("what the caller of %s has entered cannot be opened: %s", instance_id, type(failure).__name__)
        return error("internal", message=type(failure).__name__)
    except StorageUnavailable as failure:
        return error("not_reached", message=str(failure))


async def opened(instance_id: str, values: JSON) -> dict[str, str]:
    """The tokens among the values of a call, and what they stand for. Raises `InboxError`, `StorageUnavailable`."""
    call_key = await connections.current().inbox.tone_key(instance_id)
    found: dict[str, str] = {}
    for value in values.values():
        if isinstance(value, str):
            try:
                found[value] = call_key.open_entry(value)
            except InboxError:  # no token: the flow's own text
                continue
    return found


async def _fetch(given: JSON, secrets: dict[str, str]) -> JSON:
    try:
        request = _request(given, secrets)
    except _NotAsked as failure:
        log.error("%s may not be asked for a flow: %s", httpx.URL(given["url"]).host, failure)
        return without("failed", str(failure))
    try:
        async with asyncio.timeout(given["timeout_ms"] / 1000):
            response = await connections.current().http_elsewhere.send(request, stream=True, follow_redirects=False)
            try:
                content = await _content(response)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        return without("timeout", "timeout")
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as failure:
        return without("failed", type(failure).__name__)
    outcome = {2: "ok", 4: "refused"}.get(response.status_code // 100, "failed")
    if outcome != "ok" or not given["into"]:
        return {"outcome": outcome, "code": response.status_code, "status": None, "values": {}}
    return {"code": response.status_code, **_read(given["into"], content, list(secrets.values()))}


def _request(given: JSON, secrets: dict[str, str]) -> httpx.Request:
    settings = connections.current().settings
    url = httpx.URL(given["url"])
    allowed = _place(url) in settings.http_allow
    if not allowed or (url.scheme != "https" and not (url.scheme == "http" and url.host in ("127.0.0.1", "localhost"))):
        raise _NotAsked("notAllowed")
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Callwright"}
    if given["secret"]:
        secret = settings.http_secrets.get(given["secret"].upper().replace("-", "_"))
        if secret is None:
            raise _NotAsked("noSecret")
        headers[given["header"]] = secret
    timeout = httpx.Timeout(given["timeout_ms"] / 1000).as_dict()
    query = {name: _text(value) for name, value in given["query"].items() if value is not None}
    asked = url.copy_merge_params(query) if query else url
    if given["body"] is None:
        return httpx.Request("GET", asked, headers=headers, extensions={"timeout": timeout})
    headers["Idempotency-Key"] = f"{given['instance_id']}:{given['step']}"
    body = {
        name: secrets.get(value, value) if isinstance(value, str) else value for name, value in given["body"].items()
    }
    return httpx.Request("POST", asked, headers=headers, json=body, extensions={"timeout": timeout})


def _place(url: httpx.URL) -> str:
    """As HTTP_ALLOW has it: a host, with its port where that is none of the scheme's own."""
    return url.host if url.port is None else f"{url.host}:{url.port}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def _content(response: httpx.Response) -> bytes | None:
    """The answer; None when it is too long."""
    content = b""
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > MOST_BYTES:
            return None
    return content


def _read(into: dict[str, str], content: bytes | None, secrets: list[str]) -> JSON:
    if content is None:
        return without("failed", "tooLong")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return without("failed", "noJson")
    return {"outcome": "ok", "status": None, "values": read_values(document, into, secrets)}


def read_values(document: object, into: dict[str, str], secrets: list[str]) -> JSON:
    """What is at the paths of `into`, by variable."""
    return {name: _value(_at(document, path), secrets) for name, path in into.items()}


def _at(document: object, path: str) -> object:
    at = document
    for part in path.split("."):
        if isinstance(at, dict):
            at = cast("JSON", at).get(part)
        elif isinstance(at, list) and part.isdigit() and int(part) < len(cast("list[object]", at)):
            at = cast("list[object]", at)[int(part)]
        else:
            return None
    return at


def _value(value: object, secrets: list[str]) -> str | int | float | bool | None:
    """A value that a flow may have, and history keep: no secret that the service has sent back."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        # Also keeps out NaN, which is no JSON.
        known = -_LARGEST <= value <= _LARGEST and not any(secret in str(value) for secret in secrets)
        return value if known else None
    if not isinstance(value, str) or len(value) > MOST_TEXT or any(secret in value for secret in secrets):
        return None
    return value


def without(outcome: str, why: str) -> JSON:
    """An outcome with nothing to read, and a short word on why."""
    return {"outcome": outcome, "code": None, "status": why, "values": {}}

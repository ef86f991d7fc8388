"""Whatever the operators' API refuses, as a problem document (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Sequence
from typing import TypeVar

import azure.functions as func

from api.shapes import Wrong
from inbox.errors import InboxError
from storage import StorageUnavailable

log = logging.getLogger("callwright.operators")

T = TypeVar("T")


class Refused(Exception):
    """The request is answered with `response`, a problem document, and nothing else is done."""

    def __init__(self, response: func.HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


async def answered(work: Awaitable[func.HttpResponse]) -> func.HttpResponse:
    """What `work` answers, or why it was refused; 503 while storage is away."""
    try:
        return await work
    except Refused as refusal:
        return refusal.response
    except StorageUnavailable:
        return problem(503, "Storage is away", "Nothing can be read or done at the moment; try again.")


async def handed_over(work: Awaitable[T]) -> T:
    """What `work` gives, which starts an orchestration or raises an event: 503 when Durable Functions cannot."""
    try:
        return await work
    except (InboxError, StorageUnavailable):
        raise
    except Exception as failure:  # the SDK raises plain exceptions
        log.exception("nothing could be handed over: %s", type(failure).__name__)
        raise Refused(
            problem(503, "Durable Functions is away", "Nothing can be begun at the moment; try again.")
        ) from None


def problem(status: int, title: str, detail: str, **extensions: object) -> func.HttpResponse:
    """A problem document."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extensions}
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status, {})
    return func.HttpResponse(json.dumps(body), status_code=status, headers=headers, mimetype="application/problem+json")


def wrong_fields(wrong: Sequence[Wrong]) -> Refused:
    """400, naming each field."""
    detail = "One field is wrong." if len(wrong) == 1 else f"{len(wrong)} fields are wrong."
    return Refused(problem(400, "Bad request", detail, errors=[each.to_json() for each in wrong]))


def answer(body: object, status: int = 200, **headers: str) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(json.dumps(body), status_code=status, headers=headers, mimetype="application/json")

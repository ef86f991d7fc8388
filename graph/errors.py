"""What can go wrong between us and Graph.

    GraphError
    ├── TokenUnavailable      no token to ask with: nothing was sent
    ├── NotReached            surely not acted on: no connection, or turned away unread (429, 503 with Retry-After)
    ├── OutcomeUnknown        sent, and nobody knows what became of it: time-out, broken connection, 5xx
    └── Refused               Graph said no
        ├── Unauthorized      401: it does not take our token
        ├── Forbidden         403: a permission is missing (7504), another tenant (7505), ...
        ├── CallGone          404: the call is over, or never was
        ├── Conflict          409: not now
        └── NotOffered        this national cloud has no such action: it was not even asked

The difference that matters: what raised `NotReached` or `TokenUnavailable` may be sent again; what raised
`OutcomeUnknown` may not, unless sending it twice does no harm.

Source: https://learn.microsoft.com/graph/errors
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from graph import wire
from graph.permissions import missing_permission
from graph.retry_after import retry_after_s

# A numeric subcode, or words such as `UnknownError`; no room for a phone number or a key.
_CODE = re.compile(r"[0-9]{1,6}|(?!eyJ)[A-Za-z._-]{1,64}")
_REQUEST_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LONGEST_MESSAGE = 300
_LARGEST_BODY = 100_000
# What Graph's messages may quote of a call, and what nobody should find in a log or in durable history.
_PERSONAL = (
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+"), "<address>"),
    (re.compile(r"\beyJ[\w.-]+"), "<token>"),
    (re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+"), "<address>"),
    (re.compile(r"\+?\d[\d ()/.\u2010-\u2015-]{5,}\d"), "<number>"),
)


class GraphError(Exception):
    """Base of everything that can go wrong between us and Graph. Its text is masked: it may be logged."""


class TokenUnavailable(GraphError):
    """The token service gave no token. `code` is its own, for instance `invalid_client` or `AADSTS7000215`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no access token for Graph: {code}")
        self.code = code


class NotReached(GraphError):
    """Graph surely did not act on the request, and the budget for trying again is used up."""

    def __init__(self, why: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"Graph was not reached: {masked(why)}")
        #: Seconds Graph asked us to stay away, where it said so.
        self.retry_after_s = retry_after_s


class OutcomeUnknown(GraphError):
    """The request was sent; whether Graph acted on it is not known."""

    def __init__(self, why: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"Graph's answer is not known: {masked(why)}")
        #: Seconds Graph asked us to stay away, where it said so.
        self.retry_after_s = retry_after_s


class Refused(GraphError):
    """Graph refused the request.

    `code` is Graph's, for calls often a numeric subcode as a string ("7504"). `message` is Graph's, masked, with our
    own `advice` after it. `request_id` finds the request in Microsoft's logs.
    """

    def __init__(
        self, status: int, code: str | None, message: str | None, request_id: str | None, *, advice: str = ""
    ) -> None:
        self.status = status
        self.code = code
        self.message = " ".join(part for part in (masked(message or ""), advice) if part) or None
        self.request_id = request_id
        details = ", ".join(part for part in (code, self.message, request_id and f"request-id {request_id}") if part)
        super().__init__(f"Graph refused with {status}" + (f": {details}" if details else ""))

    @property
    def subcode(self) -> int | None:
        """The code where it is one of the numeric subcodes (7504: permissions, 7505: tenant), else None."""
        return wire.integer(self.code)


class Unauthorized(Refused):
    """401: Graph does not take our token, a fresh one neither."""


class Forbidden(Refused):
    """403: the application lacks a permission, or the call belongs to another tenant."""


class NotOffered(Refused):
    """501, though nobody said so: the cloud is known not to have the action, and nothing was sent."""

    def __init__(self, action: str, cloud: str) -> None:
        super().__init__(501, "notOffered", f"{action} is not offered in the cloud {cloud}", None)


class CallGone(Refused):
    """404: there is no such call, or no longer."""


class Conflict(Refused):
    """409: the call or the operation is in no state for this."""


_BY_STATUS: Mapping[int, type[Refused]] = {401: Unauthorized, 404: CallGone, 409: Conflict}


def error_from(
    status: int, headers: Mapping[str, str], body: bytes, now: float, *, action: str | None = None
) -> GraphError | None:
    """The only place where a status becomes an error; None for 2xx. `headers` look up names in any case.

    `action` is `Request.name()` of what was asked: a 403 then says which consent is missing.
    """
    if 200 <= status < 300:
        return None
    pause = retry_after_s(headers.get("Retry-After"), now)
    if status == 429 or (status == 503 and pause is not None):
        return NotReached(f"it answered {status}", retry_after_s=pause)
    if status >= 500 or status == 408:
        return OutcomeUnknown(f"it answered {status}", retry_after_s=pause)
    code, message, request_id = _decoded(body)
    request_id = request_id or _matching(_REQUEST_ID, headers.get("request-id"))
    if status == 403:
        advice = missing_permission(action, code) if action else ""
        return Forbidden(status, code, message, request_id, advice=advice)
    return _BY_STATUS.get(status, Refused)(status, code, message, request_id)


def masked(text: str) -> str:
    """The text without addresses, tokens and long numbers, and not overlong."""
    # First of all, so that nothing invisible splits a number.
    text = "".join(character if character.isprintable() else " " for character in text[: 10 * _LONGEST_MESSAGE])
    for pattern, replacement in _PERSONAL:
        text = pattern.sub(replacement, text)
    return text[:_LONGEST_MESSAGE]


def _decoded(body: bytes) -> tuple[str | None, str | None, str | None]:
    """Code, message and request id of `{"error": {"code", "message", "innerError": {"request-id"}}}`."""
    try:
        document: object = json.loads(body) if len(body) <= _LARGEST_BODY else None
    except (ValueError, RecursionError):
        document = None
    error = wire.mapping(wire.mapping(document).get("error"))
    inner = wire.mapping(error.get("innerError"))
    code = error.get("code")
    return (
        _matching(_CODE, str(code) if wire.integer(code) is not None else code),
        wire.text(error.get("message")),
        _matching(_REQUEST_ID, inner.get("request-id")),
    )


def _matching(form: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None

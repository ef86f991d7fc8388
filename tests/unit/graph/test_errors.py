from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from planted_secrets import secrets, shows, words

from graph import errors
from graph.errors import (
    CallGone,
    Conflict,
    Forbidden,
    GraphError,
    NotReached,
    OutcomeUnknown,
    Refused,
    TokenUnavailable,
    Unauthorized,
    error_from,
    masked,
)

NOW = 1_767_603_600.0
REQUEST_ID = "0c1f5b00-aaaa-4a2b-9c3d-0000000000aa"


def envelope(code: Any = "7505", message: Any = "Tenant mismatch.", request_id: Any = REQUEST_ID) -> bytes:
    inner = {"date": "2026-01-05T09:00:00", "request-id": request_id, "client-request-id": "x"}
    return json.dumps({"error": {"code": code, "message": message, "innerError": inner}}).encode()


def error(status: int, body: bytes = b"", **headers: str) -> GraphError:
    found = error_from(
        status, httpx.Headers({name.replace("_", "-"): text for name, text in headers.items()}), body, NOW
    )
    assert found is not None
    return found


def expected(status: int, asked: bool) -> type[GraphError] | None:
    if status < 300:
        return None
    if status == 429 or (status == 503 and asked):
        return NotReached
    if status == 408 or status >= 500:
        return OutcomeUnknown
    return {401: Unauthorized, 403: Forbidden, 404: CallGone, 409: Conflict}.get(status, Refused)


@pytest.mark.parametrize("asked", [False, True], ids=["", "with Retry-After"])
def test_every_status_has_its_error(asked: bool) -> None:
    headers = httpx.Headers({"retry-after": "3"} if asked else {})
    for status in range(200, 600):
        found = error_from(status, headers, envelope(), NOW)
        assert (type(found) if found else None) is expected(status, asked), status
        if isinstance(found, NotReached | OutcomeUnknown):
            assert found.retry_after_s == (3.0 if asked else None)
        if isinstance(found, Refused):
            assert (found.status, found.code, found.subcode) == (status, "7505", 7505)


def test_a_503_whose_retry_after_makes_no_sense_may_have_been_acted_on() -> None:
    assert type(error(503, Retry_After="soon")) is OutcomeUnknown


def test_what_may_be_sent_again_is_no_kind_of_what_may_not() -> None:
    kinds = (TokenUnavailable, NotReached, OutcomeUnknown, Refused)
    assert all(kind.__bases__ == (GraphError,) for kind in kinds)


def test_the_drawing_shows_every_error() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    defined = [
        name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, GraphError)
    ]
    assert sorted(drawn) == sorted(set(defined) - {"GraphError"})


def test_graphs_envelope_is_read() -> None:
    found = error(403, envelope())
    assert isinstance(found, Forbidden)
    assert (found.code, found.message, found.request_id) == ("7505", "Tenant mismatch.", REQUEST_ID)
    assert str(found) == f"Graph refused with 403: 7505, Tenant mismatch., request-id {REQUEST_ID}"


def test_the_request_id_may_be_in_a_header_only() -> None:
    found = error(400, b"<html>", request_id=REQUEST_ID)
    assert isinstance(found, Refused)
    assert found.request_id == REQUEST_ID


@pytest.mark.parametrize(
    ("code", "read", "subcode"),
    [
        ("UnknownError", "UnknownError", None),
        ("Authorization_RequestDenied", "Authorization_RequestDenied", None),
        (7504, "7504", 7504),
        ("9999", "9999", 9999),
        ("", None, None),
        ("a sentence", None, None),
        ("1234567", None, None),
        ("442079460000", None, None),
        (442079460000, None, None),
        ("eyJhbGciOi", None, None),
        (True, None, None),
        (None, None, None),
        ({}, None, None),
        ("x" * 65, None, None),
    ],
)
def test_a_code_is_a_word_or_a_subcode(code: Any, read: str | None, subcode: int | None) -> None:
    found = error(400, envelope(code))
    assert isinstance(found, Refused)
    assert (found.code, found.subcode) == (read, subcode)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>no</html>",
        b"null",
        b"[]",
        b"\xff\xfe\x00",
        b'{"error": "no"}',
        b'{"error": {"code": [], "message": 7, "innerError": "x"}}',
        b"[" * 100_000,
        b'{"error": {"code": "7504", "message": "' + b"x" * 100_000 + b'"}}',
    ],
    ids=range(9),
)
def test_a_body_that_says_nothing_is_still_a_refusal(body: bytes) -> None:
    found = error(404, body)
    assert isinstance(found, CallGone)
    assert (found.code, found.message, found.request_id) == (None, None, None)
    assert str(found) == "Graph refused with 404"


@given(
    status=st.integers(300, 599),
    around=st.tuples(words, words),
    secret=secrets,
    quote=st.sampled_from(["", "'", '"', "<", "(", "tel:", "=", "Bearer "]),
    place=st.sampled_from(["message", "code", "request_id", "header", "body", "reason"]),
)
@example(status=404, around=("", ""), secret="+442079460000", quote="", place="code")
@example(status=404, around=("", ""), secret="442079460000", quote="", place="header")
@example(status=404, around=("", ""), secret="eyJABCDEFGHIJKL", quote="", place="code")
def test_no_secret_number_or_address_is_in_any_error(
    status: int, around: tuple[str, str], secret: str, quote: str, place: str
) -> None:
    text = secret if place in ("code", "request_id", "header") else f"{around[0]} {quote}{secret} {around[1]}"
    quoted = {place: text} if place in ("message", "code", "request_id") else {}
    body = text.encode() if place == "body" else envelope(**{"request_id": None, "message": None, **quoted})
    headers = httpx.Headers([(b"request-id", text.encode())])
    failures = [
        error_from(status, headers if place == "header" else httpx.Headers(), body, NOW),
        NotReached(text),
        OutcomeUnknown(text),
    ]
    for failure in failures:
        told = " ".join(map(str, (failure, repr(failure), *vars(failure).values())))
        assert not shows(told, secret), told
        assert "example.test" not in told


def test_the_words_around_what_is_masked_stay() -> None:
    assert masked("Call to +44 20 7946 0000 via https://a.test/x?sig=1 failed with 8536") == (
        "Call to <number> via <address> failed with 8536"
    )


@given(st.text(max_size=500))
@example("x " * 1_000_000)
def test_a_masked_text_is_one_short_printable_line(text: str) -> None:
    found = masked(text)
    assert len(found) <= 300
    assert found.isprintable()

"""What a request carries: its JSON body, sound or refused field by field, and the key it is known by."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import azure.functions as func

from api.routes import LARGEST_BODY
from api.shapes import Shape, Wrong, read
from triggers.problems import Refused, problem, wrong_fields

JSON = dict[str, Any]

KEY_HEADER = "Idempotency-Key"

_JSON_TYPE = re.compile(r'application/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?', re.IGNORECASE)
_KEY = re.compile(r"[!-~]{1,255}")
_NAMES = uuid.UUID("5b2f4a0e-9d57-4e0c-8a55-0d7a6c1f2b90")


def read_body(req: func.HttpRequest, shape: Shape, *, optional: bool = False) -> JSON:
    """The body in its one form. Without a body, where that is `optional`, `{}`.

    Raises `Refused` with 413, 415, or 400 that names every field that is wrong.
    """
    body = req.get_body()
    if len(body) > LARGEST_BODY:
        raise Refused(problem(413, "Too large", f"The body is larger than {LARGEST_BODY} bytes."))
    if not body and optional:
        document: object = {}
    else:
        if not _JSON_TYPE.fullmatch((req.headers.get("Content-Type") or "").strip()):
            raise Refused(problem(415, "Not JSON", "Send the body as application/json, in UTF-8."))
        document = _document(body)
    found, wrong = read(shape, document)
    if wrong:
        raise wrong_fields(wrong)
    return found


def _document(body: bytes) -> object:
    """The JSON value; no name twice in an object, no number that JSON does not know, no half of a character."""
    try:
        text = body.decode("utf-8")
        document: object = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise wrong_fields([Wrong(field="", detail="must be one JSON value in UTF-8, no name twice")]) from None
    return document


def _once(pairs: list[tuple[str, Any]]) -> JSON:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name comes twice")
    return document


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def idempotency_key(req: func.HttpRequest) -> str | None:
    """The request's key, or None. Raises `Refused` for one that cannot be one."""
    key = req.headers.get(KEY_HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise wrong_fields([Wrong(field=KEY_HEADER, detail="must be 1 to 255 printable ASCII characters, no spaces")])
    return key


def request_id(customer: str | None, path: str, key: str | None) -> str:
    """What a request is called from here on: the same for the same key of one customer, and nothing can be read off it.

    Keys are the customers' own: one that two of them happen to choose is two requests.
    """
    return uuid.uuid4().hex if key is None else uuid.uuid5(_NAMES, f"{customer or ''}\n{path}\n{key}").hex

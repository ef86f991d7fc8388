"""Shapes of what travels over HTTP: addresses, names of fields and headers, paths into JSON."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flows.problems import Problems
from flows.shapes.shape import Shape, raw_text
from flows.source import Located

LOOPBACK = ("127.0.0.1", "localhost")
_FIELD = r"[A-Za-z_][A-Za-z0-9_-]{0,63}"
_PATH = rf"(?:{_FIELD}|[0-9]{{1,4}})(?:\.(?:{_FIELD}|[0-9]{{1,4}})){{0,9}}"
_HEADER = r"[A-Za-z][A-Za-z0-9-]{0,63}"
# Of a request itself, or of the connection: not an author's to write.
_RESERVED = {"host", "content-length", "content-type", "transfer-encoding", "connection", "cookie"}


class Address(Shape[str]):
    """An https address without user, query and fragment; plain http on loopback."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read an absolute address."""
        raw = raw_text(source, problems)
        complaint = _complaint(raw)
        if complaint:
            raise problems.refuse(source.place, f"'{raw[:60]}' {complaint}", "bad-address")
        return raw

    def schema(self) -> dict[str, Any]:
        """An absolute address."""
        return {"type": "string", "pattern": "^https?://", "maxLength": 500, "description": "an https address"}


def _complaint(raw: str) -> str:
    try:
        parts = urlsplit(raw)
        port = parts.port
    except ValueError:
        return "is no address"
    if len(raw) > 500 or not raw.isascii() or re.search(r"[\s\\]", raw) or not parts.hostname or port == 0:
        return "is no address such as https://api.example.com/accounts"
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return "is not https"
    if parts.username is not None or parts.query or parts.fragment or "@" in parts.netloc:
        return "has more than host and path; use 'query', and 'secret'"
    return ""


class _Pattern(Shape[str]):
    """A text of one form."""

    FORM: str
    WHAT: str

    def read(self, source: Located, problems: Problems) -> str:
        """Read a text of the form."""
        raw = raw_text(source, problems)
        if not re.fullmatch(self.FORM, raw):
            raise problems.refuse(source.place, f"'{raw[:60]}' is no {self.WHAT}")
        return raw

    def schema(self) -> dict[str, Any]:
        """The form."""
        return {"type": "string", "pattern": f"^{self.FORM}$", "description": f"a {self.WHAT}"}


class JsonName(_Pattern):
    """The name of a field."""

    FORM, WHAT = _FIELD, "field name"


class JsonPath(_Pattern):
    """Names of fields and numbers of items (from 0), parted by dots: `customer.phones.0`."""

    FORM, WHAT = _PATH, "path such as customer.name"


class Header(_Pattern):
    """The name of a header that an author may write."""

    FORM, WHAT = _HEADER, "header"

    def read(self, source: Located, problems: Problems) -> str:
        """Read the name of a header that is not the client's own."""
        raw = super().read(source, problems)
        if raw.lower() in _RESERVED:
            raise problems.refuse(source.place, f"the header '{raw}' is not yours to write")
        return raw

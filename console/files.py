"""The files of the page, and what a browser lets them do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

_ASSETS = Path(__file__).parent / "assets"

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, kw_only=True)
class File:
    """One file, as it is sent."""

    content: bytes
    content_type: str


@cache
def file(name: str) -> File | None:
    """The file of this name, or None: only what lies in the folder, and nothing below or above it."""
    path = next((path for path in _ASSETS.iterdir() if path.name == name), None)
    if path is None or path.suffix not in CONTENT_TYPES:
        return None
    return File(content=path.read_bytes(), content_type=CONTENT_TYPES[path.suffix])


def content_security_policy(login_authority: str) -> str:
    """Nothing inline, no HTML made of texts, nothing from elsewhere; tokens come from the login authority (a URL)."""
    authority = urlsplit(login_authority)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "media-src blob:",
            f"connect-src 'self' {authority.scheme}://{authority.netloc}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )

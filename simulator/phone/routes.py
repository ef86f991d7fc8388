"""What the phone page is served from, apart from the control plane: its files, what prompts sound like, and the news.

| request | answer |
|---|---|
| `GET /phone` | the page |
| `GET /phone/{file}` | its scripts, styles and icon |
| `GET /phone/prompts/{sha256}` | the WAV file of a prompt that a call of late was to hear |
| `GET /phone/news` | server-sent events, see `simulator.phone.news` |
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.phone.news import News

if TYPE_CHECKING:
    from simulator.simulator import Simulator

_ASSETS = Path(__file__).parent / "assets"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

#: Nothing inline, nothing from elsewhere, no HTML made of texts.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def phone_routes(simulator: Simulator) -> list[Route]:
    """Everything under `/phone`."""
    files = {path.name: path for path in _ASSETS.iterdir() if path.suffix in _TYPES}

    async def page(request: Request) -> Response:
        del request
        return await _sent(files["phone.html"])

    async def file(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        return JSONResponse({"error": "no such file"}, 404) if path is None else await _sent(path)

    async def prompt(request: Request) -> Response:
        wav = simulator.sound(request.path_params["sha256"])
        if wav is None:
            return JSONResponse({"error": "no prompt with this hash was fetched of late"}, 404)
        headers = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return Response(wav, media_type="audio/wav", headers=headers)

    return [
        Route("/phone", page, methods=["GET"]),
        Route("/phone/news", News(simulator), methods=["GET"]),
        Route("/phone/prompts/{sha256}", prompt, methods=["GET"]),
        Route("/phone/{name}", file, methods=["GET"]),
    ]


async def _sent(path: Path) -> Response:
    content = await asyncio.to_thread(path.read_bytes)
    return Response(content, headers={**_HEADERS, "Content-Type": _TYPES[path.suffix]})

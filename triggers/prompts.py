"""The audio that Graph fetches, under keys that nobody can guess."""

from __future__ import annotations

import asyncio

import azure.durable_functions as df
import azure.functions as func

import connections

bp = df.Blueprint()


@bp.route(route="prompts/{key}", methods=["GET", "HEAD"])
async def get_prompt(req: func.HttpRequest) -> func.HttpResponse:
    """A WAV file, 16 kHz mono 16-bit; 404 for a key that is not one of ours."""
    prompt = connections.current().catalogue.by_key(req.route_params["key"])
    if prompt is None:
        return func.HttpResponse(status_code=404)
    audio = b"" if req.method == "HEAD" else await asyncio.to_thread(prompt.path.read_bytes)
    headers = {"Cache-Control": "public, max-age=86400, immutable", "ETag": f'"{prompt.sha256}"'}
    return func.HttpResponse(audio, headers=headers, mimetype="audio/wav")
